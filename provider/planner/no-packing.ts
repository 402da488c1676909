import type { RefusalReason } from "../core/plan.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { isKeptOff } from "./item-rules.ts";
import { add, at, needOf } from "./vectors.ts";
import { count } from "./words.ts";

/** Failed states that are remembered. */
const REMEMBERED = 100_000;

/** Rounding in sums of fractions must not rule out what fits exactly. */
const TOLERANCE = 1e-9;

/**
 * Hosts for which no placement of the running workloads on the other hosts exists, found by trying all of them within `effort` placement
 * tests. A proof: while the host is out, every workload that can move is on another host in service, within its capacity (or what is on it
 * now, where that is more), where its must-rules let it be or where it is already, and apart from members of its group that are on
 * other hosts now. Hosts that take part in no migrations, and what is on them, are left out.
 */
export function packingReasons(facts: Facts, effort: number): RefusalReason[] {
  const judged = new Map<string, boolean>();
  const blocked: Node[] = [];
  let left = effort;
  let items = 0;
  for (const node of facts.nodes) {
    if (!node.below || left <= 0) continue;
    const puzzle = new Puzzle(facts, node);
    let proven = judged.get(puzzle.key);
    if (proven === undefined) {
      proven = puzzle.isImpossible(left);
      left -= puzzle.steps;
      if (puzzle.isPlain) judged.set(puzzle.key, proven);
    }
    if (!proven) continue;
    blocked.push(node);
    items = puzzle.items.length;
  }
  const [first] = blocked;
  if (first === undefined) return [];
  const others = blocked.length > 1 ? ` The same holds for ${count(blocked.length - 1, "other host")}.` : "";
  const text = `${first.id} cannot be emptied: however the ${count(items, "workload")} that can move are placed on the other hosts, one of them has no room; all ways were tried.${others}`;
  return [{ code: "capacity", text, hosts: blocked.map(({ id }) => id), workloads: [] }];
}

/** Hosts that take part in migrations, now or in the course of the roll. */
export function takersOf(facts: Facts): Node[] {
  return facts.nodes.filter(
    (node) => node.role !== "closed" && (node.serving || node.role === "in hand") && node.host.slots > 0,
  );
}

/** All workloads that can move, to be placed on all hosts but one. */
class Puzzle {
  steps = 0;
  readonly items: readonly Item[];
  /** Workloads and hosts have no rules that tell hosts apart. */
  readonly isPlain: boolean;
  /** Says the same for hosts whose puzzles have the same solutions. */
  readonly key: string;
  readonly #bins: readonly Node[];
  readonly #free: number[][];
  /** Members that are on a host, as `group:origin`. */
  readonly #mates: string[][];
  /** Sums of what is left to be placed, and the least of it above none, by position and resource. */
  readonly #rest: number[][] = [];
  readonly #least: number[][] = [];
  readonly #failed = new Set<string>();
  #effort = 0;

  constructor(facts: Facts, node: Node) {
    const hosts = takersOf(facts);
    const resources = facts.resources.length;
    const movable = (host: Node): Item[] => (facts.residents[host.index] ?? []).filter((item) => !item.workload.pinned);
    this.#bins = hosts.filter((host) => host !== node);
    this.items = [node, ...this.#bins].flatMap(movable).sort((a, b) => b.bulk - a.bulk || a.index - b.index);
    this.isPlain = this.items.every(({ group, rules }) => group < 0 && rules === undefined);
    this.#mates = this.#bins.map(() => []);
    this.#free = this.#bins.map((host) => {
      const own = movable(host);
      const there = needOf(own, resources);
      const pinned = needOf(
        (facts.residents[host.index] ?? []).filter((item) => item.workload.pinned),
        resources,
      );
      return host.capacity.map((capacity, r) => Math.max(capacity - at(pinned, r), at(there, r)) * (1 + TOLERANCE));
    });
    this.key = this.#free
      .map((free) => free.join())
      .sort()
      .join(";");
    let rest: number[] = facts.resources.map(() => 0);
    let least: number[] = facts.resources.map(() => Number.POSITIVE_INFINITY);
    for (let i = this.items.length - 1; i >= 0; i--) {
      const { need } = this.items[i] as Item;
      rest = [...rest];
      add(rest, need, 1);
      least = least.map((one, r) => (at(need, r) > 0 ? Math.min(one, at(need, r)) : one));
      this.#rest[i] = rest;
      this.#least[i] = least;
    }
  }

  /** False also when the effort is used up. */
  isImpossible(effort: number): boolean {
    this.#effort = effort;
    return this.#place(0) === "impossible";
  }

  #place(i: number): "possible" | "impossible" | "unknown" {
    const item = this.items[i];
    if (item === undefined) return "possible";
    if (this.steps > this.#effort) return "unknown";
    if (this.#isWasted(i)) return "impossible";
    const state = `${i};${this.#bins
      .map((_, b) => this.#signature(b))
      .sort()
      .join(";")}`;
    if (this.#failed.has(state)) return "impossible";
    const tried = new Set<string>();
    for (let b = 0; b < this.#bins.length; b++) {
      this.steps += 1;
      const host = this.#bins[b] as Node;
      const free = this.#free[b] as number[];
      if (item.need.some((need, r) => need > 0 && need > at(free, r))) continue;
      if (item.node !== host && isKeptOff(item, host)) continue;
      if (item.group >= 0 && this.#meetsMate(item, b)) continue;
      const signature = this.#signature(b);
      if (tried.has(signature)) continue;
      tried.add(signature);
      add(free, item.need, -1);
      if (item.group >= 0 && item.ghost === undefined) this.#mates[b]?.push(`${item.group}:${item.node.index}`);
      const result = this.#place(i + 1);
      if (item.group >= 0 && item.ghost === undefined) this.#mates[b]?.pop();
      add(free, item.need, 1);
      if (result !== "impossible") return result;
    }
    if (this.#failed.size < REMEMBERED) this.#failed.add(state);
    return "impossible";
  }

  /** What is free where anything that is left could still use it, is less than that needs. */
  #isWasted(i: number): boolean {
    const [rest, least] = [this.#rest[i] as number[], this.#least[i] as number[]];
    for (let r = 0; r < rest.length; r++) {
      let usable = 0;
      for (const free of this.#free) if (at(free, r) >= at(least, r)) usable += at(free, r);
      if (at(rest, r) > 0 && usable < at(rest, r)) return true;
    }
    return false;
  }

  #meetsMate({ group, node, ghost }: Item, b: number): boolean {
    if (ghost !== undefined) return false;
    return (this.#mates[b] as string[]).some((mate) => {
      const [of, origin] = mate.split(":");
      return Number(of) === group && Number(origin) !== node.index;
    });
  }

  /** Hosts with the same one are interchangeable from here on. */
  #signature(b: number): string {
    const free = (this.#free[b] as number[]).join();
    return this.isPlain ? free : `${b}|${free}|${(this.#mates[b] as string[]).join()}`;
  }
}
