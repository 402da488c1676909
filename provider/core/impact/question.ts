import type { Seen } from "./seen.ts";
import type { ImpactSettings } from "./settings.ts";

/** Fleet ms; `to` is excluded. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Minutes in which every workload was on its usual host and nothing moved. */
export interface Undisturbed extends Interval {
  /** `baseline`: before the roll, or before it went on after a pause. `soak`: full load of a host, from its last move on. */
  readonly kind: "baseline" | "soak";
}

/** From a moment on a host had this load, in any unit that is the same for all moments of that host. */
export interface LoadSeen {
  readonly host: string;
  readonly at: number;
  readonly load: number;
}

/** Everything that the verdict on one host depends on. The same question has the same answer, whoever asks and how often. */
export interface Question {
  readonly settings: ImpactSettings;
  readonly host: string;
  /** Probed workloads that belong on this host: they were there in the reference and are expected back. */
  readonly workloads: readonly string[];
  /** End of the last move of its put-back, fleet ms; absent while load is partial: then nothing is acquitted. */
  readonly fullLoadSince?: number;
  /** Fleet ms up to which all slices have arrived: later ones are not looked at. */
  readonly now: number;
  /** Undisturbed intervals before this host was touched, in order of time, all that this run knows. */
  readonly undisturbed: readonly Undisturbed[];
  /** Since when hosts are at the new level (start of remediate), fleet ms. A host that is not in it is as it was. */
  readonly patchedSince: ReadonlyMap<string, number>;
  /** What the probes saw. */
  readonly seen: Seen;
  /** Load of hosts over time. Default: how many probed workloads are there. */
  readonly loads?: readonly LoadSeen[];
  /** Final evidence of the hosts before, any order: their spreads tell how noisy this fleet is. */
  readonly earlier: readonly Earlier[];
}

/** The part of a host's final evidence that later hosts and the pooled estimate need; small enough for the fleet record. */
export type Earlier = Pick<Evidence, "host" | "spreads"> & Partial<Pick<Evidence, "estimate">>;

/** What is known of a host's impact. Changes are on the log scale: `percent` makes a share of them. JSON throughout. */
export interface Evidence {
  readonly host: string;
  /** The change of latency that counts: the newest look's, or up to the end of the confirmation. Absent: there is none. */
  readonly estimate?: Estimate;
  /** A row per treated workload, for the forest plot. */
  readonly rows: readonly { readonly workload: string; readonly change: number; readonly spread: number }[];
  /** Workloads of this host that do not count, and why. */
  readonly excluded: readonly { readonly workload: string; readonly why: string }[];
  /** Everything that was looked at so far, in order. */
  readonly looks: readonly Look[];
  /** Noise of the controls in each latency window that was looked at. */
  readonly spreads: readonly Spread[];
  readonly errors?: ErrorFigures;
}

/** Treated minus controls, ln(latency) after minus before. */
export interface Estimate {
  /** Minutes of full load it is made of. */
  readonly minutes: number;
  readonly delta: number;
  readonly se: number;
  readonly df: number;
  /** 95 % interval. */
  readonly lower: number;
  readonly upper: number;
  /** Workloads that count, and their successful requests in the window after. */
  readonly treated: number;
  readonly requests: number;
  readonly controls: { readonly hosts: number; readonly workloads: number };
}

/** One look, or its confirmation. */
export interface Look {
  /** Fleet ms of its end: when it was due. */
  readonly at: number;
  /** Minutes of full load at its end. */
  readonly minutes: number;
  readonly kind: "look" | "confirm";
  readonly result: "suspect" | "confirmed" | "not confirmed" | "pass" | "open" | "no data" | "no control";
  readonly estimate?: Estimate;
  readonly errors?: ErrorFigures;
  /** What made it suspect or confirmed. */
  readonly by?: "latency" | "errors";
  /** Why there is no estimate. */
  readonly why?: string;
}

/** Variance of changes between hosts and between workloads of a host, with degrees of freedom, not pooled with others. */
export interface Spread {
  /** Length of the window after, minutes: only equal ones are pooled. */
  readonly minutes: number;
  readonly host: { readonly variance: number; readonly df: number };
  readonly workload: { readonly variance: number; readonly df: number };
}

/** Bad bins (10 s of a workload with at least one failure): treated host without its worst minute, and controls. */
export interface ErrorFigures {
  readonly minutes: number;
  readonly bad: number;
  readonly bins: number;
  /** Expected from the time before, corrected by what happened to the controls. */
  readonly expected: number;
  readonly controls: { readonly bad: number; readonly bins: number; readonly hosts: number };
  /** Dispersion, at least 1: by how much errors come in clumps. */
  readonly dispersion: number;
  /** One-sided. */
  readonly p: number;
}

/** Where a host stands. `waiting` and `suspect` are passing, the others are final. */
export type Assessment = {
  readonly evidence: Evidence;
  /** For people: one sentence with its figures. */
  readonly sentence: string;
} & (
  | { readonly state: "waiting" /** Fleet ms of the next look; absent: until load is full. */; readonly until?: number }
  /** Put nothing more back, drain no further host until then. */
  | { readonly state: "suspect"; readonly by: "latency" | "errors"; readonly until: number }
  | { readonly state: "pass" }
  | { readonly state: "regress"; readonly by: "latency" | "errors" }
  | { readonly state: "inconclusive"; readonly why: "noisy" | "no data" | "no control" }
);
