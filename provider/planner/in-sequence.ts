import type { Board } from "./board.ts";
import type { Shift } from "./bookings.ts";
import { why } from "./destinations.ts";
import type { Item, Node } from "./facts.ts";
import type { Leg } from "./leg.ts";
import { add, at } from "./vectors.ts";

/** Detours that are taken where two workloads wait for each other's place. */
const DETOURS = 6;

/**
 * Puts moves into an order in which each one finds room at its destination while it is still booked at its source, with everything
 * before it done. Where workloads wait for each other in a ring, one of them makes a detour. Undefined when there is no way.
 */
export function inSequence(
  board: Board,
  hosts: readonly Node[],
  shifts: readonly Shift[],
  resources: number,
): Leg[] | undefined {
  const yard = new Yard(board, hosts, resources);
  const waiting = shifts.map(({ item, from, to }) => ({ item, from, to }));
  const strayed = new Set<Item>();
  const legs: Leg[] = [];
  while (waiting.length > 0) {
    // After a detour it comes from another host than the board knows.
    const next = waiting.findIndex(({ item, from, to }) => board.mayFollow(from, to) && yard.fits(item, to));
    if (next >= 0) {
      const [shift] = waiting.splice(next, 1) as [Shift];
      yard.move(shift);
      legs.push({ ...shift, why: why.makesRoom });
      continue;
    }
    const detour = strayed.size < DETOURS ? aside(yard, waiting, hosts, strayed) : undefined;
    if (detour === undefined) return undefined;
    const { shift, by } = detour;
    yard.move({ item: shift.item, from: shift.from, to: by });
    legs.push({ item: shift.item, from: shift.from, to: by, why: why.detour });
    shift.from = by;
    strayed.add(shift.item);
  }
  return legs;
}

/** The smallest waiting workload that fits somewhere else for the time being. */
function aside(
  yard: Yard,
  waiting: readonly { item: Item; from: Node; to: Node }[],
  hosts: readonly Node[],
  strayed: ReadonlySet<Item>,
) {
  const smallest = [...waiting].sort((a, b) => a.item.bulk - b.item.bulk || a.item.index - b.item.index);
  for (const shift of smallest) {
    if (strayed.has(shift.item)) continue;
    const by = hosts.find((host) => host !== shift.from && yard.fits(shift.item, host));
    if (by !== undefined) return { shift, by };
  }
  return undefined;
}

/** Bookings while workloads move one after another. */
export class Yard {
  readonly #board: Board;
  readonly #load: Map<Node, number[]>;
  readonly #on: Map<Node, Set<Item>>;
  readonly #resources: number;

  constructor(board: Board, hosts: readonly Node[], resources: number) {
    this.#board = board;
    this.#load = new Map(hosts.map((host) => [host, [...board.loadOf(host)]]));
    this.#on = new Map(hosts.map((host) => [host, new Set(board.itemsOn(host))]));
    this.#resources = resources;
  }

  isOn(item: Item, host: Node): boolean {
    return this.#on.get(host)?.has(item) === true;
  }

  fits(item: Item, host: Node): boolean {
    if (this.#board.forbids(item, host) !== undefined) return false;
    const load = this.#load.get(host) as number[];
    for (let r = 0; r < this.#resources; r++) {
      const need = at(item.need, r);
      if (need > 0 && at(load, r) + need > at(host.capacity, r) * (1 + 1e-9)) return false;
    }
    if (item.group < 0) return true;
    for (const other of this.#on.get(host) ?? []) if (other.group === item.group) return false;
    return true;
  }

  move({ item, from, to }: Shift): void {
    add(this.#load.get(from) as number[], item.need, -1);
    add(this.#load.get(to) as number[], item.need, 1);
    this.#on.get(from)?.delete(item);
    this.#on.get(to)?.add(item);
  }
}
