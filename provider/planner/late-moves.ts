import type { Board } from "./board.ts";
import { leavesTime } from "./calendar.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { returnNeed } from "./homecoming.ts";
import { isDisliked } from "./item-rules.ts";
import { SpreadBook } from "./spread.ts";
import { isBeside, legsOf, type Turn } from "./turn.ts";
import { at, needOf } from "./vectors.ts";

/**
 * Moves that are added to the put back of turns after all turns have been planned. They must be possible whatever the
 * durations: the workload has to be where it is taken from, and room has to be left for everything that comes afterwards.
 */
export class LateMoves {
  readonly #facts: Facts;
  readonly #board: Board;
  /** Turn of every host by its index. */
  readonly #turnOf: (Turn | undefined)[] = [];
  /** Turn that moves a workload last, by its index. */
  readonly #movedBy: (Turn | undefined)[];
  /** Workloads that stay on a host only for a while: those of canaries. */
  readonly #guests = new Map<Node, Item[]>();
  /** Members of spread groups in every failure domain that they are in at any time. */
  readonly #domains: SpreadBook;
  /** Hosts that workloads move off to make room: they may be fuller on the way than in the end. */
  readonly #shaken = new Set<Node>();
  /** Place of the earliest turn after which something of what is on a host may move on, by its index. */
  readonly #firstArrival: (number | undefined)[] = [];
  readonly #gave = new Set<Node>();
  readonly #took = new Set<Node>();
  /** Most hosts out at once. */
  readonly #out: number;

  constructor(facts: Facts, board: Board, turns: readonly Turn[]) {
    this.#facts = facts;
    this.#board = board;
    this.#movedBy = facts.items.map(() => undefined);
    for (const turn of turns) {
      this.#turnOf[turn.node.index] = turn;
      for (const { item } of legsOf(turn)) this.#movedBy[item.index] = turn;
      for (const { from, to } of turn.makeRoom) for (const node of [from, to]) this.#shaken.add(node);
      for (const { item, from } of turn.putBack) this.#guests.set(from, [...(this.#guests.get(from) ?? []), item]);
    }
    this.#domains = new SpreadBook(facts);
    for (const item of facts.items) {
      for (const node of [item.node, item.ghost, item.toward])
        if (node !== undefined) this.#domains.count(item, node, 1);
    }
    for (const turn of turns) for (const { item, to } of legsOf(turn)) this.#domains.count(item, to, 1);
    this.#out = turns.reduce((most, turn) => Math.max(most, turn.others + 1), 0);
  }

  /**
   * Will the host be as it is when the turn takes load back, and has it anything to give by then? One that takes does not give: its peak would come in between. What
   * is on a host out of service, an operator's for example, needs no room in the others.
   */
  mayGive(node: Node, turn: Turn): boolean {
    if (node === turn.node || node.host.slots === 0 || this.#took.has(node) || !this.#board.isServing(node))
      return false;
    return this.#isOver(this.#turnOf[node.index], turn) && this.#firstArrivalOn(node) <= turn.place;
  }

  #firstArrivalOn(node: Node): number {
    let first = this.#firstArrival[node.index];
    if (first === undefined) {
      const places = this.#board.itemsOn(node).map((item) => this.#movedBy[item.index]?.place ?? -1);
      first = places.reduce((least, place) => Math.min(least, place), Number.POSITIVE_INFINITY);
      this.#firstArrival[node.index] = first;
    }
    return first;
  }

  /** May anything still come to the turn's host? */
  mayTake({ node }: Turn): boolean {
    return !this.#shaken.has(node) && !this.#gave.has(node);
  }

  /** May a workload that is on the host in the end go to the turn's host? */
  allow(item: Item, from: Node, turn: Turn): boolean {
    const { node } = turn;
    if (this.#shaken.has(from) || !this.mayTake(turn)) return false;
    if (item.workload.pinned || item.ghost !== undefined || item.toward !== undefined) return false;
    if (isDisliked(item, node) || item.rules?.once === true) return false;
    if ((item.rules?.together ?? -1) >= 0) return false;
    if (!this.mayGive(from, turn) || !this.hasArrived(item, turn)) return false;
    if (!this.#fits(item, node) || !this.#keepsSpread(item, from, node)) return false;
    if (!leavesTime(this.#facts, node, [...legsOf(turn).map((leg) => leg.item), item])) return false;
    const legs = [...turn.putBack, { item, from, to: node, why: "" }];
    const need = returnNeed(this.#facts, this.#board, node, legs);
    return need.every(
      (amount, r) => amount <= this.#board.service.gain(r, at(node.capacity, r), undefined, this.#out) + 1e-9,
    );
  }

  move(item: Item, from: Node, turn: Turn, reason: string): void {
    turn.putBack.push({ item, from, to: turn.node, why: reason });
    this.#board.book(item, turn.node);
    this.#board.unbook(item, from);
    this.#board.relocate(item, from, turn.node);
    this.#domains.count(item, turn.node, 1);
    this.#movedBy[item.index] = turn;
    for (const node of [from, turn.node]) this.#firstArrival[node.index] = undefined;
    this.#gave.add(from);
    this.#took.add(turn.node);
  }

  /** Beside everything that is on the host in the end, and what was there for a while. */
  #fits(item: Item, node: Node): boolean {
    if (!this.#board.fits(item, node)) return false;
    const guests = this.#guests.get(node) ?? [];
    if (guests.some((guest) => item.group >= 0 && guest.group === item.group)) return false;
    const peak = needOf([item, ...guests], item.need.length);
    return peak.every((need, r) => need === 0 || at(this.#board.loadOf(node), r) + need <= at(node.capacity, r));
  }

  /** No other member of its spread group is ever in the failure domain it goes to: the move may happen at any time from the turn on. */
  #keepsSpread(item: Item, from: Node, node: Node): boolean {
    return from.domain === node.domain || !this.#domains.hasOther(item, node);
  }

  /** Its last move is over when the turn takes load back: the turn's own evacuation is. */
  hasArrived(item: Item, turn: Turn): boolean {
    const last = this.#movedBy[item.index];
    return last === turn || this.#isOver(last, turn);
  }

  /** Over before the turn starts, or never under way. */
  #isOver(other: Turn | undefined, turn: Turn): boolean {
    if (other === undefined) return true;
    return other.place < turn.place && !isBeside(turn, other);
  }
}
