import { Bookings, type BookingsRequest } from "./bookings.ts";
import { unplaced } from "./companions.ts";
import type { Item } from "./facts.ts";
import { randomFrom } from "./random.ts";
import { at } from "./vectors.ts";

/** Most workloads of one host that are put out for another one. */
const MOST_PUT_OUT = 3;

/**
 * Where all workloads could be with one host empty, whatever moves that takes: an ejection pool over a copy of the bookings. A
 * workload that was hard to place counts for more each time, so that the search does not put it out again and again.
 */
export class Packing {
  readonly bookings: Bookings;
  readonly #request: BookingsRequest;
  readonly #random: () => number;
  readonly #penalty = new Map<Item, number>();

  constructor(request: BookingsRequest, seed: number) {
    this.#request = request;
    this.bookings = new Bookings(request);
    this.#random = randomFrom(seed + 1);
  }

  /** True when all of the host's workloads have a place; false when none was found within so many placement tests. */
  run(effort: number): boolean {
    const { facts, board, node } = this.#request;
    const { bookings } = this;
    const pool = unplaced(facts, board, node).sort((a, b) => a.bulk - b.bulk || b.index - a.index);
    for (let item = pool.pop(); item !== undefined; item = pool.pop()) {
      if (bookings.steps > effort) return false;
      const host = this.#roomFor(item);
      if (host !== undefined) {
        bookings.put(item, host);
        continue;
      }
      this.#penalty.set(item, this.#penaltyOf(item) + 1);
      const best = this.#cheapest(item);
      if (best === undefined) return false;
      for (const out of best.out) bookings.take(out, best.host);
      bookings.put(item, best.host);
      pool.push(...best.out);
    }
    bookings.goHome();
    return true;
  }

  /** A host that takes the item as it is: where it came from, else one that stays and is nearly full, else any. */
  #roomFor(item: Item): number | undefined {
    const { bookings } = this;
    const origin = bookings.originOf(item);
    if (origin !== undefined && bookings.fits(item, origin)) return origin;
    let best: number | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (let host = 0; host < bookings.size; host++) {
      if (!bookings.fits(item, host)) continue;
      const score = bookings.fillWith(item, host) + 0.2 * this.#random() - (bookings.isLater(host) ? 2 : 0);
      if (score > most) [best, most] = [host, score];
    }
    return best;
  }

  /** The workloads of one host that make room for the item and have been hard to place least often. */
  #cheapest(item: Item): { host: number; out: Item[] } | undefined {
    const { bookings } = this;
    let best: { host: number; out: Item[] } | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (let host = 0; host < bookings.size; host++) {
      const conflicts = bookings.conflicts(item, host);
      if (conflicts?.every((mate) => bookings.mayLeave(mate)) !== true) continue;
      const base = conflicts.reduce((sum, mate) => sum + this.#costOf(mate), 0);
      if (base >= least) continue;
      const lack = bookings.lack(item, host, conflicts);
      if (lack === undefined) continue;
      const rest = lack.some((amount) => amount > 0) ? this.#fewest(host, conflicts, lack, least - base) : NOTHING;
      if (rest === undefined || base + rest.cost >= least) continue;
      least = base + rest.cost;
      best = { host, out: [...conflicts, ...rest.out] };
    }
    return best;
  }

  /** Up to three further workloads of the host that cover what is lacking, at a cost below the limit. */
  #fewest(host: number, gone: readonly Item[], lack: readonly number[], limit: number): Put | undefined {
    const { bookings } = this;
    const items = bookings.on(host).filter((item) => bookings.mayLeave(item) && !gone.includes(item));
    const costs = items.map((item) => this.#costOf(item));
    let best: Put | undefined;
    let least = limit;
    const search = (
      first: number,
      depth: number,
      left: readonly number[],
      cost: number,
      out: readonly Item[],
    ): void => {
      for (let i = first; i < items.length; i++) {
        const item = items[i] as Item;
        const sum = cost + at(costs, i);
        if (sum >= least) continue;
        bookings.steps += 1;
        const rest = left.map((amount, r) => amount - at(item.need, r));
        if (rest.every((amount) => amount <= 0)) {
          least = sum;
          best = { cost: sum, out: [...out, item] };
        } else if (depth > 1 && sum + 1 < least) search(i + 1, depth - 1, rest, sum, [...out, item]);
      }
    };
    for (let depth = 1; depth <= MOST_PUT_OUT && depth < least; depth++) search(0, depth, lack, 0, []);
    return best;
  }

  /** Each one counts, those that were hard to place more, those that have moved anyway a little less. */
  #costOf(item: Item): number {
    return this.#penaltyOf(item) + (this.bookings.isHome(item) ? 0.01 : 0) + 0.1 * Math.min(1, item.bulk);
  }

  #penaltyOf(item: Item): number {
    return this.#penalty.get(item) ?? 1;
  }
}

/** Workloads that are put out, and what that costs. */
interface Put {
  readonly cost: number;
  readonly out: readonly Item[];
}

const NOTHING: Put = { cost: 0, out: [] };
