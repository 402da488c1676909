import { z } from "zod";
import { expectedAnswer, httpUrl } from "./check.ts";
import { duration, someTime } from "./duration.ts";

const name = z.string().min(1).describe('What messages call it: "shop". A name that is used twice is refused.');

/** Which workloads are measured. */
const workloads = z
  .union([
    z.literal("all", { error: 'expected "all", `{ tag: "…" }` or `{ name: "…" }`' }),
    z
      .strictObject({
        tag: z.string().min(1).optional().describe('Those that bear this tag on the platform: "web".'),
        name: z.string().min(1).optional().describe('Those of this name; `*` stands for any characters: "shop-*".'),
      })
      .refine((rule) => rule.tag !== undefined || rule.name !== undefined, "give `tag` or `name`")
      .describe('Workloads by tag or name, or both: `{ tag: "web" }`.'),
  ])
  .describe('Which workloads: `{ tag: "web" }`, `{ name: "shop-*" }`, or "all". One that is stopped is not measured.');

const every = (usual: string) =>
  duration
    .refine((ms) => ms >= 100 && ms <= 60_000, "must be from 100ms to 60s")
    .prefault(usual)
    .describe('How often each workload is asked, fleet time, "100ms" to "60s": "1s".');

const limit = someTime
  .optional()
  .describe(
    'A limit of your own, such as a service level: when 5 % of a workload\'s requests take longer, or fail, in three successive 30 s, and did not before, the host that is watched is convicted: "500ms".',
  );

const cost = {
  every: every("1s"),
  timeout: someTime
    .refine((ms) => ms <= 30_000, "must be at most 30s")
    .prefault("2s")
    .describe('An answer that takes longer, from when it was due, is a failure; process time, at most "30s": "2s".'),
  cap: z
    .number()
    .min(0.1)
    .max(10_000)
    .optional()
    .describe(
      "Most requests per second, real time. More workloads than that allows are asked less often, down to once in 5 s; of even more always the same sample is measured. Default: an equal share of 200 over all probes.",
    ),
};

const asked =
  "`{workload}` is the workload's name, `{address}` its address as the platform knows it. One of them has to be in it.";

export const probe = z
  .discriminatedUnion("kind", [
    z
      .strictObject({
        kind: z.literal("http").describe("What is measured."),
        name,
        workloads,
        limit,
        url: httpUrl.describe(
          `What is asked with GET, http or https: "https://{workload}.prod.example.com/health". ${asked} Credentials in it are refused.`,
        ),
        ...expectedAnswer,
        connection: z
          .enum(["new", "kept"])
          .default("new")
          .describe("A new connection for each request, or one that is kept open: two probes measure both, apart."),
        serverName: z
          .string()
          .min(1)
          .optional()
          .describe(
            'Name to ask for and to check the certificate against, where the URL has an address: "shop.example.com".',
          ),
        ...cost,
      })
      .describe("Measures how long a GET takes until its whole answer is there."),
    z
      .strictObject({
        kind: z.literal("tcp").describe("What is measured."),
        name,
        workloads,
        limit,
        address: z
          .string()
          .min(1)
          .default("{address}")
          .describe(`Host name or address: "{workload}.prod.example.com". ${asked}`),
        port: z.int().min(1).max(65535).describe("TCP port, 1 to 65535: 443."),
        hold: z
          .boolean()
          .default(false)
          .describe(
            "Keep one connection per workload open, which has to survive its moves, instead of opening a new one each time. One that breaks is a failure, and is opened anew when the next sample is due.",
          ),
        ...cost,
      })
      .describe("Measures how long a TCP connection takes to open; or, with `hold`, whether it stays open."),
    z
      .strictObject({
        kind: z.literal("command").describe("What is measured."),
        name,
        workloads,
        limit,
        command: z
          .array(z.string())
          .min(1)
          .refine(([program]) => program?.trim() !== "", { path: [0], message: "must name a program" })
          .describe(
            `Program and arguments, no shell: ["./order-test.sh", "{address}"]. Relative to the working directory of the Pulumi command. ${asked} Credentials among the arguments are refused.`,
          ),
        on: z
          .literal("machine", {
            error: "commands of probes run on the machine that runs Pulumi only: a service is measured from outside",
          })
          .default("machine")
          .describe("Where it runs: the machine that runs Pulumi."),
        ...cost,
        every: every("5s"),
        timeout: cost.timeout
          .unwrap()
          .prefault("5s")
          .describe(
            'A program that takes longer, from when it was due, is killed, which is a failure; process time, at most "30s": "5s".',
          ),
      })
      .describe("Measures how long a program takes that ends with exit code 0."),
    z
      .strictObject({
        kind: z.literal("prometheus").describe("What is measured."),
        name,
        workloads: workloads.default("all"),
        limit,
        url: httpUrl.describe(
          'Address of the Prometheus server: "https://prometheus.example.com". Who asks is told in the environment: `PROMETHEUS_BEARER_TOKEN`, or `PROMETHEUS_USERNAME` and `PROMETHEUS_PASSWORD`.',
        ),
        query: z
          .string()
          .min(1)
          .describe(
            "PromQL whose value is the latency of a workload, a series each; asked for every 5 s of fleet time: `histogram_quantile(0.5, sum by (le, vm) (rate(latency_seconds_bucket[30s])))`.",
          ),
        label: z
          .string()
          .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected the name of a label")
          .default("workload")
          .describe(
            "Label of those series that names the workload, or is its address; a port after it does not matter.",
          ),
        unit: z.enum(["s", "ms"]).default("s").describe("Unit of the query's value."),
        failures: z
          .string()
          .min(1)
          .optional()
          .describe(
            "PromQL by the same label that is more than 0 where requests have failed: `sum by (vm) (increase(errors_total[15s]))`.",
          ),
        timeout: cost.timeout
          .unwrap()
          .prefault("10s")
          .describe('How long an answer may take, process time, at most "30s": "10s". Without one there is a gap.'),
      })
      .describe("Takes what a Prometheus server knows of workloads."),
    z
      .strictObject({
        kind: z.literal("platform").describe("What is measured."),
        name,
        workloads: workloads.default("all"),
        limit,
        every: every("1s"),
        cap: cost.cap,
      })
      .describe("Takes what the platform itself measures of its workloads."),
  ])
  .describe("A sampler of the service of workloads: sends on schedule, whatever the answers, and judges nothing.");

export type Probe = z.output<typeof probe>;
export type ProbeInput = z.input<typeof probe>;
/** Which workloads. */
export type WorkloadRule = z.output<typeof workloads>;
