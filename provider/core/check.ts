import { z } from "zod";
import { duration, someTime } from "./duration.ts";
import { matcher } from "./matcher.ts";

/** Gates at which a check may be asked: before a host is cordoned, on the patched empty host, with its load back, when the canary is back, at the end of the roll. */
export const checkPoint = z.enum(["preflight", "verify", "gate", "canary", "end"]);
/** Gates of one host. */
export type HostPoint = Exclude<CheckPoint, "canary" | "end">;
export type CheckPoint = z.output<typeof checkPoint>;

const common = {
  name: z.string().min(1).describe('What messages call it: "shop". A name that is used twice is refused.'),
  at: z
    .array(checkPoint)
    .min(1)
    .default(["verify", "end"])
    .describe(
      "Gates at which it is asked: before a host is cordoned, on the patched empty host, with its load back, when the canary is back, at the end of the roll (the last two also once before its first host: what fails then stays out).",
    ),
  timeout: someTime
    .prefault("10s")
    .describe('Longest a single try may take, process time, more than "0s": "5s". A try that takes longer has failed.'),
};

/** Of a service; credentials in it are refused. */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http(s) URL like "https://shop.example.com/health"' })
  .refine((text) => !/^[a-z]+:\/\/[^/]*@/i.test(text), "holds credentials; credentials are never inputs");

/** Of storage that heals: while a host is out, and after it. */
const storage = {
  name: common.name,
  at: z
    .array(checkPoint)
    .min(1)
    .default(["preflight", "gate"])
    .describe(
      "Gates of a host at which it is asked: before it is cordoned, on the patched empty host, with its load back. Default: before the drain, and before the next host.",
    ),
  timeout: someTime
    .prefault("30s")
    .describe(
      'Longest a single try may take, process time, more than "0s": "30s". A try that takes longer has failed.',
    ),
  heal: duration
    .prefault("1h")
    .describe('How long storage that heals is waited for, at each gate, process time: "1h". Then the gate has failed.'),
};

/** A program that runs on a host, and its first arguments. */
function hostProgram(usual: string) {
  return z
    .array(z.string())
    .min(1)
    .refine(([program]) => program?.trim() !== "", { path: [0], message: "must name a program" })
    .default([usual])
    .describe(
      `How the program is called on the host, no shell, as the user who logs in there: ["sudo", "-n", "${usual}"]. Credentials among the arguments are refused.`,
    );
}

/** What a URL is expected to answer, in checks and probes alike. */
export const expectedAnswer = {
  status: z.int().min(100).max(599).default(200).describe("Expected status, 100 to 599; redirects are not followed."),
  body: z.string().min(1).optional().describe('Text that the first 64 KiB of the body must contain: "ok".'),
};

export const check = z
  .discriminatedUnion("kind", [
    z
      .strictObject({
        kind: z.literal("http").describe("What is asked."),
        ...common,
        url: httpUrl.describe(
          'What is asked with GET, http or https: "https://shop.example.com/health". `{host}` is the host at hand. A user name or password in it is refused; a key in its query needs a Pulumi secret.',
        ),
        ...expectedAnswer,
      })
      .describe("Passes when a URL answers as expected."),
    z
      .strictObject({
        kind: z.literal("tcp").describe("What is asked."),
        ...common,
        address: z
          .string()
          .min(1)
          .describe(
            'Host name or address: "{host}" is the host at hand, which there is none of at the end of the roll.',
          ),
        port: z.int().min(1).max(65535).describe("TCP port, 1 to 65535: 443."),
      })
      .describe("Passes when a TCP connection opens."),
    z
      .strictObject({
        kind: z.literal("command").describe("What is asked."),
        ...common,
        command: z
          .array(z.string())
          .min(1)
          .refine(([program]) => program?.trim() !== "", { path: [0], message: "must name a program" })
          .describe(
            'Program and arguments, no shell: ["./smoke-test.sh", "{host}"]. Relative to the working directory of the Pulumi command, or, on a host, to the home of the user who logs in. Credentials among the arguments are refused.',
          ),
        on: z
          .enum(["machine", "host"])
          .default("machine")
          .describe(
            "Where it runs: on the machine that runs Pulumi, or on the host at hand, as the user who logs in there (platforms that are reached over SSH).",
          ),
      })
      .describe("Passes when a program exits with 0, on the machine that runs Pulumi or on the host at hand."),
    z
      .strictObject({
        kind: z.literal("alerts").describe("What is asked."),
        ...common,
        url: httpUrl.describe(
          'Address of Prometheus (with `query`) or Alertmanager (with `matchers`): "https://prometheus.example.com". Its user or token comes from the environment: PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD, or PROMETHEUS_BEARER_TOKEN; ALERTMANAGER_… alike.',
        ),
        query: z
          .string()
          .min(1)
          .optional()
          .describe(
            'Query of Prometheus that must give nothing: \'ALERTS{alertstate="firing", severity="critical"}\'.',
          ),
        matchers: z
          .array(matcher)
          .min(1)
          .optional()
          .describe(
            "Alerts in Alertmanager of which none may fire that is neither silenced nor inhibited, all conditions together: ['severity=\"critical\"', 'instance=~\"{host}:.*\"'].",
          ),
      })
      .refine(({ query, matchers }) => (query === undefined) !== (matchers === undefined), {
        message: "give `query` (of Prometheus) or `matchers` (of Alertmanager)",
      })
      .describe("Passes when no alert fires."),
    z
      .strictObject({
        kind: z.literal("ceph").describe("What is asked."),
        ...storage,
        command: hostProgram("ceph"),
        noout: z
          .boolean()
          .default(true)
          .describe(
            "Whether the cluster's flag `noout` is set for the roll, so that nothing is copied because a host is out. As it was is on record first, and is restored at the end, after a crash too.",
          ),
      })
      .describe(
        "Passes when every placement group of the Ceph cluster is clean and, before a host is cordoned, its OSDs and monitors may stop. Asked on the host at hand.",
      ),
    z
      .strictObject({
        kind: z.literal("gluster").describe("What is asked."),
        ...storage,
        command: hostProgram("gluster"),
        volumes: z
          .array(z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_-]*$/, "must be the name of a volume"))
          .min(1)
          .optional()
          .describe("Volumes that are asked about. Default: all."),
      })
      .describe(
        "Passes when no entry of a Gluster volume has to be healed and every brick is connected. Asked on the host at hand.",
      ),
  ])
  .describe(
    "An assertion about the service or a host. `{host}` in url, address and command stands for the host at hand.",
  );

export type Check = z.output<typeof check>;
export type CheckInput = z.input<typeof check>;

/** Whether it runs programs on hosts, which not every platform can. */
export function runsOnHost(check: Check): boolean {
  return check.kind === "ceph" || check.kind === "gluster" || (check.kind === "command" && check.on === "host");
}
