import { Bookings, type BookingsRequest } from "./bookings.ts";
import { unplaced } from "./companions.ts";
import type { Item } from "./facts.ts";
import { at } from "./vectors.ts";

/** Most workloads of one host that are put out for another one. */
const MOST_PUT_OUT = 3;

/** Ways to go on with one workload that are looked at, the most promising first. */
const WAYS = 12;

/** A host for an item, and what has to leave it first. */
interface Way {
  readonly host: number;
  readonly out: readonly Item[];
  readonly cost: number;
  /** The lower the better among those of the same cost. */
  readonly rank: number;
}

/**
 * Where all workloads could be with one host empty, for the fewest moves: a depth-first search that places the bulkiest workload
 * first and puts out as few others as it can, with at most so many moves in all. It departs from the most promising way rarely at
 * first, then more and more often (limited discrepancy search).
 */
export class Fewest {
  readonly bookings: Bookings;
  readonly #pool: Item[];
  readonly #accepts: (bookings: Bookings) => boolean;
  #end = 0;

  /** `accepts`: the moves can be made in some order. */
  constructor(request: BookingsRequest, accepts: (bookings: Bookings) => boolean) {
    const { facts, board, node } = request;
    this.bookings = new Bookings(request);
    this.#pool = unplaced(facts, board, node).sort((a, b) => b.bulk - a.bulk || a.index - b.index);
    this.#accepts = accepts;
  }

  /** Looks for places that cost less than `limit`; true: the bookings show them. */
  run(limit: number, effort: number): boolean {
    this.#end = this.bookings.steps + effort;
    for (let departures = 0; this.bookings.steps < this.#end; departures = 2 * departures + 1) {
      for (let cost = 0; cost < limit && this.bookings.steps < this.#end; cost++) {
        if (this.#place(this.#pool, cost, departures)) return true;
      }
      if (departures > 1_000) return false;
    }
    return false;
  }

  #place(pool: readonly Item[], budget: number, departures: number): boolean {
    const { bookings } = this;
    const [item, ...rest] = pool;
    if (item === undefined) return this.#accepts(bookings);
    if (bookings.steps > this.#end || !this.#isPossible(pool, budget)) return false;
    const ways = this.#ways(item, budget);
    for (const [index, { host, out, cost }] of ways.entries()) {
      if (index > departures) return false;
      for (const one of out) bookings.take(one, host);
      bookings.put(item, host);
      const next = out.length === 0 ? rest : [...rest, ...out].sort((a, b) => b.bulk - a.bulk || a.index - b.index);
      if (this.#place(next, budget - cost, departures - index)) return true;
      bookings.take(item, host);
      for (const one of out) bookings.put(one, host);
      if (bookings.steps > this.#end) return false;
    }
    return false;
  }

  /** Each workload without room needs another one put out, which makes room for one or more. */
  #isPossible(pool: readonly Item[], budget: number): boolean {
    if (budget > 2) return true;
    const { bookings } = this;
    const [largest] = pool as [Item];
    for (let r = 0; r < largest.need.length; r++) {
      const size = at(largest.need, r);
      if (size <= 0) continue;
      let room = 0;
      for (let host = 0; host < bookings.size; host++) room += Math.max(0, Math.floor(bookings.free(host, r) / size));
      const lacking = pool.filter((item) => at(item.need, r) >= size).length - room;
      if (lacking > 0 && budget < 1) return false;
    }
    return true;
  }

  #ways(item: Item, budget: number): Way[] {
    const { bookings } = this;
    const origin = bookings.originOf(item);
    const ways: Way[] = [];
    const seen = new Set<number>();
    for (let host = 0; host < bookings.size && bookings.steps <= this.#end; host++) {
      if (host === origin) continue;
      const base = bookings.isLater(host) ? 1 : 0;
      if (base > budget) continue;
      bookings.steps += 1;
      const conflicts = bookings.conflicts(item, host);
      if (conflicts === undefined || conflicts.length > budget) continue;
      const lack = bookings.lack(item, host, conflicts);
      if (lack === undefined) continue;
      if (conflicts.length === 0 && lack.every((amount) => amount <= 0)) {
        const left = 1 - bookings.fillWith(item, host);
        if (item.group < 0 && seen.has(left)) continue;
        seen.add(left);
        ways.push({ host, out: [], cost: base, rank: left });
        continue;
      }
      if (!conflicts.every((mate) => this.#mayLeave(mate))) continue;
      ways.push(...this.#puttingOut(item, host, conflicts, lack, budget - base));
    }
    return ways.sort((a, b) => a.cost - b.cost || a.rank - b.rank || a.host - b.host).slice(0, WAYS);
  }

  #mayLeave(item: Item): boolean {
    return this.bookings.isHome(item) && this.bookings.mayLeave(item);
  }

  /** Ways to make room on one host: none of them contains another, those that put out least first. */
  #puttingOut(item: Item, host: number, conflicts: readonly Item[], lack: readonly number[], budget: number): Way[] {
    const { bookings } = this;
    const kinds = new Map<string, Item[]>();
    for (const one of bookings.on(host)) {
      if (!this.#mayLeave(one) || conflicts.includes(one) || isInVain(item, one)) continue;
      const key = one.need.join();
      const alike = kinds.get(key);
      if (alike === undefined) kinds.set(key, [one]);
      else if (alike.length < MOST_PUT_OUT) alike.push(one);
    }
    const items = [...kinds.values()].flat().sort((a, b) => a.bulk - b.bulk || a.index - b.index);
    const leaves = bookings.isLater(host) ? 0 : 1;
    const ways: Way[] = [];
    const add = (more: readonly Item[]): void => {
      const out = [...conflicts, ...more];
      const rank = out.reduce((most, one) => Math.max(most, one.bulk), 0) + 0.2 * sumOf(out);
      ways.push({ host, out, cost: out.length * leaves + 1 - leaves, rank });
    };
    const most = leaves === 0 ? MOST_PUT_OUT : Math.min(MOST_PUT_OUT, budget - conflicts.length);
    const search = (first: number, left: readonly number[], out: readonly Item[]): void => {
      let last = "";
      for (let i = first; i < items.length && bookings.steps <= this.#end; i++) {
        const one = items[i] as Item;
        const key = one.need.join();
        if (key === last) continue;
        last = key;
        bookings.steps += 1;
        const rest = left.map((amount, r) => amount - at(one.need, r));
        if (rest.every((amount) => amount <= 0)) add([...out, one]);
        else if (out.length + 1 < most) search(i + 1, rest, [...out, one]);
      }
    };
    if (lack.every((amount) => amount <= 0)) add([]);
    else if (most > 0) search(0, lack, []);
    return ways.sort((a, b) => a.cost - b.cost || a.rank - b.rank).slice(0, MOST_PUT_OUT);
  }
}

/** What is put out needs no less itself: wherever it goes the item could have gone. */
function isInVain(item: Item, out: Item): boolean {
  return item.group < 0 && item.rules === undefined && item.need.every((need, r) => need <= at(out.need, r));
}

const sumOf = (items: readonly Item[]): number => items.reduce((sum, { bulk }) => sum + bulk, 0);
