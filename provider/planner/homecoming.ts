import { own } from "../core/own.ts";
import type { Board } from "./board.ts";
import { areCompanions } from "./companions.ts";
import { why } from "./destinations.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { isDisliked, isKeptOff } from "./item-rules.ts";
import type { Leg } from "./leg.ts";
import { add, at, needOf } from "./vectors.ts";

/**
 * Moves that bring a host's own workloads back to it: those that it evacuates now, and those that the run remembers.
 * The ones that do not fit (the host was over-full, or a member of their group stays there) are left where they are, and
 * so are those in `claimed`, which go to another host.
 */
export function homecoming(
  facts: Facts,
  board: Board,
  node: Node,
  evacuated: readonly Leg[],
  claimed: ReadonlySet<Item>,
): Leg[] {
  const legs: Leg[] = evacuated.map(({ item, to }) => ({ item, from: to, to: node, why: why.home }));
  const away = new Set(legs.map(({ item }) => item.id));
  const homes = new Set(own(facts.request.memory?.hosts, node.id)?.homes ?? []);
  for (const item of homes.size > 0 ? facts.items : []) {
    if (!homes.has(item.id) || away.has(item.id) || item.workload.pinned || item.node === node) continue;
    if (item.node.role === "in hand" || item.node.role === "closed" || claimed.has(item)) continue;
    legs.push({ item, from: item.node, to: node, why: why.home });
  }
  // Where it should run is better than where it was.
  const wanted = legs.filter(
    ({ item, from }) =>
      item.rules?.once !== true &&
      mayComeHome(facts, board, from, node) &&
      (!isDisliked(item, node) || isDisliked(item, from)),
  );
  return fitting(board, facts, node, wanted, evacuated);
}

/** For a host that is watched while its load comes back: replicated workloads first, then the smallest; companions stay together. */
export function cheapestFirst(legs: readonly Leg[]): Leg[] {
  const memory = (bundle: readonly Leg[]): number => bundle.reduce((sum, { item }) => sum + item.gib, 0);
  const lonely = (bundle: readonly Leg[]): number => bundle.filter(({ item }) => item.group < 0).length;
  const first = (bundle: readonly Leg[]): number => (bundle[0] as Leg).item.index;
  return bundled(legs)
    .sort((a, b) => Math.sign(lonely(a)) - Math.sign(lonely(b)) || memory(a) - memory(b) || first(a) - first(b))
    .flat();
}

/** By then the host is at its new level: it must not be an older one than where the workload is. */
function mayComeHome({ ages }: Facts, board: Board, from: Node, node: Node): boolean {
  return ages === undefined || board.ageOf(from) <= at(ages.after, node.index);
}

/** Workloads that will be on the host when it takes load again, whatever comes back: pinned ones, those never moved off. */
export function staying(facts: Facts, board: Board, node: Node): Item[] {
  const kept = board.itemsOn(node).filter((item) => !node.below || item.workload.pinned);
  return [...kept, ...(facts.owed[node.index] ?? [])];
}

/**
 * Most that a host may book in service beyond what leaves other hosts: its staying workloads, and as many of the moves
 * onto it as its slots allow at once, which are booked at both ends.
 */
export function returnNeed(facts: Facts, board: Board, node: Node, putBack: readonly Leg[]): number[] {
  const base = needOf(staying(facts, board, node), facts.resources.length);
  return base.map((amount, r) => {
    const needs = putBack.map(({ item }) => at(item.need, r)).sort((a, b) => b - a);
    return needs.slice(0, node.host.slots).reduce((sum, need) => sum + need, amount);
  });
}

function fitting(board: Board, facts: Facts, node: Node, legs: readonly Leg[], evacuated: readonly Leg[]): Leg[] {
  const stays = staying(facts, board, node);
  let load = needOf(stays, facts.resources.length);
  let groups = new Set(stays.map((item) => item.group));
  const spreads = new Set<number>();
  /** Companions come home whole, or not at all: parting those that share a host now is against their rule. */
  const whole = (bundle: readonly Leg[]): boolean => {
    const [{ item, from }] = bundle as [Leg];
    const there = [...board.itemsOn(from), ...evacuated.filter(({ to }) => to === from).map((leg) => leg.item)];
    return there.every((other) => !areCompanions(item, other) || bundle.some((leg) => leg.item === other));
  };
  const takes = (bundle: readonly Leg[]): boolean => {
    const [more, others] = [[...load], new Set(groups)];
    for (const { item, from } of bundle) {
      if (isKeptOff(item, node) || (item.group >= 0 && others.has(item.group))) return false;
      const spread = item.rules?.spread ?? -1;
      const within = from.domain === node.domain;
      if (spread >= 0 && !within && (spreads.has(spread) || board.sharesDomain(item, node))) return false;
      if (item.need.some((need, r) => need > 0 && at(more, r) + need > at(node.capacity, r) * (1 + 1e-9))) return false;
      add(more, item.need, 1);
      if (item.group >= 0) others.add(item.group);
      if (!within) spreads.add(spread);
    }
    [load, groups] = [more, others];
    return true;
  };
  const sorted = [...legs].sort((a, b) => b.item.bulk - a.item.bulk || a.item.index - b.item.index);
  return bundled(sorted).flatMap((bundle) => (whole(bundle) && takes(bundle) ? bundle : []));
}

/** Companions that come from one host, together; in the order of the first of each. */
function bundled(legs: readonly Leg[]): Leg[][] {
  const bundles: Leg[][] = [];
  for (const leg of legs) {
    const companions =
      (leg.item.rules?.together ?? -1) < 0
        ? undefined
        : bundles.find(([first]) => first?.from === leg.from && areCompanions(first.item, leg.item));
    if (companions === undefined) bundles.push([leg]);
    else companions.push(leg);
  }
  return bundles;
}
