import fc from "fast-check";
import { type HostPlan, movesOf, type Plan } from "../../provider/core/plan.ts";
import { hoursBound, tailOf } from "../../provider/planner/hours-bound.ts";
import { impossibilities } from "../../provider/planner/impossible.ts";
import { type PlanRequest, planFor } from "../../provider/planner/plan.ts";
import { readRequest, search } from "../../provider/planner/search.ts";
import { calmRequest, quietRequest, tightRequest, wideRequest, wildRequest } from "./arbitraries.ts";
import { midway } from "./progress.ts";

/** A moment of a plan: hosts that are over, hosts that have started, moves that the first of these has made, one more in flight. */
export interface Moment {
  readonly over: number;
  readonly started: number;
  readonly moved: number;
  readonly flying: boolean;
}

export const moment: fc.Arbitrary<Moment> = fc.record({
  over: fc.nat(8),
  started: fc.nat(1),
  moved: fc.nat(4),
  flying: fc.boolean(),
});

/** Requests of every kind, seen for the first time or in mid-roll; tight ones as often as all others. */
export const anyRequest: fc.Arbitrary<PlanRequest> = fc.oneof(
  { arbitrary: calmRequest, weight: 1 },
  { arbitrary: wildRequest, weight: 1 },
  { arbitrary: tightRequest, weight: 2 },
  { arbitrary: wideRequest, weight: 2 },
  { arbitrary: quietRequest, weight: 1 },
);

/** Little effort finds a plan: a refusal takes its time, since it looks for ways out. */
export function isEasy(request: PlanRequest): boolean {
  const { facts } = readRequest(request);
  return impossibilities(facts).length === 0 && search(request, 1).result.kind === "schedule";
}

/**
 * What is wrong with the planner's answer to a request, and with its answer once the plan is half done; undefined: nothing. What the
 * validator finds is thrown by `planFor` itself.
 */
export function breach(request: PlanRequest, at: Moment): string | undefined {
  const answer = planFor(request);
  // The dear ones of the checks take turns.
  const turn = at.over % 3;
  if (turn === 0 && JSON.stringify(planFor(reordered(request))) !== JSON.stringify(answer))
    return "another order of the keys, or another moment, gives another answer";
  if (answer.kind === "refusal")
    return answer.reasons.length > 0 && answer.unlock !== "" ? undefined : "a mute refusal";
  return (
    wrongSums(answer) ??
    (turn === 1 && request.memory === undefined ? beyondBounds(request, answer) : undefined) ??
    (turn === 2 || answer.hosts.some((entry) => entry.canary) ? wrongRest(request, answer, at) : undefined)
  );
}

function wrongSums({ hosts, totals, watch }: Plan): string | undefined {
  const gib = hosts.flatMap(movesOf).reduce((sum, move) => sum + move.gib, 0);
  const moves = hosts.flatMap(movesOf).length;
  if (Math.abs(gib - totals.gib) > 0.01 * (moves + 1)) return `${gib} GiB travel, not ${totals.gib}`;
  if (totals.hours.low > totals.hours.expected || totals.hours.expected > totals.hours.high)
    return "hours out of order";
  const end = (Math.max(0, ...hosts.map((entry) => entry.end)) + watch.after) / 3600;
  return Math.abs(end - totals.hours.expected) > 0.01
    ? `it ends after ${end} h, not ${totals.hours.expected}`
    : undefined;
}

/** The bound on hours also as it was computed, in seconds, before load is evened out. */
export function beyondBounds(request: PlanRequest, { bounds, totals, effort }: Plan): string | undefined {
  if (bounds.moves > totals.moves) return `${totals.moves} moves are less than the bound of ${bounds.moves}`;
  if (bounds.out < totals.out) return `${totals.out} hosts out are more than the bound of ${bounds.out}`;
  const { facts, result } = search(request, effort);
  if (result.kind !== "schedule") return "the same effort finds no schedule";
  const end = result.turns.reduce((last, turn) => Math.max(last, turn.end), 0) + tailOf(facts, result.turns);
  const bound = 3600 * hoursBound(facts, result.turns);
  return bound > end + 1e-6 ? `a roll of ${end} s is shorter than the bound of ${bound} s` : undefined;
}

/** The rest of a calm plan can be planned from any moment of it, in the announced order. */
export function wrongRest(request: PlanRequest, plan: Plan, at: Moment): string | undefined {
  if (request.memory !== undefined || plan.hosts.length === 0) return undefined;
  const over = Math.min(at.over, plan.hosts.length);
  const rest = plan.hosts.slice(over);
  const half = midway(request, plan, over, Math.min(at.started, rest.length), at.moved, at.flying);
  const again = planFor(half);
  if (again.kind === "refusal") {
    // What is in flight is booked at both ends: the roll waits for it and plans again.
    const inTheAir = half.fleet.workloads.some((workload) => workload.movingTo !== undefined);
    return inTheAir ? undefined : `the rest is refused: ${again.reasons[0]?.text}`;
  }
  // Where a workload with quiet hours has gone to meanwhile, its host rests.
  if (request.quiet !== undefined) return undefined;
  const orders = [again.hosts, rest].map((hosts: readonly HostPlan[]) => hosts.map(({ host }) => host).join(" "));
  return orders[0] === orders[1] ? undefined : `${orders[1]} was announced, and becomes ${orders[0]}`;
}

/** The same request with the keys of all objects the other way round. */
export function reordered<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reordered) as T;
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, inner]) => [key, reordered(inner)])) as T;
}
