import type { Board, Leg } from "./board.ts";
import type { Facts, Item, Node } from "./facts.ts";
import type { Timeline } from "./timeline.ts";

/** Why a workload goes where it goes: the words of `Move.why`. */
export const why = {
  atLevel: "already at the level",
  left: "left alone by this roll",
  later: "goes later in the order",
  announced: "as announced",
  inFlight: "in flight already",
  home: "home again",
  balance: "keeps the balance",
} as const;

/** Inbound migrations that keep a host's slots busy for this long weigh as much as all of its capacity. */
const PATIENCE = 1200;

/** Chooses destinations: hosts that will not be emptied any more first, so that workloads move once. */
export class Destinations {
  readonly #board: Board;
  readonly #timeline: Timeline;
  /** Share of a host that is filled in the first place: even load, were it spread over all hosts but those out. */
  readonly #level: number;
  /** Hosts not to be emptied any more, below and above that level. */
  #below: Node[] = [];
  #above: Node[] = [];

  constructor(facts: Facts, board: Board, timeline: Timeline, width: number) {
    this.#board = board;
    this.#timeline = timeline;
    this.#level = fillLevel(facts, width);
    for (const role of ["level", "left"] as const) {
      for (const node of facts.nodes) if (node.role === role && node.open) this.add(node);
    }
  }

  /** The host takes workloads and will not be emptied any more. */
  add(node: Node): void {
    if (node.host.slots > 0) this.#below.push(node);
  }

  /** Something left the host: it may be below the level again. */
  reconsider(node: Node): void {
    const index = this.#above.indexOf(node);
    if (index < 0 || this.#board.fill(node) >= this.#level) return;
    this.#above.splice(index, 1);
    this.#below.push(node);
  }

  /** Forgets, for the scans to come, that hosts above the level were once below. */
  tidy(): void {
    const above = this.#below.filter((node) => this.#board.fill(node) >= this.#level);
    if (above.length === 0) return;
    this.#above.push(...above);
    this.#below = this.#below.filter((node) => this.#board.fill(node) < this.#level);
  }

  /** Free capacity of hosts not to be emptied any more, by resource. */
  free(resources: number): number[] {
    const free = new Array<number>(resources).fill(0);
    for (const nodes of [this.#below, this.#above]) {
      for (const node of nodes) {
        const load = this.#board.loadOf(node);
        for (let r = 0; r < resources; r++)
          free[r] = (free[r] ?? 0) + Math.max(0, (node.capacity[r] ?? 0) - (load[r] ?? 0));
      }
    }
    return free;
  }

  /** A host where the item can stay. `inbound`: seconds of migrations about to start, by host. */
  settled(item: Item, inbound: ReadonlyMap<Node, number>): Node | undefined {
    return this.#bestFit(item, inbound) ?? this.#roomiest(item, this.#above, this.#above.length);
  }

  /** A host that will be emptied later, if `later` (latest first) has one that fits: the emptiest of the first `spread`. */
  parking(item: Item, later: readonly Node[], spread: number): Node | undefined {
    return this.#roomiest(item, later, spread);
  }

  #bestFit(item: Item, inbound: ReadonlyMap<Node, number>): Node | undefined {
    let best: Node | undefined;
    let bestScore = Number.NEGATIVE_INFINITY;
    let over: Node | undefined;
    let overFill = Number.POSITIVE_INFINITY;
    for (const node of this.#below) {
      if (!this.#board.fits(item, node)) continue;
      const fill = this.#board.fill(node, item);
      if (fill > this.#level) {
        if (fill < overFill) [over, overFill] = [node, fill];
        continue;
      }
      const waiting = this.#timeline.busy(node) + (inbound.get(node) ?? 0) / node.host.slots;
      const score = fill - waiting / PATIENCE;
      if (score > bestScore) [best, bestScore] = [node, score];
    }
    return best ?? over;
  }

  #roomiest(item: Item, nodes: readonly Node[], enough: number): Node | undefined {
    let best: Node | undefined;
    let bestFill = Number.POSITIVE_INFINITY;
    let found = 0;
    for (const node of nodes) {
      if (!this.#board.fits(item, node)) continue;
      const fill = this.#board.fill(node, item);
      if (fill < bestFill) [best, bestFill] = [node, fill];
      found += 1;
      if (found >= enough) break;
    }
    return best;
  }
}

/** Words for a settled destination. */
export function whySettled(to: Node): Leg["why"] {
  return to.role === "left" ? why.left : why.atLevel;
}

function fillLevel(facts: Facts, width: number): number {
  const hosts = facts.nodes.filter((node) => node.serving);
  const share = facts.resources.map((_, r) => {
    const need = facts.items.reduce((sum, item) => sum + (item.need[r] ?? 0), 0);
    const capacity = hosts.reduce((sum, node) => sum + (node.capacity[r] ?? 0), 0);
    return capacity > 0 ? need / capacity : 0;
  });
  const others = Math.max(1, hosts.length - width);
  return Math.min(1, (Math.max(0, ...share) * hosts.length) / others + 0.04);
}
