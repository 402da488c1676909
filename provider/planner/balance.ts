import type { Board } from "./board.ts";
import { why } from "./destinations.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { isDisliked } from "./item-rules.ts";
import { LateMoves } from "./late-moves.ts";
import { Ranking } from "./ranking.ts";
import type { Turn } from "./turn.ts";
import { at } from "./vectors.ts";

/** Largest difference of memory load between two hosts in service that is left as it is, as a share. */
export const BALANCE = 0.2;

/** Hosts this close to the fullest one give as well: the larger the workload, the fewer moves. */
const NEARLY = 0.03;

/** How many of them are compared. */
const COMPARED = 32;

/**
 * `putBack: bounded`: adds few moves, all onto freshly patched hosts, that bring the memory load of the hosts in service
 * within `BALANCE` at the end of the roll. On the way hosts are filled by the evacuation of those that follow them; only
 * what nobody fills is left to be done here. Takes the board as it is after the last turn, and extends `putBack` of turns.
 */
export function balance(facts: Facts, board: Board, turns: readonly Turn[]): void {
  if (facts.ram >= 0) new Balancing(facts, board, turns).run();
}

class Balancing {
  readonly #facts: Facts;
  readonly #board: Board;
  readonly #moves: LateMoves;
  /** Hosts in service by their memory load, as a share. */
  readonly #hosts: Ranking;
  /** Turns whose host still takes load, by that host. */
  readonly #takers: Map<Node, Turn>;
  /** Workloads whose should-rule was given up, and where they are in the end, by the index of a host that they should run on. */
  readonly #givenUp = new Map<number, { item: Item; from: Node }[]>();
  readonly #wishes: { item: Item; from: Node; turn: Turn }[];

  constructor(facts: Facts, board: Board, turns: readonly Turn[]) {
    this.#facts = facts;
    this.#board = board;
    this.#moves = new LateMoves(facts, board, turns);
    const hosts = facts.nodes.filter((node) => board.isServing(node) && at(node.capacity, facts.ram) > 0);
    this.#hosts = new Ranking(hosts, facts.nodes.length, (node) => this.#shareOf(node));
    const able = new Set(hosts.filter((node) => node.host.slots > 0));
    const takers = turns.filter((turn) => !turn.canary && !turn.judged && able.has(turn.node));
    this.#takers = new Map(takers.map((turn) => [turn.node, turn]));
    this.#wishes = announced(facts, turns).reverse();
    for (const { item, to } of turns.flatMap((turn) => [...turn.makeRoom, ...turn.evacuate])) {
      if (!isDisliked(item, to) || !board.itemsOn(to).includes(item)) continue;
      for (const host of item.rules?.prefer ?? [])
        this.#givenUp.set(host, [...(this.#givenUp.get(host) ?? []), { item, from: to }]);
    }
  }

  run(): void {
    for (const turn of this.#takers.values()) this.#bringBack(turn);
    while (this.#takers.size > 0) {
      const { lowest, highest } = this.#hosts;
      if (highest - lowest <= BALANCE + 1e-9) return;
      const wish = this.#wishes.pop();
      if (wish !== undefined) {
        const { item, from, turn } = wish;
        if (this.#board.itemsOn(from).includes(item) && this.#moves.allow(item, from, turn))
          this.#move(item, from, turn);
        continue;
      }
      const turn = this.#emptiest();
      // The emptiest host takes from whoever is full; if it is not ours to fill, only the fullest one is to be relieved.
      const raises = this.#hosts.share(turn.node) <= lowest + 1e-9;
      const done =
        this.#give(turn, highest, highest - (raises ? NEARLY : 1e-9)) || (raises && this.#give(turn, highest, 0));
      if (!done) this.#takers.delete(turn.node);
    }
  }

  /** Workloads that should run on the turn's host, and that the roll has moved to where they should not. */
  #bringBack(turn: Turn): void {
    for (const { item, from } of this.#givenUp.get(turn.node.index) ?? []) {
      const due = isDisliked(item, from) && this.#board.itemsOn(from).includes(item);
      if (due && this.#moves.allow(item, from, turn)) this.#move(item, from, turn, why.preferred);
    }
  }

  /** Moves the largest workload off a host filled to `floor` at least, onto the turn's host. */
  #give(turn: Turn, highest: number, floor: number): boolean {
    if (!this.#moves.mayTake(turn)) return false;
    const largest = (a: Offer, b: Offer): number =>
      this.#memory(b.item) - this.#memory(a.item) || a.item.index - b.item.index;
    for (const givers of this.#givers(turn, floor)) {
      const found = givers.flatMap((giver) => this.#offers(giver, turn, highest));
      const best = firstOf(found, largest, ({ item, giver }) => this.#moves.allow(item, giver, turn));
      if (best === undefined) continue;
      this.#move(best.item, best.giver, turn);
      return true;
    }
    return false;
  }

  /** A few hosts at a time, as far as anybody asks: the fullest first where every host may give. */
  *#givers(turn: Turn, floor: number): Generator<Node[]> {
    let some: Node[] = [];
    // One that is no fuller than the taker has nothing to give.
    const able = floor === 0 ? this.#hosts.fullerThan(this.#hosts.share(turn.node)) : this.#hosts.atLeast(floor);
    for (const node of able) {
      if (!this.#moves.mayGive(node, turn)) continue;
      some.push(node);
      if (some.length < COMPARED) continue;
      yield some;
      some = [];
    }
    if (some.length > 0) yield some;
  }

  #move(item: Item, from: Node, turn: Turn, reason: string = why.balance): void {
    this.#moves.move(item, from, turn, reason);
    for (const node of [from, turn.node]) this.#hosts.set(node, this.#shareOf(node));
  }

  /** Workloads whose move leaves the taker no fuller than the fullest host, and the giver no emptier than the taker was. */
  #offers(giver: Node, turn: Turn, highest: number): Offer[] {
    const taker = turn.node;
    const most = Math.min(
      (highest - this.#hosts.share(taker)) * at(taker.capacity, this.#facts.ram),
      (this.#hosts.share(giver) - this.#hosts.share(taker)) * at(giver.capacity, this.#facts.ram),
    );
    if (most <= 0) return [];
    const offers: Offer[] = [];
    for (const item of this.#board.itemsOn(giver)) {
      const memory = this.#memory(item);
      if (memory > 0 && memory <= most && this.#moves.hasArrived(item, turn)) offers.push({ item, giver });
    }
    return offers;
  }

  /** Of several that are equally empty, the one that goes first. */
  #emptiest(): Turn {
    let best: Turn | undefined;
    for (const node of this.#hosts) {
      const turn = this.#takers.get(node);
      if (best !== undefined && this.#hosts.share(node) > this.#hosts.share(best.node)) break;
      if (turn !== undefined && (best === undefined || turn.place < best.place)) best = turn;
    }
    return best as Turn;
  }

  #shareOf(node: Node): number {
    return at(this.#board.loadOf(node), this.#facts.ram) / at(node.capacity, this.#facts.ram);
  }

  #memory(item: Item): number {
    return at(item.need, this.#facts.ram);
  }
}

/** A workload, and the fuller host that could do without it. */
interface Offer {
  readonly item: Item;
  readonly giver: Node;
}

/** The first of several in an order that will do; as a rule the very first one does, and nothing has to be sorted. */
function firstOf<T>(all: T[], order: (a: T, b: T) => number, isRight: (one: T) => boolean): T | undefined {
  const [some] = all;
  if (some === undefined) return undefined;
  const first = all.reduce((best, one) => (order(one, best) < 0 ? one : best), some);
  return isRight(first) ? first : all.sort(order).find((one) => one !== first && isRight(one));
}

/** Put back for balance that was announced and may still be due. */
function announced(facts: Facts, turns: readonly Turn[]): { item: Item; from: Node; turn: Turn }[] {
  const { previous } = facts.request;
  if (previous === undefined) return [];
  const items = new Map(facts.items.map((item) => [item.id, item]));
  const turnOf = new Map(turns.map((turn) => [turn.node.id, turn]));
  return previous.hosts.flatMap((entry) =>
    entry.putBack.flatMap((move) => {
      const item = items.get(move.workload);
      const from = facts.byId.get(move.from);
      const turn = turnOf.get(entry.host);
      const due =
        item !== undefined &&
        from !== undefined &&
        turn !== undefined &&
        !turn.canary &&
        !turn.judged &&
        move.why === why.balance;
      return due ? [{ item, from, turn }] : [];
    }),
  );
}
