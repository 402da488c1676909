import type { Fleet } from "../../provider/core/fleet.ts";
import { leastFilled, place, type Rule } from "./placement.ts";
import { type Log, Roll } from "./roll.ts";

/**
 * oVirt's cluster upgrade. Restates: the documentation of the role cluster_upgrade (oVirt/ovirt-ansible-collection) and of the
 * scheduling that the engine does when a host goes into maintenance (oVirt/ovirt-engine).
 *
 * Balancing is off. Hosts go one at a time as listed. Workloads are scheduled one after the other, each onto the host that ranks
 * best (even CPU, even memory), with what is under way booked; two migrations at once. Any failure stops the play. Workloads are
 * never put back.
 *
 * Simplified: all workloads have one priority, so they come as listed; hosts rank by their fullest resource; hard anti-affinity
 * is given up in the second pass, as a cluster may allow.
 */
export function ovirt(fleet: Fleet): Log {
  const roll = new Roll(fleet, 2);
  for (const host of fleet.hosts) {
    const { legs, left } = place(roll.room.copy(), roll.on(host), roll.others(host), RULE);
    if (left.length > 0) {
      roll.migrate(legs);
      return roll.end(`${host.id} cannot be emptied: no host for ${left.length} of its workloads`);
    }
    roll.start(host, legs);
    roll.wait();
  }
  return roll.end();
}

const RULE: Rule = { score: leastFilled, apart: "preferred" };
