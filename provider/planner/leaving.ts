import type { Facts, Item, Node } from "./facts.ts";
import { add } from "./vectors.ts";

/** Workloads that have to leave a host before it is remediated: the running ones that can move. */
export interface Leaving {
  readonly items: readonly Item[];
  /** Sum of their needs, by resource. */
  readonly need: readonly number[];
  /** Of their migrations: all of them one after another, and the longest one. */
  readonly seconds: number;
  readonly longest: number;
}

/** Those among the workloads on a host. */
export function leavingOf(list: readonly Item[], resources: number): Leaving {
  const items = list.filter((item) => !item.workload.pinned);
  const need = new Array<number>(resources).fill(0);
  let seconds = 0;
  let longest = 0;
  for (const item of items) {
    add(need, item.need, 1);
    seconds += item.seconds;
    longest = Math.max(longest, item.seconds);
  }
  return { items, need, seconds, longest };
}

/** Those that are on the host now. */
export function leavesWhenDone({ leaving }: Facts, node: Node): readonly Item[] {
  return leaving[node.index]?.items ?? NOBODY;
}

/** Running workloads on the host that cannot move. */
export function pinnedOn(facts: Facts, node: Node): readonly Item[] {
  const residents = facts.residents[node.index] ?? NOBODY;
  return leavesWhenDone(facts, node).length === residents.length
    ? NOBODY
    : residents.filter((item) => item.workload.pinned);
}

const NOBODY: readonly Item[] = [];
