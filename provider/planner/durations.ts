import type { Facts, Node } from "./facts.ts";

/** Expected seconds of a host's remediation, reboot included; 0 when it is at the level. */
export function remediationSeconds(node: Node): number {
  return node.below ? node.host.estimate.patch + node.host.estimate.boot : 0;
}

/** Least seconds in which the workloads that are on the host now can leave it through its slots. */
export function evacuationSeconds(facts: Facts, node: Node): number {
  const leaving = facts.leaving[node.index];
  if (leaving === undefined || !node.below) return 0;
  return Math.max(leaving.longest, leaving.seconds / Math.max(1, node.host.slots));
}
