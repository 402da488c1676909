import type { Fleet } from "../core/fleet.ts";
import { hoursBound } from "./bounds.ts";
import { canariesOf } from "./canaries.ts";
import { Draft, type Manner, type Schedule, type Stuck } from "./draft.ts";
import { evacuationSeconds, remediationSeconds } from "./durations.ts";
import { type Facts, factsOf, type Node } from "./facts.ts";
import type { PlanRequest } from "./request.ts";

/** Placement tests in one unit of effort. Effort is counted in them, never in time, so that every machine finds the same. */
export const EFFORT_UNIT = 100_000;

/** Attempts with other orders and widths, whatever the effort. */
const ATTEMPTS = 400;

/** The default: a fixed function of the size of the fleet. One attempt at a large fleet takes a test for each workload and some hosts. */
export function usualEffort(fleet: Fleet): number {
  return Math.ceil(200 + (fleet.workloads.length * Math.min(64, fleet.hosts.length)) / EFFORT_UNIT);
}

/** A schedule this many times the bound is worth a second look, and another must be this many times shorter. */
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
): { facts: Facts; result: Schedule | Stuck; avoided: readonly string[] } {
  const avoid = new Set<string>();
  let { facts, canaries } = readRequest(request);
  let best: { facts: Facts; result: Stuck } | undefined;
  let steps = 0;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const left = attempt < 2 ? Number.POSITIVE_INFINITY : effort * EFFORT_UNIT - steps;
    if (left <= 0) break;
    const manner = mannerOf(facts, canaries, attempt, left);
    if (manner === undefined) continue;
    const draft = new Draft(facts, manner);
    const inHand = inHandOf(facts);
    const result = draft.run(inHand);
    steps += draft.steps;
    if (result.kind === "schedule") return { facts, result: faster(facts, manner, result), avoided: [...avoid] };
    if (best === undefined || result.turns.length > best.result.turns.length) best = { facts, result };
    // A canary starts on an untouched fleet: no other order helps it, but another canary may.
    const canary = canaries.find((node) => !result.turns.some((turn) => turn.node === node));
    if (canary === undefined || result.turns.length < inHand.length) continue;
    avoid.add(canary.id);
    const again = readRequest(request, avoid);
    if (again.canaries.length < canaries.length || avoid.size > 8) break;
    ({ facts, canaries } = again);
    attempt = -1;
  }
  if (best === undefined) throw new Error("the planner made no attempt");
  return { ...best, avoided: [] };
}

/** The schedule, or a clearly shorter one that fills hosts less evenly, if even filling made it long. */
function faster(facts: Facts, manner: Manner, schedule: Schedule): Schedule {
  const seconds = (one: Schedule): number => one.turns.reduce((last, turn) => Math.max(last, turn.end), 0);
  if (manner.inOrder || seconds(schedule) <= LONG * 3600 * hoursBound(facts, schedule.turns)) return schedule;
  const eager = new Draft(facts, { ...manner, eager: true }).run(inHandOf(facts));
  return eager.kind === "schedule" && seconds(eager) * CLEARLY < seconds(schedule) ? eager : schedule;
}

/** Hosts that were started before: in the announced order, then by id. */
function inHandOf(facts: Facts): Node[] {
  const announced = announcedOrder(facts);
  return facts.nodes
    .filter((node) => node.role === "in hand")
    .sort((a, b) => rankIn(announced, a) - rankIn(announced, b) || a.index - b.index);
}

/** The ways to try, the best ones first; undefined: not in this case. */
function mannerOf(facts: Facts, canaries: readonly Node[], attempt: number, effort: number): Manner | undefined {
  const pending = facts.nodes.filter((node) => node.role === "pending" && !canaries.some(({ id }) => id === node.id));
  const width = Math.max(1, facts.allowed - facts.unavailable.length);
  const done = facts.memory?.done.length ?? 0;
  const base = {
    canaries,
    width,
    parked: Math.max(0, width - done),
    inOrder: false,
    announced: false,
    eager: false,
    effort,
  };
  const count = (node: Node): number => facts.residents[node.index]?.length ?? 0;
  const sorted = (key: (node: Node) => number): Node[] =>
    [...pending].sort((a, b) => key(a) - key(b) || a.index - b.index);
  switch (attempt) {
    case 0: {
      if (facts.request.previous === undefined) return undefined;
      const announced = announcedOrder(facts);
      const order = usualOrder(facts, pending, width).sort((a, b) => rankIn(announced, a) - rankIn(announced, b));
      return { ...base, order, inOrder: true, announced: true };
    }
    case 1:
      return { ...base, order: usualOrder(facts, pending, width) };
    case 2:
      return { ...base, order: usualOrder(facts, pending, width), parked: 0 };
    case 3:
      return { ...base, order: sorted(count), width: 1 };
    case 4:
      return { ...base, order: sorted((node) => -fullness(facts, node)), width: 1 };
    case 5:
      return { ...base, order: sorted((node) => fullness(facts, node)), width: 1 };
    case 6:
      return { ...base, order: sorted((node) => -bulkiest(facts, node)), width: 1 };
    default:
      return { ...base, order: shuffled(pending, attempt), width: attempt % 2 === 0 ? 1 : width };
  }
}

/**
 * As many as may be out at once with the fewest workloads first: nothing is at the level yet, so theirs move twice. Then
 * the longest first, so that none of them is left for the end.
 */
function usualOrder(facts: Facts, pending: readonly Node[], width: number): Node[] {
  const count = (node: Node): number => facts.residents[node.index]?.length ?? 0;
  const byCount = [...pending].sort((a, b) => count(a) - count(b) || a.index - b.index);
  const rest = byCount.slice(width);
  const seconds = new Map(rest.map((node) => [node, evacuationSeconds(facts, node) + remediationSeconds(node)]));
  rest.sort((a, b) => (seconds.get(b) ?? 0) - (seconds.get(a) ?? 0) || a.index - b.index);
  return [...byCount.slice(0, width), ...rest];
}

function fullness(facts: Facts, node: Node): number {
  return (facts.residents[node.index] ?? []).reduce((sum, item) => sum + item.bulk, 0);
}

function bulkiest(facts: Facts, node: Node): number {
  return (facts.residents[node.index] ?? []).reduce((most, item) => Math.max(most, item.bulk), 0);
}

function announcedOrder(facts: Facts): ReadonlyMap<string, number> {
  return new Map((facts.request.previous?.hosts ?? []).map((entry, index) => [entry.host, index]));
}

const rankIn = (order: ReadonlyMap<string, number>, node: Node): number =>
  order.get(node.id) ?? Number.MAX_SAFE_INTEGER;

/** Fisher-Yates with a small generator (mulberry32): the same seed gives the same order everywhere. */
function shuffled(nodes: readonly Node[], seed: number): Node[] {
  const order = [...nodes];
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  const random = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] as Node, order[i] as Node];
  }
  return order;
}
