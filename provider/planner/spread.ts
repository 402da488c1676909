import type { Facts, Item, Node } from "./facts.ts";

/** Which members of spread groups are booked in which failure domain, or are about to be. */
export class SpreadBook {
  readonly #domains: number;
  /** By group and domain, every member with how many times it is booked there. */
  readonly #members = new Map<number, Map<Item, number>>();

  constructor(facts: Facts) {
    this.#domains = facts.nodes.length;
    for (const item of facts.owed.flat()) this.count(item, item.node, 1);
  }

  count(item: Item, node: Node, sign: 1 | -1): void {
    const spread = item.rules?.spread ?? -1;
    if (spread < 0) return;
    const key = spread * this.#domains + node.domain;
    let members = this.#members.get(key);
    if (members === undefined) {
      members = new Map();
      this.#members.set(key, members);
    }
    const count = (members.get(item) ?? 0) + sign;
    if (count === 0) members.delete(item);
    else members.set(item, count);
  }

  /** Another member of the item's group is in the failure domain of the host. */
  hasOther(item: Item, node: Node): boolean {
    const spread = item.rules?.spread ?? -1;
    const members = spread < 0 ? undefined : this.#members.get(spread * this.#domains + node.domain);
    return members !== undefined && members.size > (members.has(item) ? 1 : 0);
  }
}
