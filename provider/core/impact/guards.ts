import { hostTrips, seriesTrips } from "./guard-rules.ts";
import { isQuiet, isUnderLimit } from "./guard-sight.ts";
import type { Interval } from "./question.ts";
import { SLICE } from "./samples.ts";
import type { Seen } from "./seen.ts";

/** Seconds of a guard's windows are in `guard-rules.ts`. Guards need no statistics: they trip at once, at any step of a put-back, and stay tripped until a person goes on. */
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
  /** Its own probed workloads, wherever they are: they are watched for blackouts after moves. */
  readonly workloads: readonly string[];
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

/** A limit of the user's own: that quantile of a workload's requests to this probe takes at most `ms`. Failures exceed it. */
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
  const { from, since = from, now } = question;
  const trips = new Map<string, Trip>();
  let trouble: Watched["trouble"];
  for (let at = Math.floor(Math.max(since, from) / SLICE) * SLICE + SLICE; at <= now; at += SLICE) {
    const found = seriesTrips(question, at);
    // Only the newest step tells whether there is trouble now.
    trouble = found.trouble === undefined ? undefined : { at, sentence: found.trouble };
    for (const trip of found.trips) keep(trips, trip);
  }
  for (const trip of hostTrips(question)) keep(trips, trip);
  const inOrder = [...trips.values()].sort((a, b) => a.at - b.at);
  return { trips: inOrder, ...(trouble && { trouble }) };
}

function keep(trips: Map<string, Trip>, trip: Trip): void {
  const key = JSON.stringify([trip.guard, trip.workload]);
  const known = trips.get(key);
  if (known === undefined || trip.at < known.at) trips.set(key, trip);
}

/** Whether the reason for a trip has gone: what a person wants to know before going on. Some only a person can clear. */
export function hasCleared({ guard, workload }: Trip, question: Watch): boolean {
  const own = question.seen.series.filter((series) => series.workload === workload);
  switch (guard) {
    case "unreachable":
    case "blackout":
      return own.length > 0 && own.every((series) => isQuiet([series], question.now, 60, 0));
    case "error burst":
      return isQuiet(question.seen.series, question.now, 120, 0.02, question.host);
    case "limit":
      return own.length > 0 && own.every((series) => isUnderLimit(series, question, 5));
    case "host lost":
      return (question.problems ?? []).length === 0;
    case "guest rebooted":
    case "host counters":
      return false;
  }
}
