import type { Facts, Item, Node } from "./facts.ts";

/** Expected seconds of a host's remediation, reboot included; 0 when it is at the level. */
export function remediationSeconds(node: Node): number {
  return node.below ? node.host.estimate.patch + node.host.estimate.boot : 0;
}

/** Least seconds in which the workloads that are on the host now can leave it through its slots. */
export function evacuationSeconds(facts: Facts, node: Node): number {
  let longest = 0;
  let sum = 0;
  for (const item of node.below ? (facts.residents[node.index] ?? []) : []) {
    if (item.workload.pinned) continue;
    longest = Math.max(longest, item.seconds);
    sum += item.seconds;
  }
  return Math.max(longest, sum / Math.max(1, node.host.slots));
}

/** Workloads that have to leave the host before it is remediated, as it is now. */
export function leavesWhenDone(facts: Facts, node: Node): Item[] {
  return (facts.residents[node.index] ?? []).filter((item) => !item.workload.pinned);
}
