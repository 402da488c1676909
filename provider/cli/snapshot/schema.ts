import { z } from "zod";
import { approvalGate } from "../../core/approval.ts";
import { baseline } from "../../core/baseline.ts";
import type { Fleet } from "../../core/fleet.ts";
import type { FleetRecord } from "../../core/record.ts";
import type { Ending, ImpactMemory, RunMemory } from "../../core/run.ts";
import { versionSchemes } from "../../core/version.ts";
import { quietSpan } from "../../core/windows.ts";
import { ruleProblems } from "../../core/workload-rules.ts";

const id = z.string().min(1);
const amounts = z.record(z.string(), z.number().nonnegative()).describe("`memory` in MiB, `cpu` in virtual cores.");
const mark = z.strictObject({ run: id, owner: id, token: z.int().min(0) });

const host = z.strictObject({
  id,
  level: z.string().describe('As the inventory reports it; "unknown" if it could not be read.'),
  wanted: z.string().describe("What the baseline asks of this host."),
  evidence: z.string().describe("The level as the running system tells it."),
  finding: z
    .strictObject({ compliance: z.enum(["compliant", "drifted", "ahead", "blocked"]), reason: z.string() })
    .exactOptional(),
  state: z.enum(["up", "down", "unreachable"]),
  problem: z.string().exactOptional(),
  warnings: z.array(z.string()).exactOptional(),
  bootId: z.string(),
  rebootPending: z.boolean().exactOptional(),
  cordoned: z.boolean(),
  mark: mark.exactOptional(),
  held: z.boolean(),
  capacity: amounts,
  domain: id.exactOptional(),
  quorums: z.array(id).exactOptional(),
  last: z.boolean().exactOptional(),
  class: id.exactOptional(),
  errors: z.number().nonnegative().exactOptional(),
  slots: z.int().min(1),
  estimate: z.strictObject({ patch: z.number().nonnegative(), boot: z.number().nonnegative() }),
});

const hostRules = z.strictObject({
  only: z.array(id).exactOptional(),
  never: z.array(id).exactOptional(),
  prefer: z.array(id).exactOptional(),
});

/** As an observation holds it; people may write it as in policy. */
const readQuietSpan = z.strictObject({
  from: z.string().exactOptional(),
  to: z.string().exactOptional(),
  start: z.string().exactOptional(),
  duration: z.number().positive().exactOptional(),
  timezone: z.string(),
});

const workload = z.strictObject({
  id,
  host: id,
  state: z.enum(["running", "stopped"]),
  movingTo: id.exactOptional(),
  demand: amounts,
  group: id.exactOptional(),
  hosts: hostRules.exactOptional(),
  spread: id.exactOptional(),
  together: id.exactOptional(),
  moves: z.literal("once").exactOptional(),
  quiet: z.array(z.union([readQuietSpan, quietSpan])).exactOptional(),
  pinned: z.boolean(),
  tags: z.array(id).exactOptional(),
  address: id.exactOptional(),
  bootId: z.string().exactOptional(),
});

const fleet = z.strictObject({
  target: z.string(),
  at: z.number(),
  scheme: z.enum(versionSchemes),
  hosts: z.array(host),
  workloads: z.array(workload),
  backward: z.enum(["yes", "no", "unknown"]).exactOptional(),
  remediations: z.int().min(1).exactOptional(),
  migration: z.strictObject({ fixed: z.number().nonnegative(), perGiB: z.number().nonnegative() }),
}) satisfies z.ZodType<Fleet>;

const step = z.enum([
  "stage",
  "preflight",
  "hooks before",
  "cordon",
  "evacuate",
  "remediate",
  "verify",
  "uncordon",
  "put back",
  "gate",
  "hooks after",
  "release",
  "rollback",
]);
const haltFields = { reason: z.string(), hint: z.string(), host: id.exactOptional() };

const hostMemory = z.strictObject({
  homes: z.array(id),
  stopped: z.array(id),
  bootBefore: z.string().exactOptional(),
  drainSince: z.number().exactOptional(),
  bootVerified: z.string().exactOptional(),
  tries: z.partialRecord(step, z.number()),
  lastStep: step.exactOptional(),
  lastWhy: z.string().exactOptional(),
  notBefore: z.number().exactOptional(),
  passed: z.array(
    z.enum(["stage", "preflight", "hooks before", "verify", "put back", "soak", "gate", "hooks after", "rollback"]),
  ),
  held: z.strictObject({ plan: id, moves: z.number(), until: z.number() }).exactOptional(),
  fullSince: z.number().exactOptional(),
  bootConvicted: z.string().exactOptional(),
  failed: z.strictObject({ step, why: z.string() }).exactOptional(),
});

const variance = z.strictObject({ variance: z.number(), df: z.number() });
const spread = z.strictObject({ minutes: z.number(), host: variance, workload: variance });
const estimate = z.strictObject({
  minutes: z.number(),
  delta: z.number(),
  se: z.number(),
  df: z.number(),
  lower: z.number(),
  upper: z.number(),
  treated: z.number(),
  requests: z.number(),
  controls: z.strictObject({ hosts: z.number(), workloads: z.number() }),
});
const impactMemory = z.strictObject({
  reference: z.strictObject({ from: z.number(), until: z.number().exactOptional() }).exactOptional(),
  hosts: z.number(),
  undisturbed: z.array(z.strictObject({ kind: z.enum(["baseline", "soak"]), from: z.number(), to: z.number() })),
  patched: z.record(id, z.number()),
  suspects: z.record(id, z.number()),
  verdicts: z.array(
    z.strictObject({
      host: id,
      verdict: z.enum(["pass", "regress", "noisy", "no data", "untested"]),
      earlier: z.strictObject({ host: id, spreads: z.array(spread), estimate: estimate.exactOptional() }),
    }),
  ),
  watched: z.record(id, z.number()),
}) satisfies z.ZodType<ImpactMemory>;

const ending = z.union([
  z.strictObject({ kind: z.literal("done"), note: z.string() }),
  z.strictObject({
    kind: z.literal("paused"),
    cause: z.enum(["stop", "window", "time", "engine", "approval"]),
    note: z.string(),
  }),
  z.strictObject({ kind: z.literal("halted"), sticky: z.literal(false), ...haltFields }),
  z.strictObject({ kind: z.literal("halted"), sticky: z.literal(true), ...haltFields }),
]) satisfies z.ZodType<Ending>;

const run = z.strictObject({
  id,
  owner: id,
  formerly: z.array(id).exactOptional(),
  baseline: z.string(),
  startedAt: z.string(),
  canaryPassed: z.boolean(),
  canaries: z.array(id),
  judged: z.array(id).exactOptional(),
  impact: impactMemory.exactOptional(),
  hosts: z.record(id, hostMemory),
  done: z.array(id),
  halt: z.strictObject({ sticky: z.boolean(), ...haltFields }).exactOptional(),
  convicted: z.array(id),
  former: z.record(id, z.string()).exactOptional(),
  failingBefore: z.array(z.string()).exactOptional(),
  failingAtCanary: z.array(z.string()).exactOptional(),
  failingAfter: z.array(z.string()).exactOptional(),
  flaky: z.array(z.string()).exactOptional(),
  approved: z.array(approvalGate).exactOptional(),
  awaits: z.strictObject({ gate: approvalGate, people: z.int().min(1), why: z.string() }).exactOptional(),
  memoryLost: z.boolean().exactOptional(),
  ending: ending.exactOptional(),
}) satisfies z.ZodType<RunMemory>;

/** The part of the fleet record that a plan depends on. */
const memory = z.strictObject({
  run: run.exactOptional(),
  halt: z
    .strictObject({ run: id, baseline: z.string(), reason: z.string(), host: id.exactOptional(), at: z.string() })
    .exactOptional(),
  finished: z.strictObject({ baseline: z.string(), mode: z.enum(["full", "canary"]) }).exactOptional(),
}) satisfies z.ZodType<Pick<FleetRecord, "run" | "halt" | "finished">>;

/** What a target looked like at one moment, for planning without it: a bug report is one such file. Holds no credentials. */
export const snapshotSchema = z
  .strictObject({
    format: z.literal(1, "expected 1: this version of rolling-patch reads no other format"),
    baseline: baseline.describe("The level that the hosts were compared with."),
    /** Fleet seconds per real second. */
    scale: z.number().positive().default(1),
    fleet,
    memory: memory.prefault({}),
  })
  .superRefine((snapshot, context) => {
    for (const { path, message } of contradictions(snapshot.fleet)) {
      context.addIssue({ code: "custom", path: ["fleet", ...path], message });
    }
  });

export type Snapshot = z.output<typeof snapshotSchema>;

function* contradictions({ hosts, workloads }: Fleet): Generator<{ path: PropertyKey[]; message: string }> {
  yield* repeated(hosts, "hosts");
  yield* repeated(workloads, "workloads");
  const known = new Set(hosts.map((one) => one.id));
  for (const [index, { host: on, movingTo }] of workloads.entries()) {
    if (!known.has(on)) yield { path: ["workloads", index, "host"], message: `there is no host ${on}` };
    if (movingTo !== undefined && !known.has(movingTo)) {
      yield { path: ["workloads", index, "movingTo"], message: `there is no host ${movingTo}` };
    }
  }
  for (const { path, message } of ruleProblems(workloads, known)) yield { path: ["workloads", ...path], message };
}

function* repeated(
  list: readonly { readonly id: string }[],
  name: string,
): Generator<{ path: PropertyKey[]; message: string }> {
  const seen = new Set<string>();
  for (const [index, one] of list.entries()) {
    if (seen.has(one.id)) yield { path: [name, index, "id"], message: `${one.id} is there twice` };
    seen.add(one.id);
  }
}
