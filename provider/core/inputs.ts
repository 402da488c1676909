import { z } from "zod";
import { baseline } from "./baseline.ts";
import { check } from "./check.ts";
import { hook } from "./hook.ts";
import { repeated } from "./host-list.ts";
import { receiver } from "./notice.ts";
import { policy } from "./policy.ts";
import { probe } from "./probe.ts";
import { silence } from "./silence.ts";
import { suite } from "./suite.ts";
import { target } from "./target.ts";

/** A list of things with names, of which none may be used twice. */
function named<T extends z.ZodType<{ readonly name: string }>>(one: T, means: string) {
  return z
    .array(one)
    .default([])
    .superRefine((list, context) => {
      for (const { index, name } of repeated(list.map(({ name }) => name)))
        context.addIssue({ code: "custom", path: [index, "name"], message: `"${name}" is used twice` });
    })
    .describe(`${means} Names are unique.`);
}

/** What a program declares. Credentials are never inputs: they come from the environment. */
export const inputs = z.strictObject({
  target,
  baseline,
  policy: policy.prefault({}),
  checks: named(check, "What must hold at the gates of a roll, and at its end."),
  suites: named(suite, "Regression tests: programs that run before the roll, after the canary and at its end."),
  probes: named(
    probe,
    "What is measured of workloads while the roll goes on: the impact of the patch is judged by it.",
  ),
  hooks: named(hook, "Programs that run before and after the roll or a host, and that may refuse to let it go on."),
  silences: named(silence, "Alerts of each host that are silenced in Alertmanager while it is out."),
  notify: named(receiver, "Who is told when the roll starts, waits, halts or has ended."),
  secretUrls: z
    .union([z.literal("all"), z.array(z.int().min(0))])
    .optional()
    .describe("Which checks (by index) have a URL that is a Pulumi secret. Filled in by the resource class."),
  /** `project/stack/name`: whose marks on hosts are ours. The resource class fills it. */
  owner: z.string().min(1).describe("Who declares the roll: project/stack/name. Filled in by the resource class."),
});

/** As people write it. */
export type InputsAsWritten = z.input<typeof inputs>;
/** With every default filled in. */
export type Inputs = z.output<typeof inputs>;
