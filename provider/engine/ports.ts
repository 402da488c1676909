import type { Act } from "../core/act.ts";
import type { Baseline } from "../core/baseline.ts";
import type { Check, CheckPoint } from "../core/check.ts";
import type { Fleet, Mark } from "../core/fleet.ts";
import type { Slice } from "../core/impact/samples.ts";
import type { FleetRecord } from "../core/record.ts";
import type { RunMemory } from "../core/run.ts";

/** A clock that can be waited on. `sleep` rejects with a `cancelled` RollError as soon as the signal aborts. */
export interface Clock {
  /** Milliseconds. */
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Fleet time: real on real platforms, scaled on the embedded fleet. */
export interface FleetClock extends Clock {
  /** Fleet seconds per real second; 1 on real platforms. */
  readonly scale: number;
}

/** What goes with every act on the platform. */
export interface ActContext {
  /** Fencing token: the platform refuses (kind `conflict`) acts under a token that is not the lease's. */
  readonly token: number;
  readonly signal: AbortSignal;
  /** Fleet time at which the act gives up with `failed`. */
  readonly deadline: number;
  /** 0 to 1, and a few words: for people. */
  progress(done: number, words: string): void;
  /** Keeps what a tool has said on a host in the journal, and so in the report: its end, where it is long. Without credentials. */
  keepLog(tool: string, text: string): void;
}

export interface Traits {
  /** Who chooses destinations. */
  readonly placement: "ours" | "platform";
  readonly migration: "live" | "cold" | "none";
  /** Moves from newer to older hosts; `Fleet.backward` says the same, for planner and validator. */
  readonly backward: "yes" | "no" | "unknown";
  /** Most hosts in remediation at once; `Fleet.remediations` says the same. */
  readonly remediations: number;
  /** The platform refuses stale tokens by itself. */
  readonly fencing: boolean;
  /** Programs can be run on hosts: `Driver.run` is there. */
  readonly programs: boolean;
}

/** The fleet record's place on the platform. */
export interface RecordStore {
  /** Undefined: no record. Throws `unavailable` when the platform does not answer, `failed` when the record cannot be read. */
  read(): Promise<{ readonly record: FleetRecord; readonly version: number } | undefined>;
  /** Writes if `version` is still the current one (0: none yet), else throws `conflict`. Returns the new version. */
  write(record: FleetRecord, version: number): Promise<number>;
  /** How often the holder beats, process milliseconds. */
  readonly beat: number;
}

/** Others who move workloads or raise alarms (balancer, HA, alerts). */
export interface OtherActors {
  /** Present settings, JSON. */
  read(): Promise<Readonly<Record<string, unknown>>>;
  /** Puts them aside for the roll. Their former settings must be in the record before. */
  quiet(context: ActContext): Promise<void>;
  restore(former: Readonly<Record<string, unknown>>, context: ActContext): Promise<void>;
}

/** How a platform takes hosts back to the level that they had before they were patched. */
export interface WayBack {
  /** Why a host that is behind could not go back after a patch, as far as can be told without touching it; undefined: nothing is known that speaks against it. */
  missing(host: string, baseline: Baseline, signal?: AbortSignal): Promise<string | undefined>;
  /** Makes sure of it on a staged host that still serves. Throws `denied` when it could not go back. */
  secure(host: string, context: ActContext): Promise<void>;
  /**
   * Takes an empty, cordoned, marked host back to the level before its last patch, and reboots it; one that is there and has rebooted since is left
   * alone. Throws `failed` when there is no way, or it did not lead there.
   */
  rollback(host: string, context: ActContext): Promise<void>;
}

/**
 * One platform. Every act is observe → ensure → return: safe to call twice, takes up a platform task that is already running,
 * honours signal and deadline. Errors are RollErrors.
 */
export interface Driver {
  readonly traits: Traits;
  readonly clock: FleetClock;
  readonly record: RecordStore;
  readonly actors: OtherActors;
  observe(baseline: Baseline, signal?: AbortSignal): Promise<Fleet>;
  /** Sets the mark, then stops new workloads from arriving. Throws `conflict` on a host that bears another owner's mark or is held by an operator. */
  cordon(host: string, mark: Mark, context: ActContext): Promise<void>;
  /** Replaces a mark of ours by another, and nothing else: the resource was renamed. Throws `conflict` on a host without a mark. */
  adopt(host: string, mark: Mark, context: ActContext): Promise<void>;
  /** Live-migrates; returns when the workload runs on `to` and nowhere else. */
  migrate(workload: string, to: string, context: ActContext): Promise<void>;
  /** Shuts a workload down in an orderly way. */
  stop(workload: string, context: ActContext): Promise<void>;
  /** Starts it on the host where it is defined. */
  start(workload: string, context: ActContext): Promise<void>;
  /** Prepares remediation while the host still serves (download only). */
  stage(host: string, baseline: Baseline, context: ActContext): Promise<void>;
  /** Patches and reboots an empty, cordoned, marked host; returns when it answers again, or throws `failed` (did not come back, patch refused). */
  remediate(host: string, baseline: Baseline, context: ActContext): Promise<void>;
  /** Absent: the platform takes no host back. */
  readonly wayBack?: WayBack | undefined;
  /** Takes workloads again; the mark stays. */
  uncordon(host: string, context: ActContext): Promise<void>;
  /** Takes our mark away. */
  release(host: string, context: ActContext): Promise<void>;
  /**
   * What the platform itself measures of its workloads: complete slices that began at or after `since` (fleet time), oldest
   * first, under whatever name; absent: it measures nothing. What it no longer knows is a gap.
   */
  measure?(since: number, of?: Measured, signal?: AbortSignal): Promise<readonly Slice[]>;
  /** Absent: the platform has no way to run programs on hosts. */
  run?: RunOnHost;
  close(): void;
}

/**
 * Runs a program on a host as the user who logs in there, with `ROLLING_PATCH_HOST` in its environment; no shell reads its arguments. Every exit code is an
 * answer (127: there is no such program). It ends with the signal, as far as the host lets it.
 * Throws RollErrors: `unavailable` or `denied` when the host cannot be reached, `conflict` for one that is none of the fleet's, `cancelled`.
 */
export type RunOnHost = (host: string, program: readonly string[], signal: AbortSignal) => Promise<Ran>;

/** How a program on a host ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What shall be measured. */
export interface Measured {
  /** Default: every one that runs. */
  readonly workloads?: ReadonlySet<string>;
  /** Samples per workload and second. Default 1. */
  readonly rate?: number;
}

/** Measures the service while a roll is under way. */
export interface Meter {
  /** Where workloads are now: called after every observation; starts (idempotent) and follows moves, new and gone workloads. */
  follow(fleet: Fleet): void;
  /** Complete slices that began at or after `since` (fleet time), oldest first. Never waits longer than the slice in progress needs. */
  slices(since: number): Promise<readonly Slice[]>;
  /** What probes cannot do: workloads without an address, cap reached (a sample of so many). For people; known once it follows. */
  readonly notes: readonly string[];
  /** Ends all that was started; nothing is measured any more. */
  close(): void;
}

/** Asks one check once; the judgement is its result. Never throws for a check that fails. */
export interface CheckRunner {
  run(check: Check, host: string | undefined, signal: AbortSignal, occasion?: Occasion): Promise<CheckResult>;
}

/** What a check about a host may need to know besides. */
export interface Occasion {
  /** How the platform runs programs on hosts; absent: it cannot. */
  readonly onHost?: RunOnHost | undefined;
  /** The host is about to be emptied and to go down. */
  readonly leaving?: boolean;
}

export interface CheckResult {
  readonly name: string;
  readonly passed: boolean;
  /** Evidence in one line: "HTTP 503 after 12 ms, expected 200". Holds no secrets. */
  readonly evidence: string;
  /** It has failed for now: what it asks about heals by itself. */
  readonly heals?: boolean;
}

/** An entry of the local log. */
export interface JournalEntry {
  readonly run: string;
  /** Fleet time, milliseconds. */
  readonly at: number;
  readonly kind: string;
  readonly host?: string | undefined;
  /** Plain JSON. */
  readonly data: unknown;
}

export interface StoredEntry extends JournalEntry {
  readonly seq: number;
  /** Wall clock, ISO 8601. */
  readonly wall: string;
}

/** The detailed local log. Losing it loses detail, never safety or policy. Throws RollErrors that name the file. */
export interface Journal {
  append(entry: JournalEntry): void;
  /** Newest first. */
  runs(): readonly { readonly run: string; readonly from: string; readonly to: string; readonly entries: number }[];
  entries(run: string): readonly StoredEntry[];
  /** Whole state of a run at its newest entry, if kept. */
  memory(run: string): RunMemory | undefined;
  remember(memory: RunMemory): void;
  /** Keeps what was measured. A slice that is kept already is replaced. */
  keepSlices(run: string, slices: readonly Slice[]): void;
  /** What was measured, oldest first; what is missing is a gap. */
  slices(run: string): readonly Slice[];
  close(): void;
}

export type { Act, Baseline, Check, CheckPoint, Fleet, FleetRecord, Mark, Slice };
