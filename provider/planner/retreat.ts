import { isNone } from "../core/reserve.ts";
import type { Board } from "./board.ts";
import type { Facts, Node } from "./facts.ts";
import type { Leg } from "./leg.ts";
import { at } from "./vectors.ts";

/** Rounding in sums of fractions must not call short what suffices exactly. */
const TOLERANCE = 1e-9;

/*
 * Where moves to older hosts are forbidden, a host at the new level that a verdict empties once more gives its workloads only to others
 * that are at least as new. There is room for that, as far as amounts go and whichever host it is, exactly where as much is free on
 * the hosts at its level and newer ones, its own free room included, as the largest of that level has: the reserve for one host,
 * counted among these alone. With a single host there it never is.
 */

/** Does the reserve count this? Only where moves to older hosts are forbidden and room is kept at all. */
export const countsRetreat = (facts: Facts): boolean => facts.ages !== undefined && !isNone(facts.reserve);

/**
 * There is room now for any one host at a new level to be emptied again; `legs`: with these booked as well. `inHand`: hosts that may come
 * back at any moment.
 */
export function canRetreat(facts: Facts, board: Board, inHand: Iterable<Node>, legs: readonly Leg[] = []): boolean {
  if (facts.ages === undefined) return true;
  const { now, after } = facts.ages;
  const ages = facts.nodes.filter(({ role }) => role === "pending").map(({ index }) => at(now, index));
  const oldest = Math.min(...ages.filter((age) => !Number.isNaN(age)));
  const serving = facts.nodes.filter((node) => board.isServing(node));
  const largest = new Map<number, number[]>();
  const atLevel = (age: number, node: Node): void => {
    if (!(age > oldest)) return;
    const sizes = largest.get(age) ?? node.capacity.map(() => 0);
    largest.set(
      age,
      sizes.map((size, r) => Math.max(size, at(node.capacity, r))),
    );
  };
  for (const node of serving) atLevel(board.ageOf(node), node);
  if (largest.size === 0) return true;
  for (const node of inHand) atLevel(at(after, node.index), node);
  return [...largest].every(([age, sizes]) => {
    const others = serving.filter((node) => board.ageOf(node) >= age);
    return sizes.every((size, r) => {
      const free = others.reduce((sum, node) => sum + at(node.capacity, r) - at(board.loadOf(node), r), 0);
      const coming = legs.reduce((sum, { item, to }) => sum + (board.ageOf(to) >= age ? at(item.need, r) : 0), 0);
      return free - coming >= size * (1 - TOLERANCE);
    });
  });
}
