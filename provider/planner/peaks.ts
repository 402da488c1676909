import type { Plan } from "../core/plan.ts";
import { Board } from "./board.ts";
import type { Facts } from "./facts.ts";
import { release, take } from "./hand.ts";
import { legsOf, type Turn } from "./turn.ts";

/**
 * Fullest that every host gets while it serves: the turns are booked once more, in order, each released as late as the order
 * allows, so that no moment of any execution is fuller.
 */
export function peaksOf(facts: Facts, turns: readonly Turn[]): Plan["peaks"] {
  const board = new Board(facts);
  const peaks = facts.nodes.map((node) => (board.isServing(node) ? board.fill(node) : 0));
  const note = (turn: Turn): void => {
    for (const { from, to } of legsOf(turn)) {
      for (const node of [from, to])
        if (board.isServing(node)) peaks[node.index] = Math.max(peaks[node.index] ?? 0, board.fill(node));
    }
  };
  const open = new Set<Turn>();
  const end = (turn: Turn): void => {
    release(facts, board, turn);
    note(turn);
    open.delete(turn);
  };
  for (const turn of turns) {
    for (const over of turn.after) end(over);
    take(board, turn);
    open.add(turn);
    note(turn);
  }
  for (const turn of open) end(turn);
  return facts.nodes.flatMap((node, index) =>
    board.isServing(node) ? [{ host: node.id, share: Math.round((peaks[index] ?? 0) * 1000) / 1000 }] : [],
  );
}
