import { pausesOf, stepsOf } from "../core/phases.ts";
import type { Board } from "./board.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { cheapestFirst, homecoming, returnNeed } from "./homecoming.ts";
import { isFlying, type Leg } from "./leg.ts";
import { canRetreat, countsRetreat } from "./retreat.ts";
import type { Limit } from "./together.ts";
import { goesAlone, type Turn } from "./turn.ts";
import { at } from "./vectors.ts";

/**
 * The hosts in hand while a roll is being planned: turns that have started and are not over. Books their moves, and knows
 * which host may join them, whatever their durations.
 */
export class Hand {
  readonly turns: Turn[] = [];
  readonly #facts: Facts;
  readonly #board: Board;
  readonly #open = new Set<Turn>();
  /** Those to which load comes back, with what each may book in service meanwhile. */
  readonly #returning = new Map<Turn, readonly number[]>();
  /** Over since the last turn started. */
  #over: Turn[] = [];
  /** Hosts in hand for which a limit holds. */
  readonly #outOf = new Map<Limit, number>();
  /** Moves of turns in hand that touch a host, by its index. */
  readonly #touched: number[];

  constructor(facts: Facts, board: Board) {
    this.#facts = facts;
    this.#board = board;
    this.#touched = facts.nodes.map(() => 0);
  }

  get size(): number {
    return this.#open.size;
  }

  /** Workloads may be on their way to the host, or about to be taken from it: it cannot be emptied now. */
  touches(node: Node): boolean {
    return (this.#touched[node.index] ?? 0) > 0;
  }

  /** A canary, a judged host or one that needs room made is in hand: nothing may happen beside it. */
  get isAlone(): boolean {
    for (const turn of this.#open) if (goesAlone(turn)) return true;
    return false;
  }

  /** A limit on hosts out together (failure domain, quorum group) that leaves no place for this one. */
  limitInWay(node: Node): Limit | undefined {
    const full = (limit: Limit): boolean => limit.unavailable.length + (this.#outOf.get(limit) ?? 0) >= limit.allowed;
    return this.#facts.limitsOf[node.index]?.find(full);
  }

  /**
   * The reserve holds with the host out too and `incoming` booked elsewhere, and with any of the hosts in hand back in
   * service: such a host adds its capacity and what it books then, and enlarges the reserve by at most what it exceeds the
   * smallest reserved host by.
   */
  reserveHolds(node: Node, incoming: readonly number[], putBack: readonly Leg[]): boolean {
    const back: [Node, readonly number[]][] = [...this.#returning].map(([turn, need]) => [turn.node, need]);
    back.push([node, returnNeed(this.#facts, this.#board, node, putBack)]);
    return this.#board.service.slack(node, incoming).every((free, r) => {
      const most = this.#board.service.gain(r, Number.POSITIVE_INFINITY, node);
      let least = free;
      for (const [other, need] of back) {
        const gain = Number.isFinite(most)
          ? Math.min(most, at(other.capacity, r))
          : this.#board.service.gain(r, at(other.capacity, r), node);
        least += Math.min(0, gain - at(need, r));
      }
      return least >= 0;
    });
  }

  /** Any one host at a new level can be emptied again now, and could not be with these moves: only where nothing else is left. */
  endsRetreat(legs: readonly Leg[]): boolean {
    if (!countsRetreat(this.#facts)) return false;
    const nodes = [...this.#open].map(({ node }) => node);
    return canRetreat(this.#facts, this.#board, nodes) && !canRetreat(this.#facts, this.#board, nodes, legs);
  }

  /** Moves that policy asks for onto the host once it is at the level. `all`: whatever policy says for the others. */
  homes(node: Node, evacuated: readonly Leg[], all: boolean): Leg[] {
    if (node.host.slots < 1 || (!all && this.#facts.request.policy.putBack !== "home")) return [];
    const claimed = new Set([...this.#open].flatMap((turn) => turn.putBack.map((leg) => leg.item)));
    return homecoming(this.#facts, this.#board, node, evacuated, claimed);
  }

  start(
    node: Node,
    part: Pick<Turn, "canary" | "judged" | "inHand" | "why" | "makeRoom" | "evacuate" | "putBack" | "undoRoom">,
  ): Turn {
    const board = this.#board;
    const returning = returnNeed(this.#facts, board, node, part.putBack);
    const shutdown: Item[] = node.below ? board.itemsOn(node).filter((item) => item.workload.pinned) : [];
    const place = this.turns.length;
    const turn: Turn = {
      ...part,
      ...this.#watching(part),
      putBack: part.judged ? cheapestFirst(part.putBack) : part.putBack,
      node,
      place,
      others: this.#open.size,
      overBefore: Number.POSITIVE_INFINITY,
      after: this.#over,
      shutdown,
      start: 0,
      end: 0,
    };
    for (const over of this.#over) over.overBefore = place;
    this.#over = [];
    take(board, turn);
    for (const leg of turn.evacuate) this.#touch(leg.to, 1);
    for (const { from } of turn.putBack) this.#touch(from, 1);
    this.turns.push(turn);
    this.#open.add(turn);
    if (returning.some((amount) => amount > 0)) this.#returning.set(turn, returning);
    this.#countOut(node, 1);
    return turn;
  }

  /** In which steps its load comes back, and how long it is watched. */
  #watching({ canary, judged, putBack }: Pick<Turn, "canary" | "judged" | "putBack">): Pick<Turn, "steps" | "soak"> {
    const { phases, request } = this.#facts;
    const steps = judged ? stepsOf(putBack.length, request.policy.steps) : [];
    const full = canary ? phases.canary : judged ? phases.judged : phases.rest;
    return { steps, soak: (pausesOf(steps) + full) / 1000 };
  }

  /** The turn is over: its sources are free, its host is in service. */
  release(turn: Turn): void {
    release(this.#facts, this.#board, turn);
    for (const { to } of turn.evacuate) this.#touch(to, -1);
    for (const { from } of turn.putBack) this.#touch(from, -1);
    this.#open.delete(turn);
    this.#returning.delete(turn);
    this.#countOut(turn.node, -1);
    this.#over.push(turn);
  }

  #countOut(node: Node, by: 1 | -1): void {
    for (const limit of this.#facts.limitsOf[node.index] ?? [])
      this.#outOf.set(limit, (this.#outOf.get(limit) ?? 0) + by);
  }

  #touch(node: Node, by: 1 | -1): void {
    this.#touched[node.index] = (this.#touched[node.index] ?? 0) + by;
  }
}

/** Books what a turn needs while it is in hand: room is made, its moves are booked at both ends. */
export function take(board: Board, { node, makeRoom, evacuate, putBack }: Turn): void {
  board.service.set(node, false);
  for (const leg of makeRoom) shift(board, leg);
  for (const leg of evacuate) {
    if (!isFlying(leg)) board.book(leg.item, leg.to);
    board.relocate(leg.item, leg.from, leg.to);
  }
  for (const { item, to } of putBack) board.expect(item, to, 1);
}

/** Books a turn that is over: its sources are free, what was shut down runs again, its load is back. */
export function release(facts: Facts, board: Board, { node, inHand, evacuate, putBack, undoRoom }: Turn): void {
  for (const { item, from } of evacuate) board.unbook(item, from);
  for (const item of facts.owed[node.index] ?? []) {
    board.book(item, node);
    board.hold(item, node);
  }
  // What was on its way to a host in hand has arrived when its turn is over.
  const arrived = inHand ? board.itemsOn(node) : [];
  for (const item of arrived) if (item.ghost !== undefined) board.unbook(item, item.ghost);
  for (const leg of putBack) {
    board.expect(leg.item, leg.to, -1);
    shift(board, leg);
  }
  for (const leg of undoRoom) shift(board, leg);
  board.service.set(node, true);
  board.settle(node);
}

/** Moves an item in one go, as if nothing else happened meanwhile. */
export function shift(board: Board, { item, from, to }: Leg): void {
  board.book(item, to);
  board.unbook(item, from);
  board.relocate(item, from, to);
}
