import { own } from "./own.ts";
import type { VersionScheme } from "./version.ts";
import type { QuietSpan } from "./windows.ts";

/** Amounts by resource name, in that resource's unit: `memory` in MiB, `cpu` in virtual cores; any others as the platform names them. */
export type Resources = Readonly<Record<string, number>>;

/** Whose a host is while it is out: tells our maintenance from an operator's, after losing everything else. */
export interface Mark {
  /** Id of the run that set it. */
  readonly run: string;
  /** Who declared the roll: `project/stack/name` of the resource. */
  readonly owner: string;
  /** Fencing token of the lease under which it was set. */
  readonly token: number;
}

export interface Host {
  /** Unique in the fleet, stable over reboots. */
  readonly id: string;
  /** Canonical level as the platform's inventory reports it; `"unknown"` if it never could be read. */
  readonly level: string;
  /** Canonical level that the declared baseline asks of this host; equal to `level` exactly when compliant. */
  readonly wanted: string;
  /** The level read from a second, independent source (the running system rather than the inventory). */
  readonly evidence: string;
  /** The platform's own finding, where it has one; else core decides by version order. */
  readonly finding?: { readonly compliance: "compliant" | "drifted" | "ahead" | "blocked"; readonly reason: string };
  /** `up`: answers. `down`: patching, rebooting or off, as the platform knows. `unreachable`: no answer, nothing known. */
  readonly state: "up" | "down" | "unreachable";
  /** What is wrong with a host that is up, or why one cannot be reached, in the platform's words; absent when healthy or not told. */
  readonly problem?: string;
  /** What a person should know before it is patched, one clause each: what may go wrong and does not keep it from being patched. */
  readonly warnings?: readonly string[];
  /** Changes at every boot. */
  readonly bootId: string;
  /** Whether it has to reboot before its level counts, where the platform tells: then one that needs none may stay up. Absent: a remediated host has rebooted. */
  readonly rebootPending?: boolean;
  /** Takes no new workloads. */
  readonly cordoned: boolean;
  readonly mark?: Mark;
  /** An operator has taken the host away (maintenance that bears no mark of ours). Never undone by us. */
  readonly held: boolean;
  readonly capacity: Resources;
  /** Failure domain (rack, zone, power); absent: a domain of its own. */
  readonly domain?: string;
  /** Names of quorum groups that it is a member of (`etcd`, `ceph-mon`): only one host of each may be out at a time. */
  readonly quorums?: readonly string[];
  /** Goes after all others, alone: it runs the control plane of the platform, for example. */
  readonly last?: boolean;
  /** Hardware/firmware class; hosts of one class react alike to a patch. */
  readonly class?: string;
  /** Hardware errors (memory, disk, link) that it has counted so far, where the platform tells; may begin anew at a boot. */
  readonly errors?: number;
  /** Most migrations in flight that touch this host, in or out. */
  readonly slots: number;
  /** Expected times in seconds, from the platform's or our own history. */
  readonly estimate: { readonly patch: number; readonly boot: number };
}

/** Where a workload may run, by host id. Rules that it breaks already do not hold it there; no move of ours breaks them anew. */
export interface HostRules {
  /** Must run on one of these. */
  readonly only?: readonly string[];
  /** Must not run on any of these. */
  readonly never?: readonly string[];
  /** Should run on one of these: given up where nothing else is possible, and the plan says so. */
  readonly prefer?: readonly string[];
}

export interface Workload {
  readonly id: string;
  /** Host that runs it, or would run it when started. */
  readonly host: string;
  readonly state: "running" | "stopped";
  /** Target of a migration in flight: it is booked on both hosts until that ends. */
  readonly movingTo?: string;
  readonly demand: Resources;
  /** Members of one anti-affinity group never share a host. */
  readonly group?: string;
  readonly hosts?: HostRules;
  /** Members of one spread group never share a failure domain. One that does already may move within it. */
  readonly spread?: string;
  /**
   * Members of one together group that share a host move to one host, whole: a roll may join members, and never parts those that
   * share a host, but for the time of their moves.
   */
  readonly together?: string;
  /**
   * `once`: a roll moves it only off a host that has to be emptied, to one that has not; so never more than once, however
   * often the rest is planned anew.
   */
  readonly moves?: "once";
  /** Quiet hours: it does not begin to move in them, and no host is emptied of it that would not be done before they begin. */
  readonly quiet?: readonly QuietSpan[];
  /** Cannot be migrated (passthrough device, local disk). */
  readonly pinned: boolean;
  /** What it is labelled with on the platform. Probes choose workloads by it. */
  readonly tags?: readonly string[];
  /** Name or address under which its service answers, as the platform knows it. */
  readonly address?: string;
  /** Changes whenever the guest boots; survives moves. */
  readonly bootId?: string;
}

/** One observation of a target at one moment. Ids are unique; hosts and workloads are sorted by id. */
export interface Fleet {
  /** Canonical URI of the target. */
  readonly target: string;
  /** Fleet time of the observation, milliseconds since the epoch of the fleet's clock. */
  readonly at: number;
  /** How levels are ordered. */
  readonly scheme: VersionScheme;
  readonly hosts: readonly Host[];
  readonly workloads: readonly Workload[];
  /** Whether workloads may move from hosts at a newer level to hosts at an older one; absent: yes. `no` is a hard rule. */
  readonly backward?: "yes" | "no" | "unknown";
  /** Most hosts in remediation at once that the platform allows; absent: any number. */
  readonly remediations?: number;
  /** How long a migration is expected to take: `fixed` seconds and so many per GiB of memory. */
  readonly migration: { readonly fixed: number; readonly perGiB: number };
}

/** So much of a resource; 0 of one that is not named. */
export function amountOf(resources: Resources | undefined, name: string): number {
  return own(resources, name) ?? 0;
}

/** Expected seconds for one live migration of the workload. */
export function migrationSeconds(fleet: Pick<Fleet, "migration">, workload: Workload): number {
  return fleet.migration.fixed + (fleet.migration.perGiB * (workload.demand.memory ?? 0)) / 1024;
}

/** The fleet as it is when every migration in flight has reached its host. */
export function landed(fleet: Fleet): Fleet {
  const workloads = fleet.workloads.map(({ movingTo, ...workload }) =>
    movingTo === undefined ? workload : { ...workload, host: movingTo },
  );
  return { ...fleet, workloads };
}

/** Workloads by the host that runs (or would run) them; every host has an entry. Migrations in flight appear at their source. */
export function workloadsByHost(fleet: Fleet): Map<string, Workload[]> {
  const map = new Map<string, Workload[]>(fleet.hosts.map((host) => [host.id, []]));
  for (const workload of fleet.workloads) {
    const list = map.get(workload.host);
    if (list === undefined) map.set(workload.host, [workload]);
    else list.push(workload);
  }
  return map;
}

/** Name of the failure domain that a host is in: its own, where it has none. No name of a declared one begins like that. */
export function domainOf({ id, domain }: Pick<Host, "id" | "domain">): string {
  return domain === undefined ? `host ${id}` : `domain ${domain}`;
}

/** Must-rules let the workload run on the host. */
export function mayRunOn(rules: HostRules | undefined, host: string): boolean {
  return rules === undefined || (rules.only?.includes(host) !== false && rules.never?.includes(host) !== true);
}

/** Takes workloads now: up, neither cordoned nor taken away by an operator. */
export function inService(host: Host): boolean {
  return host.state === "up" && !host.cordoned && !host.held;
}
