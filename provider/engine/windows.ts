import { Cron } from "croner";
import { readable } from "../core/duration.ts";
import { RollError } from "../core/errors.ts";
import type { Policy } from "../core/policy.ts";
import { dateAt } from "./clock.ts";

export type MaintenanceWindow = Policy["windows"][number];

/** Whether hosts may start now, and when that changes. */
export interface WindowState {
  readonly open: boolean;
  /** Fleet time of the next opening or closing; undefined: none within sight. */
  readonly changesAt: number | undefined;
}

/** Openings that follow one another without a gap are followed this many times, then no end is in sight. */
const FORESEEN = 100;
/** Patterns fire on whole minutes. */
const MINUTE = 60_000;

/**
 * When hosts may start, by the policy's windows: open from an opening (included) until its duration has passed (not
 * included) in any of them; always, if there is none. Durations are elapsed time: a window of 6 h lasts 6 h in the
 * night when clocks change. An opening in the skipped hour happens right after it, one in the repeated hour once.
 * Throws `invalid` for a window with a `windowProblem`.
 */
export function windowsFor(windows: Policy["windows"]): (fleetTime: number) => WindowState {
  if (windows.length === 0) return () => ({ open: true, changesAt: undefined });
  const openings = windows.map(openingsOf);
  let known: Span | undefined;
  return (fleetTime) => {
    if (known === undefined || fleetTime < known.from || fleetTime >= known.until) known = spanAt(openings, fleetTime);
    return known.state;
  };
}

/** What is wrong with a window, to be put after the name of its field; undefined: nothing. */
export function windowProblem(window: MaintenanceWindow): string | undefined {
  if (!knownZone(window.timezone)) {
    return `"${window.timezone}" is not a time zone; write an IANA name like "Europe/Berlin" or "UTC"`;
  }
  if (window.duration < MINUTE) return `it stays open for ${readable(window.duration)}; write at least "1m"`;
  const cron = parse(window);
  if (typeof cron === "string")
    return `${cron}; write five cron fields like "0 22 * * 1-5" (minute hour day month weekday)`;
  if (cron.nextRun(dateAt(0)) === null) return `"${window.start}" names a day that never comes`;
  return undefined;
}

/** A stretch of time in which nothing changes. */
interface Span {
  readonly from: number;
  readonly until: number;
  readonly state: WindowState;
}

interface Openings {
  /** Newest opening at or before a moment. */
  lastStart(at: number): number | undefined;
  /** First opening after a moment. */
  nextStart(after: number): number | undefined;
  readonly duration: number;
}

function openingsOf(window: MaintenanceWindow, index: number): Openings {
  const problem = windowProblem(window);
  const cron = parse(window);
  if (problem !== undefined || typeof cron === "string") {
    throw new RollError("invalid", `policy.windows[${index}]: ${problem}.`);
  }
  return {
    duration: window.duration,
    lastStart: (at) => cron.previousRuns(1, dateAt((Math.floor(at / MINUTE) + 1) * MINUTE))[0]?.getTime(),
    nextStart: (after) => cron.nextRun(dateAt(after))?.getTime(),
  };
}

function spanAt(openings: readonly Openings[], at: number): Span {
  const end = latestEnd(openings, at);
  if (end === undefined) {
    const next = openings.map((one) => one.nextStart(at)).filter((start) => start !== undefined);
    const opening = Math.min(...next);
    return { from: at, until: opening, state: { open: false, changesAt: next.length === 0 ? undefined : opening } };
  }
  let closing = end;
  for (let i = 0; i < FORESEEN; i++) {
    const further = latestEnd(openings, closing);
    if (further === undefined) return { from: at, until: closing, state: { open: true, changesAt: closing } };
    closing = further;
  }
  return { from: at, until: closing, state: { open: true, changesAt: undefined } };
}

/** When the last of the windows that are open at a moment closes; undefined: none is open. */
function latestEnd(openings: readonly Openings[], at: number): number | undefined {
  const ends = openings.map((one) => (one.lastStart(at) ?? Number.NEGATIVE_INFINITY) + one.duration);
  const end = Math.max(...ends);
  return end > at ? end : undefined;
}

/** The pattern, or what is wrong with it. */
function parse(window: MaintenanceWindow): Cron | string {
  try {
    return new Cron(window.start, { timezone: window.timezone, mode: "5-part", paused: true });
  } catch (error) {
    const detail = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : "";
    return `"${window.start}" is not a cron pattern (${detail.replace(/\.$/, "")})`;
  }
}

function knownZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
