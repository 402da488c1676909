import type { Compliance, Finding } from "../../core/compliance.ts";
import { survey } from "../../core/compliance.ts";
import type { Fleet } from "../../core/fleet.ts";
import type { HostPlan, Plan, Refusal } from "../../core/plan.ts";
import type { RunMemory } from "../../core/run.ts";
import type { Costs } from "../costs.ts";
import type { Measuring } from "../measuring.ts";
import type { Nights } from "../nights.ts";

/** What the plan file holds: everything that a reviewer, a policy or a bug report needs. Times are fleet time. */
export interface PlanDocument {
  readonly format: 1;
  /** `project/stack/name` of the resource; absent when planned from a snapshot. */
  readonly owner?: string;
  readonly target: string;
  /** The declared level, for people. */
  readonly level: string;
  /** What `up` would do with it. */
  readonly outlook: "roll" | "nothing" | "left alone" | "refused" | "halted";
  /** Why it is left alone, refused or halted. */
  readonly why?: string;
  /** The run that ended early and that `up` goes on with. */
  readonly goesOn?: { readonly run: string; readonly done: number };
  /** Plan id, to be approved with `policy.approved`. */
  readonly id?: string;
  /** Planned hosts in the order in which they start, then the others by name. */
  readonly hosts: readonly HostRow[];
  readonly compliance: Readonly<Record<Compliance, number>>;
  readonly notes: readonly string[];
  readonly totals?: Plan["totals"];
  /** The moves of `totals` by what they are for. */
  readonly moves?: MoveCounts;
  readonly bounds?: Plan["bounds"];
  /** `totals` as multiples of `bounds`: 1 cannot be bettered. A bound of nothing has none. */
  readonly ratios?: { readonly moves?: number; readonly hours?: number };
  /** How hard it was searched; `plan --effort` takes another one. */
  readonly effort?: number;
  /** Fullest that every host in service gets, as in the plan. */
  readonly peaks?: Plan["peaks"];
  /** How the roll fits into `policy.windows`; absent without any. */
  readonly windows?: Nights;
  /** What settings cost; absent where nothing was asked. */
  readonly costs?: Costs;
  /** How it measures what the patch costs the service; "not tested" where nothing is probed. */
  readonly measuring?: Measuring | "not tested";
  readonly refusal?: Refusal;
  /** Fleet seconds per real second, when it is not 1. */
  readonly scale?: number;
}

export interface MoveCounts {
  readonly evacuate: number;
  readonly putBack: number;
  readonly makeRoom: number;
  readonly undoRoom: number;
}

export interface HostRow {
  readonly host: string;
  readonly compliance: Compliance;
  /** Level it has, and level that it should have. */
  readonly from: string;
  readonly to: string;
  /** Why it is skipped, blocked or not plainly compliant or drifted; empty otherwise. */
  readonly reason: string;
  /** What a person should know before it is patched; absent: nothing. */
  readonly warnings?: readonly string[];
  /** Out already, under a mark of this project. */
  readonly inHand: boolean;
  /** Its part in the roll; absent when the roll leaves it alone. */
  readonly part?: Omit<HostPlan, "host" | "from" | "to">;
}

/** What is known besides plan and fleet. */
export interface Circumstances {
  readonly owner?: string;
  readonly level?: string;
  readonly outlook?: PlanDocument["outlook"];
  readonly why?: string;
  readonly scale?: number;
  readonly findings?: readonly Finding[];
  readonly goesOn?: RunMemory;
  readonly windows?: Nights | undefined;
  readonly costs?: Costs | undefined;
  readonly measuring?: Measuring | "not tested" | undefined;
}

/** A plan, or the refusal of one, as data. */
export function planDocument(made: Plan | Refusal | undefined, fleet: Fleet, about: Circumstances = {}): PlanDocument {
  const plan = made?.kind === "plan" ? made : undefined;
  const findings = about.findings ?? survey(fleet);
  const counts = { compliant: 0, drifted: 0, ahead: 0, blocked: 0, unknown: 0 };
  for (const { compliance } of findings) counts[compliance] += 1;
  const { owner, why, goesOn, scale = 1 } = about;
  return {
    format: 1,
    ...(owner === undefined ? {} : { owner }),
    target: fleet.target,
    level: about.level ?? commonLevel(fleet),
    outlook: about.outlook ?? (plan === undefined ? "refused" : plan.hosts.length === 0 ? "nothing" : "roll"),
    ...(why === undefined ? {} : { why }),
    ...(goesOn === undefined ? {} : { goesOn: { run: goesOn.id, done: goesOn.done.length } }),
    ...(plan === undefined || plan.hosts.length === 0 ? {} : figuresOf(plan, about)),
    hosts: rowsOf(fleet, findings, plan),
    compliance: counts,
    notes: plan?.notes ?? [],
    ...(made?.kind === "refusal" ? { refusal: made } : {}),
    ...(scale === 1 ? {} : { scale }),
  };
}

function figuresOf(plan: Plan, { windows, costs, measuring }: Circumstances): Partial<PlanDocument> {
  const { id, totals, bounds, effort, peaks } = plan;
  const moves = { evacuate: 0, putBack: 0, makeRoom: 0, undoRoom: 0 };
  for (const host of plan.hosts) {
    moves.evacuate += host.evacuate.length;
    moves.putBack += host.putBack.length;
    moves.makeRoom += host.makeRoom.length;
    moves.undoRoom += host.undoRoom.length;
  }
  const ratios = {
    ...(bounds.moves > 0 ? { moves: thousandths(totals.moves / bounds.moves) } : {}),
    ...(bounds.hours > 0 ? { hours: thousandths(totals.hours.expected / bounds.hours) } : {}),
  };
  return {
    ...{ id, totals, moves, bounds, ratios, effort, peaks },
    ...(windows === undefined ? {} : { windows }),
    ...(costs === undefined ? {} : { costs }),
    ...(measuring === undefined ? {} : { measuring }),
  };
}

const thousandths = (value: number): number => Math.round(value * 1000) / 1000;

function rowsOf(fleet: Fleet, findings: readonly Finding[], plan: Plan | undefined): HostRow[] {
  const found = new Map(findings.map((finding) => [finding.host, finding]));
  const skipped = new Map(plan?.skipped.map(({ host, why }) => [host, why]));
  const live = new Map(fleet.hosts.map((host) => [host.id, host]));
  const planned = (plan?.hosts ?? []).map(({ host, from, to, ...part }): HostRow => {
    const { compliance = "drifted", reason = "" } = found.get(host) ?? {};
    const { mark, warnings = [] } = live.get(host) ?? {};
    const told = warnings.length === 0 ? {} : { warnings };
    return { host, compliance, from, to, reason, ...told, inHand: mark !== undefined, part };
  });
  const taken = new Set(planned.map((row) => row.host));
  const others = findings
    .filter(({ host }) => !taken.has(host))
    .map(({ host, compliance, reason }): HostRow => {
      const { level = "unknown", wanted = "unknown", mark } = live.get(host) ?? {};
      const why = skipped.get(host) ?? reason;
      return {
        host,
        compliance,
        from: level,
        to: wanted,
        // The planner may have left it alone for just that finding, and says which.
        reason: why.startsWith(`${compliance}: `) ? reason : why,
        inHand: mark !== undefined,
      };
    });
  return [...planned, ...others];
}

/** The level most hosts are asked for, when nobody says what was declared. */
function commonLevel(fleet: Fleet): string {
  const counts = new Map<string, number>();
  for (const { wanted } of fleet.hosts) counts.set(wanted, (counts.get(wanted) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? "unknown";
}
