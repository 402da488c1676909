import type { Fleet, Host, Workload } from "../../provider/core/fleet.ts";
import { largestFirst, mostFreeMemory, place, type Rule } from "./placement.ts";
import { type Log, Roll } from "./roll.ts";

/**
 * Xen Orchestra's rolling pool update. Restates: its documentation (vatesfr/xen-orchestra, docs/rolling-pool-update-reboot.md),
 * issue #10260 and pull request #10295 there, and how XAPI evacuates a host without workload balancing
 * (xapi-project/xen-api).
 *
 * First every host is asked whether it could be emptied from today's placement. Then the pool's master and the other hosts as
 * listed, one at a time: the largest workload into the host with the most free memory, hosts done and to be done alike, three
 * migrations at once. Only when all hosts are done do workloads go home, one at a time: before #10295 host after host with first
 * and last exchanged, and what does not fit at its turn stays away; since then in reverse order, in passes until none moves
 * anything.
 *
 * Simplified: the master is the first host. Anti-affinity is preferred when a host is evacuated, and not looked at on the
 * way home, where the host is given. HA, the load balancer and backups are suspended for the roll, so nothing else happens.
 */
export const xenOrchestra = {
  before10295: (fleet: Fleet): Log => rollingPoolUpdate(fleet, homeInOnePass),
  since10295: (fleet: Fleet): Log => rollingPoolUpdate(fleet, homeInPasses),
};

const RULE: Rule = { first: largestFirst, score: mostFreeMemory, apart: "preferred" };

function rollingPoolUpdate(fleet: Fleet, goHome: (roll: Roll) => void): Log {
  const roll = new Roll(fleet, 3);
  const evacuation = (host: Host) => place(roll.room.copy(), roll.on(host), roll.others(host), RULE);

  const blocked = fleet.hosts.find((host) => evacuation(host).left.length > 0);
  if (blocked !== undefined) return roll.end(`refused: ${blocked.id} could not be emptied today`);

  for (const host of fleet.hosts) {
    const { legs, left } = evacuation(host);
    if (left.length > 0) return roll.end(`${host.id} cannot be emptied`);
    roll.start(host, legs);
    roll.wait();
  }
  goHome(roll);
  return roll.end();
}

function homeInOnePass(roll: Roll): void {
  const order = [...roll.fleet.hosts];
  const [first, last] = [order[0], order.at(-1)];
  if (first !== undefined && last !== undefined) [order[0], order[order.length - 1]] = [last, first];
  for (const host of order) fill(roll, host);
}

function homeInPasses(roll: Roll): void {
  const order = [...roll.fleet.hosts].reverse();
  while (order.map((host) => fill(roll, host)).some((moved) => moved));
}

/** Takes home, one at a time, what was on the host before the roll and fits now. Returns whether any did. */
function fill(roll: Roll, host: Host): boolean {
  const here = new Set(roll.on(host));
  const away = roll.fleet.workloads.filter((one) => one.host === host.id && !here.has(one));
  const moved = away.filter((workload) => takeHome(roll, workload, host));
  return moved.length > 0;
}

function takeHome(roll: Roll, workload: Workload, host: Host): boolean {
  if (!roll.room.fits(workload, host)) return false;
  roll.migrate([{ workload, to: host }]);
  roll.wait();
  return true;
}
