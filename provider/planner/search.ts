import type { Fleet } from "../core/fleet.ts";
import { canariesOf } from "./canaries.ts";
import { Draft } from "./draft.ts";
import { type Facts, factsOf, type Node } from "./facts.ts";
import { fewerMoves, lengthOf } from "./fewer.ts";
import { hoursBound } from "./hours-bound.ts";
import type { Manner, Schedule, Stuck } from "./manner.ts";
import { announcedOrder, manners, rankIn } from "./manners.ts";
import type { PlanRequest } from "./request.ts";

/** Placement tests in one unit of effort. Effort is counted in them, never in time, so that every machine finds the same. */
export const EFFORT_UNIT = 100_000;

/**
 * The default: a fixed function of the size of the fleet, so that a preview and `up` find the same plan. It only counts where the first
 * orders lead nowhere.
 */
export function usualEffort({ hosts, workloads }: Fleet): number {
  return Math.min(500, Math.ceil(5 + (hosts.length * workloads.length) / 500));
}

/** A schedule this many times the bound is worth a look at another order. */
const LOOSE = 1.02;
/** At this many times the bound hosts may be filled less evenly, if that is so many times shorter. */
const LONG = 1.1;
const CLEARLY = 1.05;

/** The facts of a request in which only hosts that this mode rolls are pending, and its canaries. */
export function readRequest(
  request: PlanRequest,
  avoid: ReadonlySet<string> = new Set(),
): { facts: Facts; canaries: Node[] } {
  const facts = factsOf(request);
  const canaries = canariesOf(facts, avoid);
  if (request.policy.mode !== "canary") return { facts, canaries };
  const only = factsOf(request, new Set(canaries.map(({ id }) => id)));
  return { facts: only, canaries: canaries.map((node) => only.nodes[node.index] as Node) };
}

/**
 * Looks for a schedule; when none is found, returns the attempt that came furthest. `effort`: units of `EFFORT_UNIT` placement tests over
 * all attempts; the first two attempts are always made in full.
 */
export function search(
  request: PlanRequest,
  effort: number,
  reading = readRequest(request),
): { facts: Facts; result: Schedule | Stuck; avoided: readonly string[] } {
  let best: { facts: Facts; result: Stuck } | undefined;
  let steps = 0;
  for (const phase of ["plain", "room"] as const) {
    const avoid = new Set<string>();
    let { facts, canaries } = reading;
    let ways = manners(facts, canaries, phase);
    for (let attempt = 0; ; attempt++) {
      const left = phase === "plain" && attempt < 2 ? Number.POSITIVE_INFINITY : effort * EFFORT_UNIT - steps;
      const way = left > 0 ? ways.next().value : undefined;
      if (way === undefined) break;
      const manner = { ...way, effort: left };
      const draft = new Draft(facts, manner);
      const inHand = inHandOf(facts);
      const result = draft.run(inHand);
      steps += draft.steps;
      if (result.kind === "schedule") {
        const rest = { inHand, effort: effort * EFFORT_UNIT - steps, cost: draft.steps };
        const fewest = fewerMoves(facts, manner, result, rest);
        return { facts, result: faster(facts, manner, fewest), avoided: [...avoid] };
      }
      if (best === undefined || result.turns.length > best.result.turns.length) best = { facts, result };
      // A canary starts on an untouched fleet: no other order helps it, but another canary may.
      const canary = canaries.find((node) => !result.turns.some((turn) => turn.node === node));
      if (canary === undefined || result.turns.length < inHand.length) continue;
      avoid.add(canary.id);
      const again = readRequest(request, avoid);
      if (again.canaries.length < canaries.length || avoid.size > 8) break;
      ({ facts, canaries } = again);
      ways = manners(facts, canaries, phase);
      attempt = -1;
    }
  }
  if (best === undefined) throw new Error("the planner made no attempt");
  return { ...best, avoided: [] };
}

/** The schedule, or a shorter one: in another order, or one that fills hosts less evenly, if even filling made it long. */
function faster(facts: Facts, manner: Manner, schedule: Schedule): Schedule {
  const bound = manner.inOrder ? 0 : 3600 * hoursBound(facts, schedule.turns);
  const shorter = (by: number, than: Schedule, change: Partial<Manner>): Schedule => {
    const other = new Draft(facts, { ...manner, ...change }).run(inHandOf(facts));
    return other.kind === "schedule" && lengthOf(other) * by < lengthOf(than) ? other : than;
  };
  const { another } = manner;
  const isLong = (by: number, one: Schedule): boolean => bound > 0 && lengthOf(one) > by * bound;
  const best = another !== undefined && isLong(LOOSE, schedule) ? shorter(1, schedule, { order: another }) : schedule;
  return isLong(LONG, best) ? shorter(CLEARLY, best, { eager: true }) : best;
}

/** Hosts that were started before: in the announced order, then by id. */
function inHandOf(facts: Facts): Node[] {
  const announced = announcedOrder(facts);
  return facts.nodes
    .filter((node) => node.role === "in hand")
    .sort((a, b) => rankIn(announced, a) - rankIn(announced, b) || a.index - b.index);
}
