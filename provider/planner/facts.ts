import { amountOf, domainOf, type Fleet, type Host, inService, type Resources, type Workload } from "../core/fleet.ts";
import { isUnavailable, reserveOf, slotsOf } from "../core/limits.ts";
import { needsReference, type Phases, phasesOf } from "../core/phases.ts";
import type { SkippedHost } from "../core/plan.ts";
import { restingHosts } from "../core/quiet.ts";
import type { Reserve } from "../core/reserve.ts";
import type { RunMemory } from "../core/run.ts";
import { hostsAllowed } from "../core/share.ts";

import { type Ages, agesOf } from "./ages.ts";
import { type ItemRules, numberOf } from "./item-rules.ts";
import { itemsOf } from "./items.ts";
import { type Leaving, leavingOf } from "./leaving.ts";
import { type LineRules, lineRules } from "./line.ts";
import type { PlanRequest } from "./request.ts";

import { isBelow, type Role, roleOf } from "./roles.ts";
import { type Limit, limitsFor } from "./together.ts";

/** A host, as the planner sees it. */
export interface Node {
  readonly index: number;
  readonly id: string;
  readonly host: Host;
  /** By resource, in the order of `Facts.resources`. */
  readonly capacity: readonly number[];
  readonly role: Role;
  /** Counts as in service at the start; a host in hand does not, wherever it stands. */
  readonly serving: boolean;
  /** May take workloads now. */
  readonly open: boolean;
  /** Still has to be remediated in this roll. */
  readonly below: boolean;
  /** Index of its failure domain; less than there are hosts. */
  readonly domain: number;
}

/** What moving a workload takes; those of the same demands share one. */
export interface Size {
  /** By resource, in the order of `Facts.resources`. */
  readonly need: readonly number[];
  /** Largest share of an average host's capacity over the resources. */
  readonly bulk: number;
  /** Expected seconds of one migration. */
  readonly seconds: number;
  readonly gib: number;
}

/** A running workload, as the planner sees it. */
export interface Item extends Size {
  readonly index: number;
  readonly id: string;
  readonly workload: Workload;
  /** Where it is, or where a migration in flight takes it. */
  readonly node: Node;
  /** A second host that books it for the time being: the source of that migration. */
  readonly ghost: Node | undefined;
  /** Destination of a migration off a host in hand, in flight now: a part of its evacuation. */
  readonly toward: Node | undefined;
  /** Index of its anti-affinity group, or -1. */
  readonly group: number;
  /** Its other rules; undefined: none. */
  readonly rules: ItemRules | undefined;
  /** Destination that the announced plan gave it. */
  readonly wanted: Node | undefined;
}

/** A request, indexed once. Nothing in it changes while a plan is searched. */
export interface Facts {
  readonly request: PlanRequest;
  /** Memory of this baseline; undefined: none. */
  readonly memory: RunMemory | undefined;
  readonly resources: readonly string[];
  /** Position of memory in `resources`, or -1. */
  readonly ram: number;
  readonly nodes: readonly Node[];
  readonly byId: ReadonlyMap<string, Node>;
  readonly items: readonly Item[];
  /** Running workloads by host index. */
  readonly residents: readonly (readonly Item[])[];
  /** What of them can move, by host index. */
  readonly leaving: readonly Leaving[];
  /** Workloads that we shut down and that start again with their host, by host index. */
  readonly owed: readonly (readonly Item[])[];
  /** Names of anti-affinity groups, by `Item.group`. */
  readonly groups: readonly string[];
  /** Hosts below the level that are left alone, with the reason. */
  readonly skipped: readonly SkippedHost[];
  /** Out for reasons of their own, all the time. */
  readonly unavailable: readonly string[];
  /** Most hosts out at once by `maxUnavailable`, those included. */
  readonly allowed: number;
  /** Hosts of which only so many may be out at once: failure domains, quorum groups, `policy.apart`. */
  readonly limits: readonly Limit[];
  /** Those that hold for a host, by its index. */
  readonly limitsOf: readonly (readonly Limit[])[];
  /** Levels of hosts, where moves to older hosts are forbidden. */
  readonly ages: Ages | undefined;
  /** Hosts that workloads must not leave now: they go later. */
  readonly resting: ReadonlySet<string>;
  /** Who waits for whom. */
  readonly line: LineRules;
  /** What stays free over the hosts in service. */
  readonly reserve: Reserve;
  /** Places that are open when the part without barriers begins. */
  readonly startWidth: number;
  /** Hosts that went beside others and that this run has released before: the ramp goes on from there. */
  readonly rampBefore: number;
  /** How long the phases of the roll take at most. */
  readonly phases: Phases;
  /** Workloads that are probed. */
  readonly probed: ReadonlySet<string>;
  /** Seconds until the first host may be touched. */
  readonly referenceLeft: number;
}

/** Reads a request. `only`: pending hosts other than these are left alone (`policy.mode: canary`). */
export function factsOf(request: PlanRequest, only?: ReadonlySet<string>): Facts {
  const { fleet, policy } = request;
  const memory = request.memory?.baseline === request.baseline ? request.memory : undefined;
  const probed = new Set(request.probed);
  const phases = phasesOf(policy, fleet.hosts.length, probed.size > 0);
  const resources = resourceNames(fleet);
  const vector = (amounts: Resources): number[] => resources.map((name) => amountOf(amounts, name));
  const skipped: SkippedHost[] = [];
  const pinned = pinnedByHost(fleet);

  const domainNames = new Map<string, number>();
  const nodes = fleet.hosts.map((observed, index): Node => {
    const slots = slotsOf(observed, policy);
    const host = slots === observed.slots ? observed : { ...observed, slots };
    let { role, why } = roleOf(request, memory, host, pinned.get(host.id) ?? []);
    if (role === "pending" && only?.has(host.id) === false) [role, why] = ["left", "policy.mode is canary"];
    if (why !== undefined)
      skipped.push({ host: host.id, why, ...(host.state === "unreachable" ? { silent: true } : {}) });
    return {
      index,
      id: host.id,
      host,
      capacity: vector(host.capacity),
      role,
      serving: inService(host) && role !== "in hand",
      open: inService(host) && role !== "in hand" && role !== "closed" && host.problem === undefined && host.slots > 0,
      domain: numberOf(domainNames, domainOf(host)),
      below: role === "pending" || (role === "in hand" && isBelow(host)),
    };
  });
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const { items, owed, groups } = itemsOf(request, byId, resources);
  const byNode = (list: readonly Item[]): Item[][] => {
    const rows: Item[][] = nodes.map(() => []);
    for (const item of list) rows[item.node.index]?.push(item);
    return rows;
  };
  const residents = byNode(items);
  const isAway = (node: Node): boolean => node.role === "closed" && isUnavailable(node.host, memory);

  return {
    request,
    memory,
    resources,
    ram: resources.indexOf("memory"),
    nodes,
    byId,
    items,
    residents,
    leaving: residents.map((list) => leavingOf(list, resources.length)),
    owed: byNode(owed),
    groups,
    skipped,
    unavailable: nodes.filter(isAway).map(({ id }) => id),
    allowed: hostsAllowed(policy.maxUnavailable.fleet, fleet.hosts.length),
    ...limitsFor(request, nodes, isAway),
    ages: agesOf(fleet, nodes),
    resting: restingHosts(fleet, request.quiet),
    line: lineRules(request, byId),
    reserve: reserveOf(policy, fleet),
    startWidth: hostsAllowed(policy.startWidth, fleet.hosts.length),
    rampBefore: (memory?.done ?? []).filter(
      (id) => memory?.canaries.includes(id) !== true && memory?.judged?.includes(id) !== true,
    ).length,
    phases,
    probed,
    referenceLeft: needsReference(policy, memory) ? phases.reference / 1000 : 0,
  };
}

/** Running workloads that cannot move, by host. */
function pinnedByHost(fleet: Fleet): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const { id, host, pinned, state } of fleet.workloads) {
    if (!pinned || state !== "running") continue;
    const list = map.get(host);
    if (list === undefined) map.set(host, [id]);
    else list.push(id);
  }
  return map;
}

function resourceNames(fleet: Fleet): string[] {
  const names = new Set<string>();
  for (const host of fleet.hosts) for (const name of Object.keys(host.capacity)) names.add(name);
  for (const workload of fleet.workloads) for (const name of Object.keys(workload.demand)) names.add(name);
  return [...names].sort();
}
