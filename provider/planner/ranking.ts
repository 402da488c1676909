import type { Node } from "./facts.ts";

/** Hosts from the emptiest to the fullest, equally full ones by index; kept in order while single ones change. */
export class Ranking {
  readonly #ranked: Node[];
  /** By the host's index. */
  readonly #shares: Float64Array;

  /** `size`: more than any index of `nodes`. */
  constructor(nodes: readonly Node[], size: number, shareOf: (node: Node) => number) {
    this.#shares = new Float64Array(size);
    for (const node of nodes) this.#shares[node.index] = shareOf(node);
    this.#ranked = [...nodes].sort((a, b) => this.#compare(a, b));
  }

  share(node: Node): number {
    return this.#shares[node.index] as number;
  }

  get lowest(): number {
    const [first] = this.#ranked;
    return first === undefined ? Number.POSITIVE_INFINITY : this.share(first);
  }

  get highest(): number {
    const last = this.#ranked.at(-1);
    return last === undefined ? 0 : this.share(last);
  }

  /** The host is as full as this now; one that is not ranked stays out. */
  set(node: Node, share: number): void {
    const place = this.#placeOf(node);
    if (this.#ranked[place] !== node) return;
    this.#ranked.splice(place, 1);
    this.#shares[node.index] = share;
    this.#ranked.splice(this.#placeOf(node), 0, node);
  }

  /** Those that are at least so full, by index. */
  atLeast(floor: number): Node[] {
    let low = 0;
    let high = this.#ranked.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.share(this.#ranked[middle] as Node) < floor) low = middle + 1;
      else high = middle;
    }
    return this.#ranked.slice(low).sort((a, b) => a.index - b.index);
  }

  /** Those that are fuller than this, the fullest first, equally full ones by index. */
  *fullerThan(share: number): Generator<Node> {
    for (let end = this.#ranked.length; end > 0; ) {
      const level = this.share(this.#ranked[end - 1] as Node);
      if (level <= share) return;
      let start = end - 1;
      while (start > 0 && this.share(this.#ranked[start - 1] as Node) === level) start -= 1;
      for (let place = start; place < end; place++) yield this.#ranked[place] as Node;
      end = start;
    }
  }

  /** From the emptiest on. */
  [Symbol.iterator](): Iterator<Node> {
    return this.#ranked[Symbol.iterator]();
  }

  #placeOf(node: Node): number {
    let low = 0;
    let high = this.#ranked.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(this.#ranked[middle] as Node, node) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(a: Node, b: Node): number {
    return this.share(a) - this.share(b) || a.index - b.index;
  }
}
