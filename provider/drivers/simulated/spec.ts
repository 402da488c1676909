import { z } from "zod";
import { RollError } from "../../core/errors.ts";
import { versionProblem, versionSchemes } from "../../core/version.ts";
import { quietSpan } from "../../core/windows.ts";
import { ruleProblems } from "../../core/workload-rules.ts";
import { faults } from "./faults.ts";
import { noiseSets } from "./noise-figures.ts";

const id = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[\w][\w.:-]*$/, "expected letters, digits, `_`, `.`, `:` or `-`, starting with a letter, a digit or `_`");
const seconds = z.number().positive();
const mark = z.strictObject({ run: z.string().min(1), owner: z.string().min(1), token: z.int().min(0) });

const host = z.strictObject({
  id,
  level: z.string().min(1).describe("Patch level it runs at the start."),
  memory: z.number().positive().describe("GiB."),
  cpu: z.number().positive().describe("Virtual cores it can run."),
  domain: id.optional().describe("Failure domain: rack, zone, power."),
  quorums: z
    .array(id)
    .default([])
    .describe("Quorum groups that it is a member of: only one host of each may be out at a time."),
  last: z.boolean().default(false).describe("Goes after all others, alone: it runs the control plane, for example."),
  class: id.optional().describe("Hardware or firmware class."),
  slots: z.int().min(1).default(4).describe("Most migrations in flight, in and out together."),
  patch: seconds.default(480).describe("Seconds a patch takes, fleet time."),
  boot: seconds.default(240).describe("Seconds a boot takes, fleet time."),
  held: z.boolean().default(false).describe("An operator has taken it away."),
  cordoned: z.boolean().default(false),
  blocked: z.string().min(1).optional().describe("Why the platform cannot take it to another level."),
  noWayBack: z.string().min(1).optional().describe("Why it could not be taken back to its level after a patch."),
  warnings: z.array(z.string().min(1)).default([]).describe("What a person should know before it is patched."),
  mark: mark.optional().describe("Mark of a run that is out of sight."),
});

const hostRules = z.strictObject({
  only: z.array(id).min(1).exactOptional().describe("Hosts it must run on."),
  never: z.array(id).exactOptional().describe("Hosts it must not run on."),
  prefer: z.array(id).exactOptional().describe("Hosts it should run on."),
});

const workload = z.strictObject({
  id,
  host: id.describe("Host that runs it."),
  memory: z.number().positive().describe("GiB."),
  cpu: z.number().positive().default(1).describe("Virtual cores."),
  group: id.optional().describe("Anti-affinity group: its members never share a host."),
  hosts: hostRules.optional().describe("Where it may run; the platform refuses to move it elsewhere."),
  spread: id.optional().describe("Spread group: its members never share a failure domain."),
  together: id.optional().describe("Together group: its members that share a host move to one host."),
  moves: z.literal("once").optional().describe("May move only once during a roll."),
  quiet: z.array(quietSpan).min(1).optional().describe("When it must not move."),
  pinned: z.boolean().default(false).describe("Cannot be migrated."),
  state: z.enum(["running", "stopped"]).default("running"),
  latency: z.number().positive().default(5).describe("Milliseconds its service needs on an idle host."),
  tags: z.array(id).default([]).describe("What it is labelled with: probes choose by it."),
  address: z.string().min(1).max(253).optional().describe("Name or address under which its service answers."),
});

const share = z.number().min(0);
const levelCost = z.strictObject({
  level: z.string().min(1).describe("Level as hosts run it."),
  class: id.optional().describe("Only on hosts of this class; absent: on every host."),
  latency: share.default(0).describe("Share that is added to the latency: 0.2."),
  errors: share.max(1).default(0).describe("Share of the requests that fail: 0.01."),
  leak: share.default(0).describe("Share that every hour adds to the latency: 0.05."),
});

/** An embedded fleet as it is at the start: what `sim create` reads. */
export const fleetSpec = z
  .strictObject({
    scheme: z.enum(versionSchemes).default("release").describe("How levels are ordered."),
    noise: z
      .enum(["off", ...noiseSets])
      .default("off")
      .describe("How much the service of workloads varies by itself: drift, bursts, errors. `off`: not at all."),
    costs: z.array(levelCost).default([]).describe("What a level costs the service of the hosts that boot it."),
    scale: z.number().positive().max(1_000_000).default(1).describe("Fleet seconds per real second."),
    seed: z.int().min(0).max(0xffffffff).default(1),
    jitter: z.number().min(0).max(0.9).default(0).describe("Share by which a duration may differ from its estimate."),
    migration: z
      .strictObject({ fixed: z.number().min(0).default(10), perGiB: z.number().min(0).default(2) })
      .prefault({})
      .describe("Seconds for one live migration: fixed, and per GiB of memory."),
    backward: z
      .enum(["yes", "no", "unknown"])
      .default("yes")
      .describe("Whether workloads may move from hosts at a newer level to hosts at an older one."),
    remediations: z.int().min(1).optional().describe("Most hosts in remediation at once; absent: any number."),
    rollback: z.boolean().default(true).describe("Whether it takes hosts back to the level before their last patch."),
    times: z
      .strictObject({ stage: seconds.default(60), stop: seconds.default(30), start: seconds.default(60) })
      .prefault({})
      .describe("Seconds to stage a patch on a host, to shut a workload down, to start it."),
    actors: z
      .strictObject({
        balancer: z.boolean().default(true),
        powerManagement: z.boolean().default(true),
        alerts: z.boolean().default(true),
      })
      .prefault({})
      .describe("Others who act on the fleet, and whether they are on."),
    hosts: z.array(host).min(1, "a fleet has at least one host"),
    workloads: z.array(workload).default([]),
    faults: faults.default([]),
  })
  .superRefine((spec, context) => {
    for (const { path, message } of contradictions(spec)) context.addIssue({ code: "custom", path, message });
  });

/** As people write it. */
export type FleetSpecInput = z.input<typeof fleetSpec>;
/** With every default filled in. */
export type FleetSpec = z.output<typeof fleetSpec>;

/**
 * Checks a fleet spec and fills in its defaults.
 * @param name what the spec is called in messages, its file for example.
 * @throws RollError `invalid` that lists every failure with its field path.
 */
export function parseFleetSpec(value: unknown, name = "the fleet"): FleetSpec {
  return parseAs(fleetSpec, value, name);
}

/** Parses by a schema. @throws RollError `invalid` that lists every failure with its field path. */
export function parseAs<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const failures = result.error.issues.map((issue) => {
    const path = issue.path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
    return `${path.replace(/^\./, "") || "value"}: ${issue.message}`;
  });
  throw new RollError("invalid", `${name} is not valid: ${failures.join("; ")}.`, {
    hint: "Correct these fields; nothing was touched.",
  });
}

interface Contradiction {
  readonly path: (string | number)[];
  readonly message: string;
}

function* contradictions(spec: FleetSpec): Generator<Contradiction> {
  yield* repeated(spec.hosts, "hosts");
  yield* repeated(spec.workloads, "workloads");
  const known = new Set(spec.hosts.map((one) => one.id));
  const workloads = new Set(spec.workloads.map((one) => one.id));
  for (const [index, one] of spec.hosts.entries()) {
    const problem = versionProblem(spec.scheme, one.level);
    if (problem !== undefined) yield { path: ["hosts", index, "level"], message: problem };
  }
  for (const [index, one] of spec.workloads.entries()) {
    if (!known.has(one.host)) yield { path: ["workloads", index, "host"], message: `there is no host "${one.host}"` };
  }
  for (const { path, message } of ruleProblems(spec.workloads, known)) yield { path: ["workloads", ...path], message };
  for (const [index, one] of spec.faults.entries()) {
    if (one.host !== undefined && !known.has(one.host)) {
      yield { path: ["faults", index, "host"], message: `there is no host "${one.host}"` };
    }
    if ("workload" in one && one.workload !== undefined && !workloads.has(one.workload)) {
      yield { path: ["faults", index, "workload"], message: `there is no workload "${one.workload}"` };
    }
    const problem = one.kind === "host-drifts" ? versionProblem(spec.scheme, one.level) : undefined;
    if (problem !== undefined) yield { path: ["faults", index, "level"], message: problem };
  }
  for (const [index, one] of spec.costs.entries()) {
    const problem = versionProblem(spec.scheme, one.level);
    if (problem !== undefined) yield { path: ["costs", index, "level"], message: problem };
  }
  yield* overCommitted(spec);
  yield* groupsTogether(spec);
}

function* repeated(list: readonly { readonly id: string }[], field: string): Generator<Contradiction> {
  const seen = new Set<string>();
  for (const [index, one] of list.entries()) {
    if (seen.has(one.id)) yield { path: [field, index, "id"], message: `"${one.id}" occurs twice` };
    seen.add(one.id);
  }
}

function* overCommitted(spec: FleetSpec): Generator<Contradiction> {
  const used = new Map<string, { memory: number; cpu: number }>();
  for (const one of spec.workloads) {
    if (one.state !== "running") continue;
    const sum = used.get(one.host) ?? { memory: 0, cpu: 0 };
    used.set(one.host, { memory: sum.memory + one.memory, cpu: sum.cpu + one.cpu });
  }
  for (const [index, one] of spec.hosts.entries()) {
    for (const resource of ["memory", "cpu"] as const) {
      const sum = used.get(one.id)?.[resource] ?? 0;
      if (sum > one[resource]) {
        yield {
          path: ["hosts", index, resource],
          message: `"${one.id}" has ${one[resource]}, but its workloads take ${sum}`,
        };
      }
    }
  }
}

function* groupsTogether(spec: FleetSpec): Generator<Contradiction> {
  const seen = new Map<string, string>();
  for (const [index, one] of spec.workloads.entries()) {
    if (one.group === undefined || one.state !== "running") continue;
    const key = `${one.group} ${one.host}`;
    const other = seen.get(key);
    if (other !== undefined) {
      const message = `"${one.id}" and "${other}" are of group "${one.group}" and share the host "${one.host}"`;
      yield { path: ["workloads", index, "group"], message };
    }
    seen.set(key, one.id);
  }
}
