import type { HostRules, Mark, Resources } from "../../core/fleet.ts";
import type { FleetRecord } from "../../core/record.ts";
import type { VersionScheme } from "../../core/version.ts";
import type { QuietSpan } from "../../core/windows.ts";
import type { Fault } from "./faults.ts";
import type { NoiseSet } from "./noise-figures.ts";
import type { Table } from "./world-table.ts";

/**
 * The whole state of an embedded fleet: plain values, no effects. It is a function of time: `settle` (world-settle.ts)
 * brings it to a moment, acts (world-*-acts.ts) and faults (world-faults.ts) change it at that moment.
 */
export interface World {
  /** What never changes. */
  readonly facts: Facts;
  /** Fleet time up to which everything has happened, milliseconds. */
  now: number;
  /** State of the random numbers. */
  dice: number;
  /** Last number given to a task, a fault or an event. */
  serial: number;
  record: { readonly record: FleetRecord; readonly version: number } | undefined;
  actors: Readonly<Record<string, unknown>>;
  /** What befalls the service by itself, also in the past; absent in fleet files of earlier versions. */
  troubles?: readonly Trouble[];
  /** Breaches of the rules that were seen as they happened; see `violations`. */
  flags: readonly string[];
  readonly hosts: Table<HostRow>;
  readonly workloads: Table<WorkloadRow>;
  readonly tasks: Table<Task>;
  readonly faults: Table<FaultRow>;
  /** Newest last; the oldest are dropped. */
  readonly events: WorldEvent[];
}

export interface Facts {
  /** Moves from newer to older hosts; absent: yes, as in fleet files of earlier versions. */
  readonly backward?: "yes" | "no" | "unknown";
  /** Most hosts in remediation at once; absent: any number, as in fleet files of earlier versions. */
  readonly remediations?: number;
  /** Takes no host back to a former level; absent: it does, as in fleet files of earlier versions. */
  readonly noWayBack?: true;
  readonly scheme: VersionScheme;
  readonly seed: number;
  /** How much the service varies by itself; absent: not at all. */
  readonly noise?: NoiseSet;
  /** What a level costs the service of a host that runs it. */
  readonly costs?: readonly LevelCost[];
  readonly jitter: number;
  /** Seconds. */
  readonly migration: { readonly fixed: number; readonly perGiB: number };
  /** Seconds. */
  readonly times: { readonly stage: number; readonly stop: number; readonly start: number };
}

export interface HostRow {
  readonly id: string;
  readonly capacity: Resources;
  readonly domain: string | undefined;
  /** Absent in fleet files of earlier versions. */
  readonly quorums?: readonly string[];
  readonly last?: boolean;
  readonly class: string | undefined;
  readonly slots: number;
  /** Seconds. */
  readonly patch: number;
  readonly boot: number;
  /** Level that runs, level on its disk that the next boot brings up, level that the inventory reports. */
  readonly running: string;
  readonly installed: string;
  readonly reported: string;
  readonly power: "on" | "patching" | "booting" | "off";
  /** Fleet time until which it does not answer: hung (all it does stands still) or cut off (all goes on). */
  readonly hungUntil: number;
  readonly cutUntil: number;
  readonly problem: string | undefined;
  readonly boots: number;
  readonly cordoned: boolean;
  readonly mark: Mark | undefined;
  readonly held: boolean;
  /** Why the platform cannot take it to another level. */
  readonly blocked: string | undefined;
  /** Level before its last patch; absent: it had none. */
  readonly former?: string;
  /** Why it could not go back to a former level. */
  readonly noWayBack?: string;
  /** What a person should know before it is patched. */
  readonly warnings?: readonly string[];
  /** Level whose patch is downloaded. */
  readonly staged: string | undefined;
  /** Factor on the latency of what it runs. */
  readonly latency: number;
  /** What else its level costs; absent: nothing, as in fleet files of earlier versions. */
  readonly cost?: Cost;
  /** Hardware errors counted so far; absent: none. */
  readonly errors?: number;
  /** How it served, oldest first; absent: always as now. */
  readonly past?: readonly HostSpell[];
  /** Task in progress: stage, patch or boot. */
  readonly doing: string | undefined;
  readonly failure: Failure | undefined;
}

export interface WorkloadRow {
  readonly id: string;
  readonly host: string;
  readonly state: "running" | "stopped";
  readonly demand: Resources;
  readonly group: string | undefined;
  /** Absent in files from before there were such rules. */
  readonly hosts?: HostRules | undefined;
  readonly spread?: string | undefined;
  readonly moves?: "once" | undefined;
  readonly quiet?: readonly QuietSpan[];
  readonly together?: string | undefined;
  readonly pinned: boolean;
  /** Milliseconds on an idle host. */
  readonly latency: number;
  /** Absent: none, as in fleet files of earlier versions. */
  readonly tags?: readonly string[];
  readonly address?: string;
  /** Boots of the guest since it came; absent: none. */
  readonly boots?: number;
  /** Where it was, oldest first; absent: always where it is now. */
  readonly past?: readonly Stay[];
  readonly doing:
    | { readonly task: string; readonly kind: "migrate" | "stop" | "start"; readonly to: string }
    | undefined;
  readonly failure: Failure | undefined;
}

/** What running a level costs the service. */
export interface Cost {
  /** Share of requests that fail. */
  readonly errors: number;
  /** Share of the latency that is added with every hour. */
  readonly leak: number;
  /** Fleet time since which it leaks. */
  readonly since: number;
}

/** What a level costs on hosts of a class; absent class: on every host. Shares as in `Cost`. */
export interface LevelCost {
  readonly level: string;
  readonly class?: string | undefined;
  readonly latency: number;
  readonly errors: number;
  readonly leak: number;
}

/** How a host serves from a moment on, fleet time, until its next spell. */
export interface HostSpell {
  readonly from: number;
  /** Not while it hangs. */
  readonly serves: boolean;
  readonly latency: number;
  readonly cost?: Cost | undefined;
}

/** Where a workload is from a moment on, fleet time, until its next stay. */
export interface Stay {
  readonly from: number;
  readonly host: string;
  readonly state: "running" | "stopped";
  /** It is on its way elsewhere, or has just arrived by a live migration. */
  readonly move?: "going" | "came";
}

/** Something that befalls requests for a while, `from` inclusive to `until`, fleet time. */
export interface Trouble {
  /** A share of requests fails; or nothing is measured at all. */
  readonly kind: "failing" | "unmeasured";
  readonly share: number;
  readonly from: number;
  readonly until: number;
  /** Whom it is about; neither: everybody. */
  readonly host?: string | undefined;
  readonly workload?: string | undefined;
}

/** How the last task ended that did not succeed. */
export interface Failure {
  readonly task: string;
  readonly why: string;
}

/** Something that ends by itself at a known fleet time. */
export type Task = { readonly id: string; readonly serial: number; readonly from: number; readonly until: number } & (
  | { readonly kind: "migrate"; readonly workload: string; readonly to: string; readonly converges: boolean }
  | { readonly kind: "stop" | "start"; readonly workload: string }
  | { readonly kind: "stage"; readonly host: string; readonly level: string }
  | { readonly kind: "patch"; readonly host: string; readonly level: string }
  | { readonly kind: "boot"; readonly host: string; readonly claims: string | undefined; readonly comesUp: boolean }
  | { readonly kind: "fault"; readonly fault: string; readonly host: string | undefined }
  | { readonly kind: "operator gives" | "power on"; readonly host: string }
);

export interface FaultRow {
  readonly id: string;
  readonly serial: number;
  /** Fleet time. */
  readonly added: number;
  /** How many times it may still strike. */
  readonly left: number;
  readonly fault: Fault;
}

/** One thing that happened. */
export interface WorldEvent {
  readonly seq: number;
  /** Fleet time. */
  readonly at: number;
  /** A call under a lease, the platform by itself, or someone else. */
  readonly by: "run" | "platform" | "operator";
  readonly what: string;
  /** Calls: `begun` (a task runs), `done`, `already` (nothing to do), `refused` (nothing happened). Platform: `done`, `failed`. */
  readonly outcome: "begun" | "done" | "already" | "refused" | "failed";
  readonly host?: string | undefined;
  readonly workload?: string | undefined;
  readonly to?: string | undefined;
  readonly token?: number | undefined;
  readonly note?: string | undefined;
}

/** Fleet time that never comes; JSON knows no infinity. */
export const NEVER = Number.MAX_SAFE_INTEGER;

const EVENTS_KEPT = 20_000;

/** Whether the host answers now. */
export function answers(world: World, host: HostRow): boolean {
  return world.now >= host.hungUntil && world.now >= host.cutUntil;
}

/** Writes down what happened. */
export function log(world: World, event: Omit<WorldEvent, "seq" | "at">): void {
  world.serial += 1;
  world.events.push({ ...event, seq: world.serial, at: world.now });
  if (world.events.length > 2 * EVENTS_KEPT) world.events.splice(0, world.events.length - EVENTS_KEPT);
}

/** Remembers a breach of the rules for good. */
export function flag(world: World, breach: string): void {
  if (world.flags.length < 100) world.flags = [...world.flags, breach];
}

/** Seconds as milliseconds, off by up to the fleet's jitter. */
export function spanOf(world: World, seconds: number, factor: number): number {
  const jitter = world.facts.jitter === 0 ? 1 : 1 + world.facts.jitter * (2 * roll(world) - 1);
  return Math.max(1, Math.round(seconds * 1000 * factor * jitter));
}

/** Next random number in [0, 1); mulberry32. */
function roll(world: World): number {
  world.dice = (world.dice + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(world.dice ^ (world.dice >>> 15), world.dice | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}
