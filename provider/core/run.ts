import type { ApprovalGate, Awaited } from "./approval.ts";
import type { HookStep } from "./hook.ts";
import type { Earlier, Undisturbed } from "./impact/question.ts";
/** Fleet time, milliseconds. `until` absent: it goes on. */
export interface Span {
  readonly from: number;
  readonly until?: number;
}

/** What a run remembers of one host that is in its hands or has failed. Dropped when the host is released. */
export interface HostMemory {
  /** Running workloads it had when it was cordoned: they come home to a canary. */
  readonly homes: readonly string[];
  /** Pinned workloads that we shut down and owe a start. */
  readonly stopped: readonly string[];
  /** Boot id before remediation: a different one proves the reboot. */
  readonly bootBefore?: string;
  /** Fleet time at which its evacuation began: the drain deadline counts from here. */
  readonly drainSince?: number;
  /** Boot id that was verified: another boot has to be verified again. */
  readonly bootVerified?: string;
  /** Failed tries by step. */
  readonly tries: Readonly<Partial<Record<Step, number>>>;
  /** The newest failed try: its step and what it said. */
  readonly lastStep?: Step;
  readonly lastWhy?: string;
  /** Fleet time before which that step is not tried again (back-off). */
  readonly notBefore?: number;
  /** Passed so far in this turn; a new remediation starts over. `put back` given up counts as passed. */
  readonly passed: readonly Passable[];
  /** Load is held since that many of its moves back (of this plan) were made, until this fleet time. */
  readonly held?: { readonly plan: string; readonly moves: number; readonly until: number };
  /** Fleet time since which all of its load is back and it is watched. */
  readonly fullSince?: number;
  /** Boot id before it was taken back to its former level: a different one proves the reboot. */
  readonly bootConvicted?: string;
  /** Set when its retries are used up: it stays out. */
  readonly failed?: { readonly step: Step; readonly why: string };
}

export type Passable = "stage" | "preflight" | HookStep | "verify" | "put back" | "soak" | "gate" | "rollback";

/** A host's life, in order; `rollback` only of one that was convicted. */
export type Step =
  | "stage"
  | "preflight"
  | "hooks before"
  | "cordon"
  | "evacuate"
  | "remediate"
  | "verify"
  | "uncordon"
  | "put back"
  | "gate"
  | "hooks after"
  | "release"
  | "rollback";

/** Why a run has paused: asked to, outside of the windows, out of its time, its engine gone, or nobody has approved yet. */
export type PauseCause = "stop" | "window" | "time" | "engine" | "approval";

/** How a run ended. A normal end, whichever it is. */
export type Ending =
  | { readonly kind: "done"; readonly note: string }
  /** At a safe point, nothing wrong; the next `up` or `continue` goes on. */
  | { readonly kind: "paused"; readonly cause: PauseCause; readonly note: string }
  /** The world was in the way; the next `up` tries again. `refused`: no plan could be made. */
  | {
      readonly kind: "halted";
      readonly sticky: false;
      readonly reason: string;
      readonly hint: string;
      readonly host?: string;
    }
  /** A verdict: kept in the fleet record until it is acknowledged or the baseline changes. */
  | {
      readonly kind: "halted";
      readonly sticky: true;
      readonly reason: string;
      readonly hint: string;
      readonly host?: string;
    };

/** What is remembered of the measurements; the slices themselves are in the journal. */
export interface ImpactMemory {
  /** The undisturbed minutes before the first host, fleet time. Absent: they have not begun, or are to be taken anew. */
  readonly reference?: Span;
  /** Hosts of the roll, done ones included: the error budget is split over them. */
  readonly hosts: number;
  /** Minutes in which nothing moved, oldest first. */
  readonly undisturbed: readonly Undisturbed[];
  /** Since when hosts are at the new level, by host. */
  readonly patched: Readonly<Record<string, number>>;
  /** Hosts under suspicion, until when it is looked at once more: no further host is drained. */
  readonly suspects: Readonly<Record<string, number>>;
  /** Judged hosts with their final verdicts, in order. */
  readonly verdicts: readonly VerdictMemory[];
  /** Hosts that went beside others and are back, with the start of their full load: errors on them are still looked at. */
  readonly watched: Readonly<Record<string, number>>;
}

/** How a measured host ended. `untested`: nothing of it could be compared. */
export type HostVerdict = "pass" | "regress" | "noisy" | "no data" | "untested";

export interface VerdictMemory {
  readonly host: string;
  readonly verdict: HostVerdict;
  /** What later hosts and the pooled estimate need of it. */
  readonly earlier: Earlier;
}

/** One execution, as far as it must be remembered: kept in the fleet record, folded from events by `reduce`. */
export interface RunMemory {
  readonly id: string;
  readonly owner: string;
  /** Former names of the owner, of a resource that was renamed while hosts bore its mark: those marks are ours as well. */
  readonly formerly?: readonly string[];
  /** `baselineKey` it rolls to. */
  readonly baseline: string;
  /** Wall clock at the start, ISO 8601. */
  readonly startedAt: string;
  readonly canaryPassed: boolean;
  /** Hosts chosen as canaries of this run. */
  readonly canaries: readonly string[];
  /** Hosts chosen to be measured in full, canaries included; absent: none. */
  readonly judged?: readonly string[];
  /** What is measured; absent until something is. */
  readonly impact?: ImpactMemory;
  readonly hosts: Readonly<Record<string, HostMemory>>;
  /** Hosts released at the level. */
  readonly done: readonly string[];
  /** Sticky halt or other reason not to drain any more, decided but maybe not yet at a safe point. */
  readonly halt?: { readonly sticky: boolean; readonly reason: string; readonly hint: string; readonly host?: string };
  /** Hosts that a gate convicted: load off again (`onRegress`). */
  readonly convicted: readonly string[];
  /** Levels that hosts had before this run remediated them, while they are in hand or may still be convicted. */
  readonly former?: Readonly<Record<string, string>>;
  /** Regression tests that failed before the first host was touched: not the patch's fault. */
  readonly failingBefore?: readonly string[];
  /** Regression tests that failed when the canary was back; empty when all passed. */
  readonly failingAtCanary?: readonly string[];
  /** Regression tests that failed at the end; empty when all passed. */
  readonly failingAfter?: readonly string[];
  /** Regression tests that failed and passed when they ran once more. */
  readonly flaky?: readonly string[];
  /** Gates that people have let pass. */
  readonly approved?: readonly ApprovalGate[];
  /** What it waits for people to approve. */
  readonly awaits?: Awaited;
  /** The fleet record was lost while hosts were out: finish those, start none, then halt. */
  readonly memoryLost?: boolean;
  readonly ending?: Ending;
}

export const noImpact: ImpactMemory = {
  hosts: 0,
  undisturbed: [],
  patched: {},
  suspects: {},
  verdicts: [],
  watched: {},
};

export const freshHost: HostMemory = { homes: [], stopped: [], tries: {}, passed: [] };

/** A run that has not begun anything yet. */
export function newRun(id: string, owner: string, baseline: string, startedAt: string): RunMemory {
  return { id, owner, baseline, startedAt, canaryPassed: false, canaries: [], hosts: {}, done: [], convicted: [] };
}
