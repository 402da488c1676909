import { Draft } from "./draft.ts";
import type { Facts, Node } from "./facts.ts";
import type { Manner, Schedule } from "./manner.ts";
import { emptiedFirst, movesBound } from "./moves-bound.ts";
import { randomFrom, shuffled } from "./random.ts";
import { legsOf } from "./turn.ts";

/** Most placement tests spent on it. */
const EFFORT = 1_000_000;

/** Less than so many attempts are not worth it: fleets that large meet the bound as they are. */
const ATTEMPTS = 20;

/** Orders of more hosts than these are tried at random. */
const ALL_ORDERS_OF = 5;

/** As many random ones. */
const SHUFFLES = 120;

/** Placement tests spent on one host. */
const ROOM = [20_000];

/** A schedule may take so many times as long for having fewer moves. */
const LONGER = 1.02;

/**
 * A schedule with fewer moves than this one, where attempts in other orders find any: the order decides what has to move twice, and a
 * single move elsewhere may save two. `effort`: placement tests that are left; `cost`: those that this one took.
 */
export function fewerMoves(
  facts: Facts,
  manner: Manner,
  schedule: Schedule,
  { inHand, effort, cost }: { readonly inHand: readonly Node[]; readonly effort: number; readonly cost: number },
): Schedule {
  const most = Math.min(EFFORT, effort);
  if (manner.announced || cost * ATTEMPTS > most) return schedule;
  const least = movesBound(facts, schedule.turns, emptiedFirst(schedule.turns));
  let best = schedule;
  let steps = 0;
  for (const way of otherWays(manner)) {
    if (steps >= most || countOf(best) <= least) break;
    const draft = new Draft(facts, { ...way, effort: most - steps });
    const other = draft.run(inHand);
    steps += draft.steps;
    if (other.kind === "schedule" && countOf(other) < countOf(best) && lengthOf(other) <= LONGER * lengthOf(schedule))
      best = other;
  }
  return best;
}

function* otherWays(manner: Manner): Generator<Manner> {
  const { order } = manner;
  for (const thrifty of [false, true]) {
    const orders = order.length <= ALL_ORDERS_OF ? permutations(order) : someOrders(order);
    for (const other of orders)
      yield { ...manner, order: other, another: undefined, inOrder: true, room: ROOM, thrifty };
  }
}

function* someOrders(order: readonly Node[]): Generator<readonly Node[]> {
  for (let seed = 1; seed <= SHUFFLES; seed++) yield shuffled(order, randomFrom(seed));
}

function* permutations<T>(list: readonly T[]): Generator<readonly T[]> {
  if (list.length < 2) yield list;
  else
    for (const [index, first] of list.entries())
      for (const rest of permutations(list.toSpliced(index, 1))) yield [first, ...rest];
}

const countOf = ({ turns }: Schedule): number => turns.reduce((sum, turn) => sum + legsOf(turn).length, 0);

export const lengthOf = ({ turns }: Schedule): number => turns.reduce((last, turn) => Math.max(last, turn.end), 0);
