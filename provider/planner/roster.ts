import type { Facts, Item, Node } from "./facts.ts";
import { type Leaving, leavingOf } from "./leaving.ts";

/** Which workloads are, or will be, on which host as far as a plan goes; by index. */
export class Roster {
  readonly #resources: number;
  readonly #on: Item[][];
  readonly #places: Node[];
  /** What of it can move; undefined where something has come or gone since that was asked. */
  readonly #leaving: (Leaving | undefined)[];

  constructor({ residents, items, leaving, resources }: Facts) {
    this.#resources = resources.length;
    this.#on = residents.map((list) => [...list]);
    this.#places = items.map((item) => item.node);
    this.#leaving = [...leaving];
  }

  on(node: Node): readonly Item[] {
    return this.#on[node.index] as Item[];
  }

  placeOf(item: Item): Node {
    return this.#places[item.index] as Node;
  }

  leaving(node: Node): Leaving {
    const known = this.#leaving[node.index] ?? leavingOf(this.on(node), this.#resources);
    this.#leaving[node.index] = known;
    return known;
  }

  move(item: Item, from: Node, to: Node): void {
    const left = this.#on[from.index] as Item[];
    const index = left.indexOf(item);
    if (index >= 0) left.splice(index, 1);
    this.#on[to.index]?.push(item);
    this.#places[item.index] = to;
    this.#leaving[from.index] = undefined;
    this.#leaving[to.index] = undefined;
  }
}
