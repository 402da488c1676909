import type { Board } from "./board.ts";
import type { Facts, Item, Node } from "./facts.ts";
import type { Leg } from "./leg.ts";
import type { Timeline } from "./timeline.ts";
import { at } from "./vectors.ts";

/** Why a workload goes where it goes: the words of `Move.why`. */
export const why = {
  atLevel: "already at the level",
  left: "left alone by this roll",
  later: "goes later in the order",
  announced: "as announced",
  inFlight: "in flight already",
  home: "home again",
  balance: "keeps the balance",
  preferred: "back to where it should run",
  madeRoom: "where room was made for it",
  makesRoom: "makes room",
  detour: "makes room, on its way to where it stays",
} as const;

/** A host this close to the level counts as full: what would still fit is not worth looking for. */
const SLIVER = 0.01;

/** Inbound migrations that keep a host's slots busy for this long weigh as much as all of its capacity. */
const PATIENCE = 1200;

/** Hosts with room that are compared, the fullest ones first. */
const ENOUGH = 24;

/** Hosts above the level that are looked at, the emptiest ones first, while waiting for a better one is possible. */
const GLANCE = 32;

/**
 * How hard to look for room: `level` only up to the even load, so that hosts end up balanced; `room` whatever fits at a
 * glance; `search` every host.
 */
export type Care = "level" | "room" | "search";

/** Chooses destinations: hosts that will not be emptied any more first, so that workloads move once. */
export class Destinations {
  readonly #board: Board;
  readonly #timeline: Timeline;
  /** Share of a host that is filled in the first place: even load, were it spread over all hosts but those out. */
  readonly #level: number;
  /** Hosts not to be emptied any more: below that level, the fullest first; above it, the emptiest first. */
  #below: Node[] = [];
  #above: Node[] = [];
  readonly #settled = new Set<Node>();
  readonly #nodes: readonly Node[];

  constructor(facts: Facts, board: Board, timeline: Timeline, width: number) {
    this.#nodes = facts.nodes;
    this.#board = board;
    this.#timeline = timeline;
    this.#level = fillLevel(facts, board, width);
    for (const role of ["level", "left"] as const) {
      for (const node of facts.nodes) if (node.role === role && node.open) this.add(node);
    }
    this.tidy();
  }

  /** The host takes workloads and will not be emptied any more. */
  add(node: Node): void {
    if (node.host.slots < 1) return;
    this.#below.push(node);
    this.#settled.add(node);
  }

  /** Something left the host: it may be below the level again. */
  reconsider(node: Node): void {
    const index = this.#above.indexOf(node);
    if (index >= 0) this.#below.push(...this.#above.splice(index, 1));
  }

  /** Sorts hosts by how full they have become. */
  tidy(): void {
    const board = this.#board;
    const below: Node[] = [];
    for (const node of this.#below) {
      if (board.fill(node) < this.#level - SLIVER) below.push(node);
      else this.#above.splice(this.#rank(board.fill(node)), 0, node);
    }
    this.#below = below.sort((a, b) => board.fill(b) - board.fill(a) || a.index - b.index);
  }

  /** Room where workloads can stay, by resource: with less than what a host needs there is no use in looking. */
  room(care: Care): number[] {
    const room = new Array<number>(this.#board.resources).fill(0);
    const sum = (nodes: readonly Node[], share: number): void => {
      for (const node of nodes) {
        const load = this.#board.loadOf(node);
        for (let r = 0; r < room.length; r++)
          room[r] = at(room, r) + Math.max(0, at(node.capacity, r) * share - at(load, r));
      }
    };
    sum(this.#below, care === "level" ? this.#level : 1);
    if (care !== "level") sum(care === "room" ? this.#above.slice(0, GLANCE) : this.#above, 1);
    return room;
  }

  /**
   * A host that a should-rule of the item asks for: one where it can stay, else one of `later`; undefined: none has room, or it
   * has no such rule.
   */
  preferred(item: Item, inbound: ReadonlyMap<Node, number>, later: readonly Node[]): Node | undefined {
    const prefer = item.rules?.prefer;
    if (prefer === undefined) return undefined;
    const stay = [...prefer].map((index) => this.#nodes[index] as Node).filter((node) => this.#settled.has(node));
    const best = this.#bestFit(item, inbound, stay) ?? this.#roomiest(item, stay, stay.length);
    if (best !== undefined) return best;
    const park = later.filter((node) => prefer.has(node.index));
    return this.#roomiest(item, park, park.length);
  }

  /** It will not be emptied any more. */
  isSettled(node: Node): boolean {
    return this.#settled.has(node);
  }

  /** A host where the item can stay. `inbound`: seconds of migrations about to start, by host. */
  settled(item: Item, inbound: ReadonlyMap<Node, number>, care: Care): Node | undefined {
    const best = this.#bestFit(item, inbound, this.#below);
    if (best !== undefined || care === "level") return best;
    const over = this.#roomiest(item, this.#below, this.#below.length);
    return over ?? this.#roomiest(item, care === "room" ? this.#above.slice(0, GLANCE) : this.#above, 1);
  }

  /** A host that will be emptied later, if `later` (latest first) has one that fits: the emptiest of the first `spread`. */
  parking(item: Item, later: readonly Node[], spread: number): Node | undefined {
    return this.#roomiest(item, later, spread);
  }

  #bestFit(item: Item, inbound: ReadonlyMap<Node, number>, nodes: readonly Node[]): Node | undefined {
    let best: Node | undefined;
    let bestScore = Number.NEGATIVE_INFINITY;
    let found = 0;
    for (const node of nodes) {
      if (!this.#board.fits(item, node)) continue;
      const fill = this.#board.fillWith(node, item);
      if (fill > this.#level) continue;
      const waiting = this.#timeline.busy(node) + (inbound.get(node) ?? 0) / node.host.slots;
      const score = fill - waiting / PATIENCE;
      if (score > bestScore) [best, bestScore] = [node, score];
      found += 1;
      if (found >= ENOUGH) break;
    }
    return best;
  }

  #roomiest(item: Item, nodes: readonly Node[], enough: number): Node | undefined {
    let best: Node | undefined;
    let bestFill = Number.POSITIVE_INFINITY;
    let found = 0;
    for (const node of nodes) {
      if (!this.#board.fits(item, node)) continue;
      const fill = this.#board.fillWith(node, item);
      if (fill < bestFill) [best, bestFill] = [node, fill];
      found += 1;
      if (found >= enough) break;
    }
    return best;
  }

  /** Where a host of this fill goes among those above the level. */
  #rank(fill: number): number {
    let low = 0;
    let high = this.#above.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#board.fill(this.#above[middle] as Node) <= fill) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Words for a settled destination. */
export function whySettled(to: Node): Leg["why"] {
  return to.role === "left" ? why.left : why.atLevel;
}

/**
 * How full hosts are now on average, by their fullest resource, with `width` of them out, and a little more: whole workloads
 * have to fit, counted in the smaller ones.
 */
function fillLevel(facts: Facts, board: Board, width: number): number {
  const hosts = facts.nodes.filter((node) => node.serving);
  const others = Math.max(1, hosts.length - width);
  const even = hosts.reduce((sum, node) => sum + board.fill(node), 0) / others;
  const sizes = facts.items.map((item) => item.bulk).sort((a, b) => a - b);
  const smaller = Math.max(1e-3, sizes[Math.floor(sizes.length / 4)] ?? 0);
  return Math.min(1, Math.max(even + 0.02, Math.ceil(even / smaller - 1e-9) * smaller + 1e-9));
}
