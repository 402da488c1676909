import type { Fleet, Host, Workload } from "../../provider/core/fleet.ts";
import { place, type Rule } from "./placement.ts";
import { type Leg, type Log, Roll } from "./roll.ts";
import { Room } from "./room.ts";

/**
 * Ganeti's hroller. Restates: its design document and manual (ganeti/ganeti, doc/design-hroller.rst and man/hroller.rst).
 *
 * It sorts nodes into groups that can be rebooted together. Node after node joins a group if all that runs on it then fits on
 * nodes that are not in the group, first fit as listed; the others wait for the next group. Every group is planned from
 * the original placement, since instances are moved back after each. Large groups go first, the one with the master last. If a
 * node fits in no group, there is no plan.
 *
 * Simplified: on shared storage no instance has a secondary node, so the graph that hroller colours has no edges and capacity
 * alone makes the groups. The master is the first host. hroller only computes: its groups are run as a script would, all nodes of
 * a group together: out, reboot, back. It knows no limit of nodes out at once, no reserve and no anti-affinity.
 */
export function hroller(fleet: Fleet): Log {
  const roll = new Roll(fleet);
  const groups = rebootGroups(fleet, new Map(fleet.hosts.map((host) => [host.id, roll.on(host)])));
  if (groups === undefined) return roll.end("not enough capacity");
  for (const group of groups) {
    for (const [host, legs] of group) {
      roll.start(
        host,
        legs,
        legs.map(({ workload }) => ({ workload, to: host })),
      );
    }
    roll.wait();
  }
  return roll.end();
}

/** Hosts that are rebooted together, and where to their workloads go meanwhile. */
type Group = ReadonlyMap<Host, readonly Leg[]>;

const FIRST_FIT: Rule = { apart: "ignored" };

function rebootGroups(fleet: Fleet, residents: ReadonlyMap<string, readonly Workload[]>): Group[] | undefined {
  const groups: Group[] = [];
  for (let nodes = [...fleet.hosts]; nodes.length > 0; ) {
    const group = nextGroup(fleet, nodes, residents);
    if (group.size === 0) return undefined;
    groups.push(group);
    nodes = nodes.filter((host) => !group.has(host));
  }
  const isLast = (group: Group): number => Number(group.has(fleet.hosts[0] as Host));
  return groups.sort((a, b) => isLast(a) - isLast(b) || b.size - a.size);
}

/** A node that joins takes along what earlier ones would have put there; only where it ends up is a move. */
function nextGroup(fleet: Fleet, nodes: readonly Host[], residents: ReadonlyMap<string, readonly Workload[]>): Group {
  let room = Room.of(fleet);
  const on = new Map(residents);
  const cleared = new Set<Host>();
  for (const host of nodes) {
    const trial = room.copy();
    const targets = fleet.hosts.filter((one) => one !== host && !cleared.has(one));
    const { legs, left } = place(trial, on.get(host.id) ?? [], targets, FIRST_FIT);
    if (left.length > 0) continue;
    room = trial;
    cleared.add(host);
    for (const { workload, to } of legs) {
      room.book(workload, host.id, -1);
      on.set(to.id, [...(on.get(to.id) ?? []), workload]);
    }
    on.set(host.id, []);
  }
  const goal = new Map(fleet.hosts.flatMap((to) => (on.get(to.id) ?? []).map(({ id }) => [id, to] as const)));
  const legsOf = (host: Host): Leg[] =>
    (residents.get(host.id) ?? []).map((workload) => ({ workload, to: goal.get(workload.id) as Host }));
  return new Map([...cleared].map((host) => [host, legsOf(host)]));
}
