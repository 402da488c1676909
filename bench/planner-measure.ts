import type { Fleet } from "../provider/core/fleet.ts";
import { movesOf, type Plan, type Refusal } from "../provider/core/plan.ts";
import { type PolicyInput, policy } from "../provider/core/policy.ts";
import { type PlanRequest, planFor } from "../provider/planner/plan.ts";
import { search } from "../provider/planner/search.ts";
import { validatePlan } from "../provider/planner/validate.ts";
import type { PlannerInstance } from "./planner-instances.ts";

/** What the planner makes of one fleet. */
export interface Measured {
  readonly instance: string;
  readonly hosts: number;
  readonly workloads: number;
  /** Fullest resource of the whole fleet, 0 to 1. */
  readonly load: number;
  readonly policy: PolicyInput;
  readonly complete: boolean;
  /** Hosts that the attempt which came furthest gets done. */
  readonly hostsDone: number;
  /** Hosts that the best published attempt gets done. */
  readonly reference?: number;
  readonly moves: number;
  readonly movesPerWorkload: number;
  /** Moves against the best bound (M1 to M3). */
  readonly movesRatio: number;
  /** Hours against the best bound of hours. */
  readonly timeRatio: number;
  readonly hours: number;
  /** Most moves of one workload. */
  readonly maxMoves: number;
  readonly violations: number;
  /** Processor time of a plan, validator included; where there is none, of the whole process. */
  readonly seconds: number;
  readonly rssMiB: number;
}

/** Undefined where the data is absent. To be called once in a process. */
export function measure(instance: PlannerInstance): Measured | undefined {
  const fleet = instance.load();
  if (fleet === undefined) return undefined;
  const { name, policy: input, effort, probed, reference } = instance;
  const request: PlanRequest = {
    fleet,
    policy: policy.parse(input),
    baseline: "version=1.1.0",
    owners: ["bench"],
    ...(probed === undefined ? {} : { probed: fleet.workloads.map(({ id }) => id) }),
    effort,
  };
  const stuck = effort === undefined ? undefined : stuckAt(request, effort);
  const before = process.cpuUsage();
  const answer = stuck ?? planFor(request);
  const { user, system } = process.cpuUsage(stuck === undefined ? before : undefined);
  return {
    instance: name,
    hosts: fleet.hosts.length,
    workloads: fleet.workloads.length,
    load: loadOf(fleet),
    policy: input,
    ...quality(answer, fleet),
    ...(reference === undefined ? {} : { reference }),
    violations: answer.kind === "plan" ? validatePlan(request, answer).length : 0,
    seconds: rounded((user + system) / 1e6),
    rssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

interface Partial {
  readonly kind: "stuck";
  readonly done: number;
  readonly moves: readonly string[];
}

/** How far the attempt comes that comes furthest, without a search for what would allow a plan; undefined: there is a plan. */
function stuckAt(request: PlanRequest, effort: number): Partial | undefined {
  const { result } = search(request, effort);
  if (result.kind === "schedule") return undefined;
  const { turns } = result;
  const moves = turns.flatMap(({ makeRoom, evacuate, putBack }) => [...makeRoom, ...evacuate, ...putBack]);
  return { kind: "stuck", done: turns.length, moves: moves.map(({ item }) => item.id) };
}

function quality(answer: Plan | Refusal | Partial, fleet: Fleet) {
  const moves = answer.kind === "plan" ? answer.hosts.flatMap(movesOf).map(({ workload }) => workload) : [];
  if (answer.kind === "stuck") moves.push(...answer.moves);
  const counts = new Map<string, number>();
  for (const id of moves) counts.set(id, (counts.get(id) ?? 0) + 1);
  const plan = answer.kind === "plan" ? answer : undefined;
  return {
    complete: plan !== undefined,
    hostsDone: answer.kind === "stuck" ? answer.done : (plan?.hosts.length ?? 0),
    moves: moves.length,
    movesPerWorkload: rounded(moves.length / Math.max(1, fleet.workloads.length)),
    movesRatio: plan === undefined ? 0 : rounded(moves.length / Math.max(1, plan.bounds.moves)),
    timeRatio: plan === undefined ? 0 : rounded(plan.totals.hours.expected / plan.bounds.hours),
    hours: plan?.totals.hours.expected ?? 0,
    maxMoves: [...counts.values()].reduce((most, count) => Math.max(most, count), 0),
  };
}

function loadOf({ hosts, workloads }: Fleet): number {
  const names = new Set(hosts.flatMap((host) => Object.keys(host.capacity)));
  const sum = (amounts: readonly Readonly<Record<string, number>>[], name: string): number =>
    amounts.reduce((total, one) => total + (one[name] ?? 0), 0);
  const need = workloads.map(({ demand }) => demand);
  const capacity = hosts.map((host) => host.capacity);
  return rounded(Math.max(...[...names].map((name) => sum(need, name) / sum(capacity, name))));
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
