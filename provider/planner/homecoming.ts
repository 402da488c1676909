import { own } from "../core/own.ts";
import { add, at, type Board, type Leg, needOf } from "./board.ts";
import { why } from "./destinations.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { isDisliked, isKeptOff } from "./item-rules.ts";

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
  const wanted = legs.filter(({ item, from }) => !isDisliked(item, node) || isDisliked(item, from));
  return fitting(board, facts, node, wanted);
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

function fitting(board: Board, facts: Facts, node: Node, legs: readonly Leg[]): Leg[] {
  const stays = staying(facts, board, node);
  const load = needOf(stays, facts.resources.length);
  const groups = new Set(stays.map((item) => item.group));
  return [...legs]
    .sort((a, b) => b.item.bulk - a.item.bulk || a.item.index - b.item.index)
    .filter(({ item }) => {
      if (item.group >= 0 && groups.has(item.group)) return false;
      if (isKeptOff(item, node)) return false;
      if (item.need.some((need, r) => need > 0 && at(load, r) + need > at(node.capacity, r) * (1 + 1e-9))) return false;
      add(load, item.need, 1);
      if (item.group >= 0) groups.add(item.group);
      return true;
    });
}
