import type { Fleet } from "../../provider/core/fleet.ts";
import { leastFilled, place, type Rule, smallestFirst } from "./placement.ts";
import { type Log, Roll } from "./roll.ts";

/**
 * PegaProx's rolling update of a Proxmox VE cluster. Restates: its published behaviour and issues #647, #694 and #715
 * (PegaProx/project-pegaprox).
 *
 * Nodes go one at a time as listed: the smallest workload first onto the least-loaded node, affinity rules not looked at.
 * Nothing is put back.
 *
 * Simplified: this is the path that a person starts, which pauses when a node cannot be emptied. (The scheduled one goes on
 * and reboots the node with what is left on it, which nobody would call done.) Load is the fullest resource. As many
 * migrations run at once as the host has slots.
 */
export function pegaProx(fleet: Fleet): Log {
  const roll = new Roll(fleet);
  for (const host of fleet.hosts) {
    const { legs, left } = place(roll.room.copy(), roll.on(host), roll.others(host), RULE);
    if (left.length > 0) {
      roll.migrate(legs);
      return roll.end(`${host.id} cannot be emptied: no node for ${left.length} of its workloads`);
    }
    roll.start(host, legs);
    roll.wait();
  }
  return roll.end();
}

const RULE: Rule = { first: smallestFirst, score: leastFilled, apart: "ignored" };
