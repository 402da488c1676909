import type { Interval } from "./question.ts";
import type { Seen } from "./seen.ts";

/** Guards need no statistics: they trip at once, at any step of a put-back, and stay tripped until a person goes on. */
export type GuardName =
  | "unreachable"
  | "blackout"
  | "error burst"
  | "limit"
  | "guest rebooted"
  | "host counters"
  | "host lost";

/** What the guards look at. Fleet ms. */
export interface Watch {
  /** Patched host. */
  readonly host: string;
  /** Its guards are on from here: start of its put-back. */
  readonly from: number;
  /** Last moment that was watched already (default `from`): what tripped until then is in the caller's memory. */
  readonly since?: number;
  /** Up to which all slices have arrived. */
  readonly now: number;
  readonly seen: Seen;
  /** Hosts that are being patched or watched, this one included: their workloads say nothing about the network. */
  readonly touched: ReadonlySet<string>;
  /** The last undisturbed interval before this host was drained. */
  readonly reference: Interval;
  readonly limits?: readonly Limit[];
  readonly guests?: readonly GuestSeen[];
  readonly counters?: readonly CountersSeen[];
  /** Host gone, unpatched or degraded again, by the engine's own checks: the words that people read. */
  readonly problems?: readonly { readonly at: number; readonly what: string }[];
}

/** A limit of the user's own: so many of a workload's requests to this probe take less than `ms`. */
export interface Limit {
  readonly probe: string;
  /** Default 0.95. */
  readonly quantile?: number;
  readonly ms: number;
}

/** A workload's guest as it was seen. A boot that the roll itself caused (pinned workloads) is `expected`. */
export interface GuestSeen {
  readonly workload: string;
  readonly at: number;
  readonly bootId?: string;
  readonly uptimeSeconds?: number;
  readonly expected?: boolean;
}

/** Error counters of the host (memory, disk, link), as they stood. */
export interface CountersSeen {
  readonly at: number;
  readonly counters: Readonly<Record<string, number>>;
}

/** A guard that tripped. */
export interface Trip {
  readonly guard: GuardName;
  readonly host: string;
  readonly workload?: string;
  /** When, fleet ms. */
  readonly at: number;
  /** For people. */
  readonly sentence: string;
}

export interface Watched {
  readonly trips: readonly Trip[];
  /** Workloads that are not touched fail as well, right now: network or probe. Hold, blame nobody, ask again. */
  readonly trouble?: { readonly at: number; readonly sentence: string };
}

/** What trips from `since` (excluded) to `now`, each guard and workload once, in order of time. */
export function watch(question: Watch): Watched {
  throw new Error(`not yet: ${question.host}`);
}

/** Whether the reason for a trip has gone: what a person may want to know before going on. */
export function hasCleared(trip: Trip, question: Watch): boolean {
  throw new Error(`not yet: ${trip.host} ${question.now}`);
}
