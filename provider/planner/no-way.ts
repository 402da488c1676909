import type { RefusalReason } from "../core/plan.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { isKeptOff } from "./item-rules.ts";
import { takersOf } from "./no-packing.ts";
import { add, at, needOf } from "./vectors.ts";
import { count, list } from "./words.ts";

/** Rounding in sums of fractions must not refuse what fits exactly. */
const TOLERANCE = 1e-9;

/** Larger fleets have more states than anybody can visit. */
const MOST_ITEMS = 60;

/**
 * The hosts that are never empty in any state that moves can reach, when these states are so few that all of them are visited within
 * `effort` placement tests. A proof: every plan is a sequence of moves onto hosts with room for them (two at a time need more room than one
 * after the other), apart from members of the same group, where must-rules let them run; a host that was empty once counts as done. All other
 * rules only forbid more.
 */
export function wayReasons(facts: Facts, effort: number): RefusalReason[] {
  const below = facts.nodes.filter((node) => node.below);
  const movable = facts.items.filter((item) => !item.workload.pinned);
  if (below.length === 0 || movable.length > MOST_ITEMS) return [];
  const walk = new Walk(facts, movable);
  const emptied = walk.run(below, effort);
  if (emptied === undefined) return [];
  const left = below.filter((node) => !emptied.has(node));
  if (left.length === 0) return [];
  const text = `${list(left.map(({ id }) => id))} cannot be emptied, whatever moves are made before: the ${count(walk.visited, "placement")} that moves can reach ${walk.visited === 1 ? "was" : "were all"} tried.`;
  return [{ code: "capacity", text, hosts: left.map(({ id }) => id), workloads: [] }];
}

/** Visits every placement that moves can reach. */
class Walk {
  visited = 0;
  readonly #facts: Facts;
  readonly #items: readonly Item[];
  readonly #hosts: readonly Node[];
  /** Items that nothing tells apart have the same number. */
  readonly #kinds: readonly number[];

  constructor(facts: Facts, items: readonly Item[]) {
    this.#facts = facts;
    this.#items = items;
    this.#hosts = takersOf(facts);
    const kinds = new Map<string, number>();
    this.#kinds = items.map((item) => {
      const key = item.group < 0 && item.rules === undefined ? item.need.join() : `#${item.index}`;
      return kinds.get(key) ?? kinds.set(key, kinds.size).size - 1;
    });
  }

  /** The hosts that are empty at some time; undefined: all can be, or there are too many placements. */
  run(below: readonly Node[], effort: number): ReadonlySet<Node> | undefined {
    const emptied = new Set<Node>();
    const start = this.#items.map(({ node }) => node.index);
    const seen = new Set([this.#key(start)]);
    const waiting = [start];
    let steps = 0;
    for (let places = waiting.pop(); places !== undefined; places = waiting.pop()) {
      this.visited += 1;
      for (const node of below) if (!places.includes(node.index)) emptied.add(node);
      if (emptied.size === below.length) return undefined;
      const load = this.#loads(places);
      const tried = new Set<string>();
      for (const [i, item] of this.#items.entries()) {
        const from = places[i] as number;
        if (!this.#hosts.some(({ index }) => index === from)) continue;
        for (const host of this.#hosts) {
          steps += 1;
          if (host.index === from || !this.#fits(item, host, load[host.index] as number[], places)) continue;
          const move = `${this.#kinds[i]}:${from}:${host.index}`;
          if (tried.has(move)) continue;
          tried.add(move);
          const next = places.with(i, host.index);
          const key = this.#key(next);
          if (seen.has(key)) continue;
          seen.add(key);
          waiting.push(next);
        }
      }
      if (steps > effort) return undefined;
    }
    return emptied;
  }

  #loads(places: readonly number[]): number[][] {
    const { nodes, items, resources } = this.#facts;
    const loads = nodes.map((node) =>
      needOf(
        items.filter((item) => item.workload.pinned && item.node === node),
        resources.length,
      ),
    );
    places.forEach((host, i) => {
      add(loads[host] as number[], (this.#items[i] as Item).need, 1);
    });
    return loads;
  }

  #fits(item: Item, host: Node, load: readonly number[], places: readonly number[]): boolean {
    const room = item.need.every(
      (need, r) => need === 0 || at(load, r) + need <= at(host.capacity, r) * (1 + TOLERANCE),
    );
    if (!room || isKeptOff(item, host)) return false;
    return item.group < 0 || !this.#items.some((other, j) => other.group === item.group && places[j] === host.index);
  }

  /** Which kinds are where. */
  #key(places: readonly number[]): string {
    return places
      .map((host, i) => host * this.#items.length + (this.#kinds[i] as number))
      .sort((a, b) => a - b)
      .join();
  }
}
