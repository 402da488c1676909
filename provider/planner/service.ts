import { amountOf } from "../core/fleet.ts";
import type { Facts, Node } from "./facts.ts";
import { add, at } from "./vectors.ts";

/** Rounding in sums of fractions must not refuse what fits exactly. */
const TOLERANCE = 1e-9;

/** Which hosts are in service while a roll is being planned, what they hold together, and what that leaves beyond the reserve. */
export class Service {
  readonly #facts: Facts;
  /** Capacity of, and bookings on, the hosts in service, by resource. */
  readonly #capacity: number[];
  readonly #booked: number[];
  readonly #serving: boolean[];
  /** All hosts by capacity, largest first, by resource: the reserve is made of the first ones in service. */
  readonly #largest: readonly Node[][];
  readonly #loadOf: (node: Node) => readonly number[];

  /** Books are empty; `loadOf` tells what is booked on a host. */
  constructor(facts: Facts, loadOf: (node: Node) => readonly number[]) {
    this.#facts = facts;
    this.#loadOf = loadOf;
    this.#capacity = facts.resources.map(() => 0);
    this.#booked = facts.resources.map(() => 0);
    this.#serving = facts.nodes.map((node) => node.serving);
    this.#largest = facts.resources.map((_, r) =>
      [...facts.nodes].sort((a, b) => at(b.capacity, r) - at(a.capacity, r) || a.index - b.index),
    );
    for (const node of facts.nodes) if (node.serving) add(this.#capacity, node.capacity, 1);
  }

  has(node: Node): boolean {
    return this.#serving[node.index] === true;
  }

  set(node: Node, serving: boolean): void {
    if (this.has(node) === serving) return;
    this.#serving[node.index] = serving;
    add(this.#capacity, node.capacity, serving ? 1 : -1);
    add(this.#booked, this.#loadOf(node), serving ? 1 : -1);
  }

  /** So much more, or less, is booked on the host. */
  book(node: Node, need: readonly number[], sign: 1 | -1): void {
    if (this.has(node)) add(this.#booked, need, sign);
  }

  /**
   * Least that would stay free beyond the reserve, by resource, with `out` out of service besides those that are, and
   * `extra` booked in service. Negative: that much is short.
   */
  slack(out: Node | undefined, extra: readonly number[]): number[] {
    const gone = out !== undefined && this.has(out) ? out : undefined;
    return this.#capacity.map((capacity, r) => {
      const left =
        capacity * (1 + TOLERANCE) - (gone === undefined ? 0 : at(gone.capacity, r) - at(this.#loadOf(gone), r));
      return left - at(this.#booked, r) - at(extra, r) - this.reserved(r, out);
    });
  }

  /** What the reserve takes of a resource, without `out` in service. */
  reserved(resource: number, out: Node | undefined): number {
    const { reserve, resources } = this.#facts;
    if (reserve.kind === "failures") return this.#failures(resource, out, reserve.count).total;
    if (reserve.kind === "amounts") return amountOf(reserve.amounts, resources[resource] as string);
    const gone = out !== undefined && this.has(out) ? at(out.capacity, resource) : 0;
    return reserve.part * (at(this.#capacity, resource) - gone);
  }

  /**
   * Least by which the return of a host with this capacity enlarges what is free beyond the reserve: a reserve for host failures
   * grows by at most what the host exceeds the smallest reserved one by. `more`: as if so many further hosts were out.
   */
  gain(resource: number, capacity: number, out: Node | undefined, more = 0): number {
    const { reserve } = this.#facts;
    if (reserve.kind === "amounts") return capacity;
    if (reserve.kind === "share") return capacity * (1 - reserve.part);
    return reserve.count === 0
      ? capacity
      : Math.min(capacity, this.#failures(resource, out, reserve.count + more).smallest);
  }

  /** Sum of the `count` largest hosts in service without `out`, and the smallest of them. */
  #failures(resource: number, out: Node | undefined, count: number): { total: number; smallest: number } {
    let total = 0;
    let smallest = 0;
    let taken = 0;
    for (const node of this.#largest[resource] as Node[]) {
      if (taken >= count) break;
      if (node === out || !this.has(node)) continue;
      smallest = at(node.capacity, resource);
      total += smallest;
      taken += 1;
    }
    return { total, smallest: taken < count ? 0 : smallest };
  }
}
