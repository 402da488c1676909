import { at, type Board } from "./board.ts";
import { leaving } from "./evacuation.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { isKeptOff } from "./item-rules.ts";
import { randomFrom } from "./random.ts";

export interface PackingRequest {
  readonly facts: Facts;
  readonly board: Board;
  /** To be emptied. */
  readonly node: Node;
  /** Hosts that may take workloads. */
  readonly hosts: readonly Node[];
  /** Those of them that will be emptied later. */
  readonly later: ReadonlySet<Node>;
  readonly seed: number;
}

/** A workload that ends up elsewhere. */
export interface Shift {
  readonly item: Item;
  readonly from: Node;
  readonly to: Node;
}

/** Rounding in sums of fractions must not refuse what fits exactly. */
const TOLERANCE = 1e-9;

/** Most workloads of one host that are put out for another one. */
const MOST_PUT_OUT = 3;

/**
 * Where all workloads could be with one host empty, whatever moves that takes: an ejection pool over a copy of the bookings. A
 * workload that was hard to place counts for more each time, so that the search does not put it out again and again.
 */
export class Packing {
  /** Placement tests made. */
  steps = 0;
  readonly #request: PackingRequest;
  readonly #resources: number;
  readonly #random: () => number;
  readonly #load: Float64Array;
  readonly #capacity: Float64Array;
  /** What is on every host, by its index in `hosts`. */
  readonly #on: Item[][];
  readonly #origin = new Map<Item, number>();
  /** Where items are now that are not where they were. */
  readonly #place = new Map<Item, number>();
  readonly #penalty = new Map<Item, number>();

  constructor(request: PackingRequest) {
    const { facts, board, hosts, seed } = request;
    this.#request = request;
    this.#resources = facts.resources.length;
    this.#random = randomFrom(seed + 1);
    this.#load = Float64Array.from(hosts.flatMap((host) => [...board.loadOf(host)]));
    this.#capacity = Float64Array.from(hosts.flatMap((host) => host.capacity.map((one) => one * (1 + TOLERANCE))));
    this.#on = hosts.map((host) => [...board.itemsOn(host)]);
    this.#on.forEach((items, host) => {
      for (const item of items) this.#origin.set(item, host);
    });
  }

  /** True when all of the host's workloads have a place; false when none was found within so many placement tests. */
  run(effort: number): boolean {
    const pool = leaving(this.#request.board, this.#request.node).sort((a, b) => a.bulk - b.bulk || b.index - a.index);
    for (let item = pool.pop(); item !== undefined; item = pool.pop()) {
      if (this.steps > effort) return false;
      const host = this.#roomFor(item);
      if (host !== undefined) {
        this.#put(item, host);
        continue;
      }
      this.#penalty.set(item, this.#penaltyOf(item) + 1);
      const best = this.#cheapest(item);
      if (best === undefined) return false;
      for (const out of best.out) this.#take(out, best.host);
      this.#put(item, best.host);
      pool.push(...best.out);
    }
    this.#goHome();
    return true;
  }

  /** Workloads of other hosts that end up elsewhere. */
  moved(): Shift[] {
    const { hosts } = this.#request;
    return [...this.#place].flatMap(([item, host]) => {
      const from = this.#origin.get(item);
      return from === undefined || from === host ? [] : [{ item, from: hosts[from] as Node, to: hosts[host] as Node }];
    });
  }

  /** The host's own workloads, bulkiest first. */
  evacuated(): Shift[] {
    const { board, node, hosts } = this.#request;
    return leaving(board, node)
      .sort((a, b) => b.bulk - a.bulk || a.index - b.index)
      .map((item) => ({ item, from: node, to: hosts[this.#place.get(item) as number] as Node }));
  }

  /** A host that takes the item as it is: where it came from, else one that stays and is nearly full, else any. */
  #roomFor(item: Item): number | undefined {
    const origin = this.#origin.get(item);
    if (origin !== undefined && this.#fits(item, origin)) return origin;
    let best: number | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (let host = 0; host < this.#on.length; host++) {
      if (!this.#fits(item, host)) continue;
      const isLater = this.#request.later.has(this.#request.hosts[host] as Node);
      const score = this.#fillWith(item, host) + 0.2 * this.#random() - (isLater ? 2 : 0);
      if (score > most) [best, most] = [host, score];
    }
    return best;
  }

  /** The workloads of one host that make room for the item and have been hard to place least often. */
  #cheapest(item: Item): { host: number; out: Item[] } | undefined {
    let best: { host: number; out: Item[] } | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (let host = 0; host < this.#on.length; host++) {
      const conflicts = this.#conflicts(item, host);
      if (conflicts?.every((mate) => this.#mayLeave(mate)) !== true) continue;
      const base = conflicts.reduce((sum, mate) => sum + this.#costOf(mate), 0);
      if (base >= least) continue;
      const lack = this.#lack(item, host, conflicts);
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
    const items = (this.#on[host] as Item[]).filter((item) => this.#mayLeave(item) && !gone.includes(item));
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
        this.steps += 1;
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

  /** By how much the item is too large for what would be free, by resource; undefined: for the host itself. */
  #lack(item: Item, host: number, gone: readonly Item[]): number[] | undefined {
    const lack: number[] = [];
    for (let r = 0; r < this.#resources; r++) {
      const need = at(item.need, r);
      const i = host * this.#resources + r;
      const capacity = this.#capacity[i] as number;
      if (need > capacity) return undefined;
      const freed = gone.reduce((sum, mate) => sum + at(mate.need, r), 0);
      lack.push(need === 0 ? 0 : (this.#load[i] as number) - freed + need - capacity);
    }
    return lack;
  }

  #fits(item: Item, host: number): boolean {
    this.steps += 1;
    for (let r = 0; r < this.#resources; r++) {
      const i = host * this.#resources + r;
      const need = at(item.need, r);
      if (need > 0 && (this.#load[i] as number) + need > (this.#capacity[i] as number)) return false;
    }
    return this.#conflicts(item, host)?.length === 0;
  }

  /** Workloads on the host that may not be there together with the item; undefined: the host may not take it at all. */
  #conflicts(item: Item, host: number): readonly Item[] | undefined {
    if (isKeptOff(item, this.#request.hosts[host] as Node)) return undefined;
    if (item.group < 0) return NOBODY;
    return (this.#on[host] as Item[]).filter((other) => other.group === item.group);
  }

  #mayLeave(item: Item): boolean {
    return !item.workload.pinned && item.ghost === undefined && item.toward === undefined;
  }

  /** Each one counts, those that were hard to place more, those that have moved anyway a little less. */
  #costOf(item: Item): number {
    const origin = this.#origin.get(item);
    const away = origin === undefined || this.#place.has(item);
    return this.#penaltyOf(item) + (away ? 0 : 0.01) + 0.1 * Math.min(1, item.bulk);
  }

  #penaltyOf(item: Item): number {
    return this.#penalty.get(item) ?? 1;
  }

  #fillWith(item: Item, host: number): number {
    let most = 0;
    for (let r = 0; r < this.#resources; r++) {
      const i = host * this.#resources + r;
      const booked = (this.#load[i] as number) + at(item.need, r);
      if (booked > 0) most = Math.max(most, booked / (this.#capacity[i] as number));
    }
    return most;
  }

  #put(item: Item, host: number): void {
    this.#book(item, host, 1);
    this.#on[host]?.push(item);
    if (this.#origin.get(item) === host) this.#place.delete(item);
    else this.#place.set(item, host);
  }

  #take(item: Item, host: number): void {
    this.#book(item, host, -1);
    const items = this.#on[host] as Item[];
    items.splice(items.indexOf(item), 1);
    this.#place.delete(item);
  }

  #book(item: Item, host: number, sign: 1 | -1): void {
    for (let r = 0; r < this.#resources; r++) {
      const i = host * this.#resources + r;
      this.#load[i] = (this.#load[i] as number) + sign * at(item.need, r);
    }
  }

  /** What was put out and fits where it was after all stays there. */
  #goHome(): void {
    for (let again = true; again; ) {
      again = false;
      for (const [item, host] of [...this.#place]) {
        const origin = this.#origin.get(item);
        if (origin === undefined || origin === host) continue;
        this.#take(item, host);
        const home = this.#fits(item, origin);
        this.#put(item, home ? origin : host);
        again ||= home;
      }
    }
  }
}

/** Workloads that are put out, and what that costs. */
interface Put {
  readonly cost: number;
  readonly out: readonly Item[];
}

const NOTHING: Put = { cost: 0, out: [] };

const NOBODY: readonly Item[] = [];
