import { Cron } from "croner";
import { readable } from "../core/duration.ts";
import { RollError } from "../core/errors.ts";
import type { Policy } from "../core/policy.ts";
import { dateAt } from "./clock.ts";

export type MaintenanceWindow = Policy["windows"][number];
export type FreezePeriod = Policy["freeze"][number];

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
const DAY = 24 * 60 * MINUTE;
/** Openings ahead that are looked at: six weeks of nights. */
const AHEAD = 42;

/**
 * When hosts may start, by the policy's windows: inside of one of them, and in no freeze period; always, if there are neither.
 */
export function windowsFor(
  windows: Policy["windows"],
  freeze: Policy["freeze"] = [],
): (fleetTime: number) => WindowState {
  const open = spansOf(windows.map(openingsOf));
  if (freeze.length === 0) return windows.length === 0 ? () => ({ open: true, changesAt: undefined }) : open;
  const frozen = spansOf(freeze.map(freezesOf));
  const both = (at: number): WindowState => {
    const inside = windows.length === 0 ? { open: true, changesAt: undefined } : open(at);
    const out = frozen(at);
    const changes = [inside.changesAt, out.changesAt].filter((change) => change !== undefined);
    return {
      open: inside.open && !out.open,
      changesAt: changes.length === 0 ? undefined : Math.min(...changes),
    };
  };
  return (fleetTime) => {
    const { open: isOpen, changesAt } = both(fleetTime);
    let change = changesAt;
    for (let i = 0; i < FORESEEN && change !== undefined; i++) {
      const then = both(change);
      if (then.open !== isOpen) return { open: isOpen, changesAt: change };
      change = then.changesAt;
    }
    return { open: isOpen, changesAt: undefined };
  };
}

/** The openings after a moment, as far as they are in sight. `until`: undefined for one that does not end. */
export function openingsAfter(
  windowAt: (fleetTime: number) => WindowState,
  fleetTime: number,
): { readonly at: number; readonly until: number | undefined }[] {
  return [...opening(windowAt, fleetTime)];
}

/**
 * When something that takes so many milliseconds, and may begin now at the earliest, is done before its window ends. `none`: no
 * opening is in sight; `too long`: every opening in sight is shorter.
 */
export function firstFit(
  windowAt: (fleetTime: number) => WindowState,
  earliest: number,
  ms: number,
): { readonly at: number; readonly until: number | undefined } | "none" | "too long" {
  const now = windowAt(earliest);
  const fits = (at: number, until: number | undefined): boolean => until === undefined || at + ms <= until;
  if (now.open && fits(earliest, now.changesAt)) return { at: earliest, until: now.changesAt };
  let seen = 0;
  for (const one of opening(windowAt, earliest)) {
    if (fits(one.at, one.until)) return one;
    seen += 1;
  }
  return seen === 0 ? "none" : "too long";
}

function* opening(windowAt: (fleetTime: number) => WindowState, fleetTime: number) {
  let { changesAt: at } = windowAt(fleetTime);
  for (let seen = 0; at !== undefined && seen < AHEAD; ) {
    const { open, changesAt }: WindowState = windowAt(at);
    if (open) yield { at, until: changesAt };
    if (open) seen += 1;
    at = changesAt;
  }
}

/**
 * Open from an opening (included) until its duration has passed (not
 * included) in any of them. Durations are elapsed time: a window of 6 h lasts 6 h in the
 * night when clocks change. An opening in the skipped hour happens right after it, one in the repeated hour once.
 * Throws `invalid` for a window with a `windowProblem`.
 */
function spansOf(openings: readonly Openings[]): (fleetTime: number) => WindowState {
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
  return patternProblem(window);
}

/** What is wrong with a freeze period, to be put after the name of its field; undefined: nothing. */
export function freezeProblem({ from, to, start, duration, timezone }: FreezePeriod): string | undefined {
  if (start !== undefined && duration !== undefined) return windowProblem({ start, duration, timezone });
  if (!knownZone(timezone)) return `"${timezone}" is not a time zone; write an IANA name like "Europe/Berlin" or "UTC"`;
  const [begins, ends] = [momentOf(from, timezone), endOf(to, timezone)];
  const bad = begins === undefined ? from : ends === undefined ? to : undefined;
  if (bad !== undefined) return `"${bad}" is not a day or moment; write it like "2026-12-18" or "2026-12-18T16:00"`;
  return (ends ?? 0) > (begins ?? 0) ? undefined : `it ends (${to}) before it begins (${from})`;
}

function patternProblem(window: Pick<MaintenanceWindow, "start" | "timezone">): string | undefined {
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

function freezesOf(freeze: FreezePeriod, index: number): Openings {
  const problem = freezeProblem(freeze);
  if (problem !== undefined) throw new RollError("invalid", `policy.freeze[${index}]: ${problem}.`);
  const { from, to, start, duration, timezone } = freeze;
  if (start !== undefined && duration !== undefined) return openingsOf({ start, duration, timezone }, index);
  const begins = momentOf(from, timezone) ?? 0;
  return {
    duration: (endOf(to, timezone) ?? begins) - begins,
    lastStart: (at) => (at >= begins ? begins : undefined),
    nextStart: (after) => (after < begins ? begins : undefined),
  };
}

/** Fleet time of a day's first minute, or of a moment, in a zone; undefined: it is none. */
function momentOf(text: string | undefined, timezone: string): number | undefined {
  const [, day, time = "T00:00"] = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2})?)?$/.exec(text ?? "") ?? [];
  if (day === undefined) return undefined;
  try {
    const utc = new Cron(`${day}T00:00`, { timezone: "UTC", paused: true }).nextRun(dateAt(0));
    // The 30th of February would be the 2nd of March.
    if (utc?.toISOString().slice(0, 10) !== day) return undefined;
    return new Cron(`${day}${time}`, { timezone, paused: true }).nextRun(dateAt(0))?.getTime();
  } catch {
    return undefined;
  }
}

/** The same for the end of a day. */
function endOf(text: string | undefined, timezone: string): number | undefined {
  if (text?.includes("T") !== false) return momentOf(text, timezone);
  const day = momentOf(text, "UTC");
  return day === undefined
    ? undefined
    : momentOf(
        dateAt(day + DAY)
          .toISOString()
          .slice(0, 10),
        timezone,
      );
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
function parse(window: Pick<MaintenanceWindow, "start" | "timezone">): Cron | string {
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
