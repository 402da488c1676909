import { z } from "zod";

/** The report of a run. Written once, here: the type comes from the schema, `rolling-patch schema report` publishes it. */

const seconds = z.number().nonnegative().describe("Fleet seconds since the run began.");
const share = z.number().nonnegative();
const count = z.int().nonnegative();
const loss = z.number().describe("Share by which latency grew: 0.031 is +3.1 %.");

export const spanKind = z.enum([
  "stage",
  "preflight",
  "evacuate",
  "patch",
  "boot",
  "verify",
  "put back",
  "soak",
  "gate",
]);

const span = z.strictObject({
  kind: spanKind,
  from: seconds,
  to: seconds,
  failed: z.literal(true).exactOptional().describe("It ended in a failed try."),
  open: z.literal(true).exactOptional().describe("No end on record: it goes on, or its process has died."),
  text: z.string().exactOptional(),
});

const move = z.strictObject({
  workload: z.string(),
  to: z.string(),
  step: z.enum(["evacuate", "put back"]),
  from: seconds.describe("Fleet seconds at which it began."),
  took: z.number().nonnegative().exactOptional().describe("Seconds; absent: it did not end well."),
});

const attempt = z.strictObject({ at: seconds, step: z.string(), why: z.string(), final: z.boolean() });

const checked = z.strictObject({ at: z.string().describe("The gate."), name: z.string(), evidence: z.string() });

const proof = z
  .strictObject({
    level: z.string().describe("As the platform's inventory reports it."),
    second: z.string().describe("As the running system reports it."),
    bootBefore: z.string().exactOptional(),
    boot: z.string().describe("A boot id other than the one before proves the reboot."),
    at: seconds,
  })
  .describe("What verification read.");

const hostReport = z.strictObject({
  host: z.string(),
  outcome: z.enum(["rolled", "released below the level", "failed", "convicted", "in hand", "not begun"]),
  why: z.string().exactOptional().describe("Why it failed or was convicted."),
  from: z.string().exactOptional().describe("Level when the run planned it."),
  to: z.string().exactOptional(),
  canary: z.boolean(),
  wave: count.exactOptional(),
  begins: seconds.exactOptional().describe("Its cordon."),
  ends: seconds.exactOptional().describe("Its release."),
  planned: z.strictObject({ begins: seconds, ends: seconds, moves: count }).exactOptional(),
  spans: z.array(span),
  moves: z.array(move),
  tries: z.array(attempt).describe("Tries that failed."),
  waits: count.describe("Times that the world was in motion and it looked again."),
  proof: proof.exactOptional(),
  rolledBack: proof.exactOptional().describe("What proved that it is back at its former level."),
  checks: z.array(checked).describe("Checks that passed, with what they said."),
  warnings: z.array(z.string()).describe("What a person should have known before it was patched."),
  logs: z
    .array(z.strictObject({ at: seconds, tool: z.string(), text: z.string() }))
    .describe("What tools said on it, newest last: their ends, without credentials."),
});

const estimate = z.strictObject({
  delta: loss,
  lower: loss,
  upper: loss,
  se: z.number().nonnegative().exactOptional().describe("Of the logarithm."),
  df: z.number().positive().exactOptional(),
});

const look = z.strictObject({
  at: seconds,
  host: z.string().exactOptional().describe("Absent: over all hosts."),
  about: z.string().describe("What was looked at: latency, errors."),
  verdict: z.string(),
  text: z.string(),
  estimate: estimate.exactOptional(),
});

const forestRow = z.strictObject({
  kind: z.enum(["workload", "host", "roll"]),
  name: z.string(),
  host: z.string().exactOptional(),
  estimate: estimate.exactOptional(),
  excluded: z.string().exactOptional().describe("Why it is shown and not tested."),
});

const impact = z.strictObject({
  tested: z.boolean(),
  sentence: z.string().describe("The verdict."),
  tolerance: share.exactOptional(),
  estimate: estimate.exactOptional(),
  hosts: count.describe("Hosts that were judged."),
  workloads: count.describe("Workloads that the estimate is made of."),
  looks: z.array(look),
  forest: z.array(forestRow),
});

const person = z.strictObject({
  wall: z.string().describe("Wall clock, ISO 8601."),
  at: seconds.exactOptional(),
  who: z.string(),
  what: z.string(),
});

const mark = z.strictObject({
  at: seconds,
  from: seconds.exactOptional().describe("When it began, of what took its time."),
  host: z.string().exactOptional(),
  kind: z.enum([
    ...(["halt", "convicted", "rollback", "warning", "canary", "plan", "taken up", "test", "gate", "ended"] as const),
    ...(["reference", "suspected", "cleared", "verdict"] as const),
  ]),
  text: z.string(),
});

const sums = z.strictObject({
  hosts: count,
  moves: count,
  hours: z.number().nonnegative().describe("From the first cordon to the last release."),
  out: count.describe("Most hosts out at one moment."),
  fullest: share.exactOptional().describe("Fullest that any host in service got."),
});

const againstPlan = z.strictObject({
  id: z.string().describe("Of the plan that the run began with."),
  planned: sums,
  actual: sums,
  outOfOrder: z.array(z.string()).describe("Hosts that began in another order than planned."),
  changes: z.array(z.strictObject({ at: seconds, why: z.string(), id: z.string() })).describe("Plans after the first."),
});

const regression = z.strictObject({
  name: z.string(),
  moment: z.string(),
  text: z.string().exactOptional(),
  kind: z.enum(["new", "before", "flaky"]).describe("`before`: it failed already before the first host."),
});

export const reportSchema = z.strictObject({
  format: z.literal(1),
  run: z.string(),
  owner: z.string(),
  target: z.string().exactOptional(),
  level: z.string(),
  outcome: z.enum(["unfinished", "done", "paused", "halted", "halted until acknowledged"]),
  reason: z.string().describe("How it ended; empty while it has not."),
  hint: z.string().exactOptional().describe("What to do next."),
  from: z.string().describe("Wall clock of its first entry, ISO 8601."),
  to: z.string().describe("Wall clock of its newest entry."),
  seconds: seconds.describe("Fleet seconds from its first to its newest entry."),
  scale: z.number().positive().exactOptional().describe("Fleet seconds per real second, when it is not 1."),
  impact,
  people: z.array(person).describe("Who and when: holders, approvals, acknowledgements, stops."),
  marks: z.array(mark).describe("What concerns the whole run, or stands out."),
  plan: againstPlan.exactOptional(),
  hosts: z.array(hostReport).describe("In the order in which they began, then those that have not."),
  fill: z
    .array(z.strictObject({ at: seconds, share, host: z.string().exactOptional(), mean: share, out: count }))
    .describe("How full the fullest host in service was, over time."),
  regressions: z.array(regression),
  tested: z.boolean().describe("Whether regression tests ran at the end."),
  outputs: z.array(z.string()).describe("Files that hold what suites have said."),
  journal: z.strictObject({
    entries: count,
    head: z.string().exactOptional().describe("Head of the hash chain of the export: `rolling-patch export`."),
  }),
});

export type RunReport = z.output<typeof reportSchema>;
export type HostReport = RunReport["hosts"][number];
export type Span = HostReport["spans"][number];
export type SpanKind = Span["kind"];
export type Move = HostReport["moves"][number];
export type Mark = RunReport["marks"][number];
export type Impact = RunReport["impact"];
export type ForestRow = Impact["forest"][number];
export type Estimate = NonNullable<Impact["estimate"]>;
