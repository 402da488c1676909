import type { Fleet, Host } from "../../provider/core/fleet.ts";
import { largestFirst, mostFreeMemory, place, type Rule } from "./placement.ts";
import { type Log, Roll } from "./roll.ts";

/**
 * Microsoft Cluster-Aware Updating. Restates: its documentation (learn.microsoft.com, failover clustering,
 * cluster-aware-updating and its options and FAQ).
 *
 * The node with the fewest roles first, one at a time: drained, updated, restarted, and its roles failed back at once, before the
 * next node. A node that cannot be drained has failed, and the run goes on with the next one until more than a third of all
 * nodes have.
 *
 * Simplified: how clustering picks the best available node is not published; it is taken to be the largest workload into the
 * node with the most free memory, anti-affinity preferred. A node that cannot be drained whole is left as it is. As many
 * migrations run at once as the host has slots.
 */
export function clusterAwareUpdating(fleet: Fleet): Log {
  const roll = new Roll(fleet);
  const roles = new Map(fleet.hosts.map((host) => [host, roll.on(host).length]));
  const count = (host: Host): number => roles.get(host) ?? 0;
  const failed: string[] = [];
  for (const host of [...fleet.hosts].sort((a, b) => count(a) - count(b))) {
    const { legs, left } = place(roll.room.copy(), roll.on(host), roll.others(host), RULE);
    if (left.length > 0) {
      failed.push(host.id);
      if (failed.length > fleet.hosts.length / 3) break;
      continue;
    }
    roll.start(
      host,
      legs,
      legs.map(({ workload }) => ({ workload, to: host })),
    );
    roll.wait();
  }
  return roll.end(failed.length > 0 ? `cannot be drained: ${failed.join(", ")}` : undefined);
}

const RULE: Rule = { first: largestFirst, score: mostFreeMemory, apart: "preferred" };
