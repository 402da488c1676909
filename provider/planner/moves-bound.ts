import { why } from "./destinations.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { leavesWhenDone } from "./leaving.ts";
import type { Turn } from "./turn.ts";
import { add, at } from "./vectors.ts";

/**
 * Moves that no plan can do without.
 *
 * - **M1**: a host must be empty to be remediated, so each workload on a host to be done leaves it once.
 * - **M2**: take the first host to be remediated. While it was emptied no host was at the level but those that are now (and
 *   those left alone), so all of its workloads but the q that fit there landed on hosts to be done; by M1 these move again.
 * - **M3**: the same for each of the first K hosts, if K are emptied before the first remediation ends; K is 1 for any plan.
 * - Workloads that policy brings home (canary, `putBack: home`) go out and back: one more each. M2 and this are alternatives.
 */
export function movesBound(facts: Facts, turns: readonly Turn[], emptiedFirst = 1): number {
  const hosts = turns.filter((turn) => turn.node.below).map((turn) => turn.node);
  const emptied = new Set(hosts);
  const leaving = hosts.reduce((sum, node) => sum + leavesWhenDone(facts, node).length, 0);
  const leaves = ({ node, workload }: Item): boolean => emptied.has(node) && !workload.pinned;
  let home = 0;
  for (const { node, putBack } of turns) {
    for (const leg of putBack) {
      if (leg.why !== why.home) continue;
      if (leg.item.node === node || !leaves(leg.item)) home += 1;
    }
  }
  const inHand = turns.some((turn) => turn.inHand);
  const safe = safeCapacity(facts);
  const again = inHand ? [] : hosts.map((node) => landsOnUnpatched(facts, node, safe)).sort((a, b) => a - b);
  const twice = again.slice(0, emptiedFirst).reduce((sum, count) => sum + count, 0);
  return leaving + Math.max(home, twice);
}

/** Hosts that are emptied before the first remediation ends, as the order says: no host at the level is waited for. */
export function emptiedFirst(turns: readonly Turn[]): number {
  const first = turns.filter((turn) => turn.node.below).findIndex((turn) => turn.after.length > 0);
  return Math.max(1, first < 0 ? turns.length : first);
}

/** Capacity of all hosts that need not be emptied, by resource, as if nothing ran on them. */
function safeCapacity(facts: Facts): number[] {
  const sum = facts.resources.map(() => 0);
  for (const node of facts.nodes) if (node.role === "level" || node.role === "left") add(sum, node.capacity, 1);
  return sum;
}

/** How many workloads of the host must land on hosts to be done, if as many as possible fit into `safe`. */
function landsOnUnpatched(facts: Facts, node: Node, safe: readonly number[]): number {
  const items = leavesWhenDone(facts, node);
  let fit = items.length;
  for (const [r] of facts.resources.entries()) {
    let room = at(safe, r) * (1 + 1e-9);
    const needs = items.map((item) => at(item.need, r)).sort((a, b) => a - b);
    const count = needs.findIndex((need) => {
      room -= need;
      return room < 0;
    });
    if (count >= 0) fit = Math.min(fit, count);
  }
  return items.length - fit;
}
