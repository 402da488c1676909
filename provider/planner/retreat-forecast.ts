import type { Plan } from "../core/plan.ts";
import { Board } from "./board.ts";
import type { Facts } from "./facts.ts";
import { release, take } from "./hand.ts";
import { canRetreat, countsRetreat } from "./retreat.ts";
import type { Turn } from "./turn.ts";

/** From when on any one host at a new level can be emptied again: the turns are booked once more, as for the peaks. */
export function retreatOf(facts: Facts, turns: readonly Turn[]): Pick<Plan, "retreat"> {
  if (!countsRetreat(facts) || turns.length === 0) return {};
  const board = new Board(facts);
  const open = new Set<Turn>();
  let retreat: NonNullable<Plan["retreat"]> = { holds: true };
  let isShort = false;
  const look = (released?: Turn): void => {
    const holds = canRetreat(
      facts,
      board,
      [...open].map(({ node }) => node),
    );
    if (!holds) retreat = { holds: false };
    else if (isShort) retreat = released === undefined ? { holds: false } : { holds: true, after: released.node.id };
    isShort = !retreat.holds;
  };
  const end = (turn: Turn): void => {
    release(facts, board, turn);
    open.delete(turn);
    look(turn);
  };
  for (const turn of turns) {
    for (const over of turn.after) end(over);
    take(board, turn);
    open.add(turn);
    look();
  }
  for (const turn of open) end(turn);
  return { retreat };
}

/** For reviewers: from when on a host at the new level could be emptied again. */
export function retreatNote({ retreat }: Pick<Plan, "retreat">): string[] {
  if (retreat === undefined) return [];
  const what = "any one host at the new level could be emptied again onto others of it";
  const before = "a convicted host keeps what does not fit";
  if (!retreat.holds) return [`At no point of this roll ${what}: ${before}.`];
  return [
    retreat.after === undefined
      ? `At every moment ${what}.`
      : `Once ${retreat.after} is back, ${what}; before that ${before}.`,
  ];
}
