import type { Fleet, Host } from "../../provider/core/fleet.ts";
import type { Policy } from "../../provider/core/policy.ts";
import { hostsAllowed } from "../../provider/core/share.ts";
import { largestFirst, leastFilled, place, type Rule } from "./placement.ts";
import { type Log, Roll } from "./roll.ts";

/**
 * A roll as a cluster with a load balancer would do it, such as vSphere with DRS. Restates no product: how DRS chooses is not
 * published. What is: destinations by load, rules kept, several hosts at once, and the advice to take admission control off
 * for a roll, so that no reserve is kept.
 *
 * As many hosts at once as `maxUnavailable` allows, as listed: the largest workload first, onto the host that is least loaded
 * then, hosts done and to be done alike. Nothing is put back.
 *
 * Simplified: a host that cannot be emptied whole is passed over until another is back; one that workloads are on their way to
 * waits for them.
 */
export function leastLoaded(fleet: Fleet, { maxUnavailable }: Policy): Log {
  const roll = new Roll(fleet);
  const width = hostsAllowed(maxUnavailable.fleet, fleet.hosts.length);
  const left = new Set(fleet.hosts);
  /** Not all of their load fits elsewhere before another host is back. */
  const passedOver = new Set<Host>();
  for (;;) {
    const inHand = roll.inHand.size;
    const free = [...left].find((host) => inHand < width && !passedOver.has(host) && !roll.hasInbound(host));
    if (free === undefined) {
      if (!roll.next()) break;
      if (roll.inHand.size < inHand) passedOver.clear();
      continue;
    }
    const evacuation = place(roll.room.copy(), roll.on(free), roll.others(free), RULE);
    if (evacuation.left.length > 0) {
      passedOver.add(free);
      continue;
    }
    roll.start(free, evacuation.legs);
    left.delete(free);
  }
  return roll.end(left.size > 0 ? `${left.size} hosts cannot be emptied` : undefined);
}

const RULE: Rule = { first: largestFirst, score: leastFilled, apart: "always" };
