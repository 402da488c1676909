import type { Board } from "./board.ts";
import { leavesTime } from "./calendar.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { membersOf } from "./item-rules.ts";
import { at } from "./vectors.ts";

export interface BookingsRequest {
  readonly facts: Facts;
  readonly board: Board;
  /** To be emptied. */
  readonly node: Node;
  /** Hosts that may take workloads. */
  readonly hosts: readonly Node[];
  /** Those of them that will be emptied later. */
  readonly later: ReadonlySet<Node>;
}

/** A workload that ends up elsewhere. */
export interface Shift {
  readonly item: Item;
  readonly from: Node;
  readonly to: Node;
}

/** Rounding in sums of fractions must not refuse what fits exactly. */
const TOLERANCE = 1e-9;

/** A copy of what is booked on some hosts, for trying where workloads could be with one host empty; hosts by their index in `hosts`. */
export class Bookings {
  /** Placement tests made. */
  steps = 0;
  readonly request: BookingsRequest;
  readonly size: number;
  readonly #resources: number;
  readonly #load: Float64Array;
  readonly #capacity: Float64Array;
  readonly #on: Item[][];
  readonly #origin = new Map<Item, number>();
  readonly #timely = new Map<Item, boolean>();
  /** Where items are now that are not where they were. */
  readonly #place = new Map<Item, number>();

  constructor(request: BookingsRequest) {
    const { facts, board, hosts } = request;
    this.request = request;
    this.size = hosts.length;
    this.#resources = facts.resources.length;
    this.#load = Float64Array.from(hosts.flatMap((host) => [...board.loadOf(host)]));
    this.#capacity = Float64Array.from(hosts.flatMap((host) => host.capacity.map((one) => one * (1 + TOLERANCE))));
    this.#on = hosts.map((host) => [...board.itemsOn(host)]);
    this.#on.forEach((items, host) => {
      for (const item of items) this.#origin.set(item, host);
    });
  }

  /** What is on the host. */
  on(host: number): readonly Item[] {
    return this.#on[host] as Item[];
  }

  /** Where the item was; undefined: on the host to be emptied. */
  originOf(item: Item): number | undefined {
    return this.#origin.get(item);
  }

  /** It is where it was when all began, and not on the host to be emptied. */
  isHome(item: Item): boolean {
    return this.#origin.has(item) && !this.#place.has(item);
  }

  isLater(host: number): boolean {
    return this.request.later.has(this.request.hosts[host] as Node);
  }

  /** Workloads of other hosts that end up elsewhere. */
  moved(): Shift[] {
    const { hosts } = this.request;
    return [...this.#place].flatMap(([item, host]) => {
      const from = this.#origin.get(item);
      return from === undefined || from === host ? [] : [{ item, from: hosts[from] as Node, to: hosts[host] as Node }];
    });
  }

  /** The host's own workloads, bulkiest first. */
  evacuated(): Shift[] {
    const { node, hosts } = this.request;
    const own = [...this.#place].filter(([item]) => !this.#origin.has(item));
    own.sort(([a], [b]) => b.bulk - a.bulk || a.index - b.index);
    return own.flatMap(([unit, host]) =>
      membersOf(unit).map((item) => ({ item, from: node, to: hosts[host] as Node })),
    );
  }

  fits(item: Item, host: number): boolean {
    this.steps += 1;
    for (let r = 0; r < this.#resources; r++) {
      const i = host * this.#resources + r;
      const need = at(item.need, r);
      if (need > 0 && (this.#load[i] as number) + need > (this.#capacity[i] as number)) return false;
    }
    return this.conflicts(item, host)?.length === 0;
  }

  /** By how much the item is too large for what would be free, by resource; undefined: for the host itself. */
  lack(item: Item, host: number, gone: readonly Item[]): number[] | undefined {
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

  /** Workloads on the host that may not be there together with the item; undefined: the host may not take it at all. */
  conflicts(item: Item, host: number): readonly Item[] | undefined {
    if (this.request.board.forbids(item, this.request.hosts[host] as Node) !== undefined) return undefined;
    if (item.rules === undefined) return this.#matesOf(item, host);
    const members = membersOf(item);
    if (members.some((one) => (one.rules?.spread ?? -1) >= 0 && this.#joinsMate(one, host))) return undefined;
    return members.flatMap((one) => this.#matesOf(one, host));
  }

  mayLeave(item: Item): boolean {
    if (item.workload.pinned || item.ghost !== undefined || item.toward !== undefined) return false;
    const isFree = item.rules === undefined || (!item.rules.once && item.rules.spread < 0 && item.rules.together < 0);
    return isFree && this.#sharesTime(item);
  }

  /** It may move at some time at which the host's own workloads may. */
  #sharesTime(item: Item): boolean {
    const { facts, board, node } = this.request;
    if (item.workload.quiet === undefined) return true;
    let shares = this.#timely.get(item);
    if (shares === undefined) {
      shares = leavesTime(facts, node, [...board.leaving(node).items, item]);
      this.#timely.set(item, shares);
    }
    return shares;
  }

  /** Fullest resource of the host with the item on it as well. */
  fillWith(item: Item, host: number): number {
    let most = 0;
    for (let r = 0; r < this.#resources; r++) {
      const i = host * this.#resources + r;
      const booked = (this.#load[i] as number) + at(item.need, r);
      if (booked > 0) most = Math.max(most, booked / (this.#capacity[i] as number));
    }
    return most;
  }

  /** What is free of a resource. */
  free(host: number, resource: number): number {
    const i = host * this.#resources + resource;
    return (this.#capacity[i] as number) - (this.#load[i] as number);
  }

  put(item: Item, host: number): void {
    this.#book(item, host, 1);
    this.#on[host]?.push(item);
    if (this.#origin.get(item) === host) this.#place.delete(item);
    else this.#place.set(item, host);
  }

  take(item: Item, host: number): void {
    this.#book(item, host, -1);
    const items = this.#on[host] as Item[];
    items.splice(items.indexOf(item), 1);
    this.#place.delete(item);
  }

  /** What was put out and fits where it was after all stays there. */
  goHome(): void {
    for (let again = true; again; ) {
      again = false;
      for (const [item, host] of [...this.#place]) {
        const origin = this.#origin.get(item);
        if (origin === undefined || origin === host) continue;
        this.take(item, host);
        const home = this.fits(item, origin);
        this.put(item, home ? origin : host);
        again ||= home;
      }
    }
  }

  #matesOf(item: Item, host: number): readonly Item[] {
    if (item.group < 0) return NOBODY;
    return this.on(host)
      .flatMap(membersOf)
      .filter((other) => other.group === item.group);
  }

  /** Another member of its spread group has been placed in the host's failure domain, to which the item does not belong yet. */
  #joinsMate(item: Item, host: number): boolean {
    const { node, hosts } = this.request;
    const domain = hosts[host]?.domain;
    if (domain === node.domain) return false;
    return [...this.#place].some(
      ([unit, at]) =>
        hosts[at]?.domain === domain &&
        membersOf(unit).some((other) => other !== item && other.rules?.spread === item.rules?.spread),
    );
  }

  #book(item: Item, host: number, sign: 1 | -1): void {
    for (let r = 0; r < this.#resources; r++) {
      const i = host * this.#resources + r;
      this.#load[i] = (this.#load[i] as number) + sign * at(item.need, r);
    }
  }
}

const NOBODY: readonly Item[] = [];
