import { type HostPlan, movesOf } from "../core/plan.ts";
import type { Policy } from "../core/policy.ts";
import { firstCalm, type QuietHours, quietSpans } from "../core/quiet.ts";
import type { Span } from "../core/run.ts";
import { dateAt } from "../engine/clock.ts";
import { firstFit, type WindowState, windowsFor } from "../engine/windows.ts";

/** How a roll fits into the policy's windows and quiet hours of workloads, if it goes on whenever it may and takes as long as it is expected to. */
export interface Nights {
  /** Windows in which hosts start; windows without a gap between them are one. Absent: policy has none, only quiet hours. */
  readonly count?: number;
  /** Start of the first host and end of the last one: ISO 8601, fleet time. Absent when a host finds no window. */
  readonly begins?: string;
  readonly ends?: string;
  /** Zone of the first window, for showing them. */
  readonly timezone: string;
  /** Hours between begin and end in which the roll only waits for the next opening, or for quiet hours to end. */
  readonly waiting: number;
  /** Hosts for which no window is in sight. */
  readonly left: number;
  /**
   * The host because of which: it takes longer than every window that is in sight, this many hours; or than these workloads, which move
   * in its turn, leave outside of their quiet hours.
   */
  readonly tooLong?: { readonly host: string; readonly hours: number; readonly quiet?: readonly string[] };
}

type Part = Pick<HostPlan, "host" | "after" | "start" | "end"> &
  Partial<Pick<HostPlan, "makeRoom" | "evacuate" | "putBack" | "undoRoom">>;

/** What hosts wait for besides each other. */
interface Calendar {
  readonly windowAt: (fleetTime: number) => WindowState;
  readonly quiet: QuietHours | undefined;
  /** Hosts that are out already wait for no window. */
  readonly underway: ReadonlySet<string>;
}

/** `from`: fleet time, milliseconds. `underway`: hosts that are out already. Undefined where no window or quiet hours matter. */
export function nightsOf(
  { windows, freeze }: Pick<Policy, "windows" | "freeze">,
  from: number,
  hosts: readonly Part[],
  underway: ReadonlySet<string> = new Set(),
  quiet?: QuietHours,
): Nights | undefined {
  const hasWindows = windows.length > 0 || freeze.length > 0;
  const isFree = !hasWindows && hosts.every((host) => quietSpans(quiet, workloadsOf(host)).length === 0);
  if (isFree || hosts.length === 0) return undefined;
  const roll = walk({ windowAt: windowsFor(windows, freeze), quiet, underway }, from, hosts);
  const whole = roll.left === 0;
  return {
    ...(hasWindows ? { count: roll.closings.size } : {}),
    ...(whole ? { begins: textOf(roll.begins), ends: textOf(roll.ends) } : {}),
    timezone: windows[0]?.timezone ?? freeze[0]?.timezone ?? "UTC",
    waiting: hoursOf(roll.waiting),
    left: roll.left,
    ...(roll.tooLong === undefined ? {} : { tooLong: roll.tooLong }),
  };
}

interface Walked {
  readonly begins: number;
  readonly ends: number;
  readonly waiting: number;
  readonly left: number;
  readonly tooLong?: Nights["tooLong"];
  /** When the windows close that were used; undefined: one that never closes. */
  readonly closings: ReadonlySet<number | undefined>;
}

/**
 * Hosts start as the engine lets them: in order, each when those it comes after are back, and only where no window ends and no quiet hours of what it
 * moves begin before it is done. Their own durations, and what they wait for besides, are those of the forecast.
 */
function walk({ windowAt, quiet, underway }: Calendar, from: number, hosts: readonly Part[]): Walked {
  const planned = new Map(hosts.map(({ host, end }) => [host, end * 1000]));
  const ended = new Map<string, number>();
  const closings = new Set<number | undefined>();
  let [begins, ends, waiting] = [Number.POSITIVE_INFINITY, from, 0];
  let last = { planned: 0, at: from };
  for (const [index, part] of hosts.entries()) {
    const { host, after, start, end } = part;
    const ready = Math.max(last.planned, ...after.map((id) => planned.get(id) ?? 0));
    const earliest = Math.max(last.at, ...after.map((id) => ended.get(id) ?? from)) + Math.max(0, start * 1000 - ready);
    let at = earliest;
    if (!underway.has(host)) {
      const ms = (end - start) * 1000;
      const fit = calmFit(windowAt, quietSpans(quiet, workloadsOf(part)), at, ms);
      if (typeof fit === "string") {
        const names = firstFit(windowAt, at, ms) === fit ? [] : workloadsOf(part).filter((id) => hasSpans(quiet, id));
        const long = { host, hours: hoursOf(ms), ...(names.length > 0 ? { quiet: names } : {}) };
        const tooLong = fit === "none" ? {} : { tooLong: long };
        return { begins, ends, waiting, closings, left: hosts.length - index, ...tooLong };
      }
      at = fit.at;
      // What is in hand goes on while the window is closed.
      if (ended.size > 0) waiting += Math.max(0, at - Math.max(earliest, ends));
      closings.add(fit.until);
    }
    const done = at + (end - start) * 1000;
    begins = Math.min(begins, at);
    ends = Math.max(ends, done);
    ended.set(host, done);
    last = { planned: start * 1000, at };
  }
  return { begins, ends, waiting, closings, left: 0 };
}

/** Openings that are looked at for one host, each from the end of quiet hours in the one before. */
const MOST_TRIES = 100;

/** `firstFit`, outside of the spans. */
function calmFit(
  windowAt: (fleetTime: number) => WindowState,
  spans: readonly Span[],
  earliest: number,
  ms: number,
): ReturnType<typeof firstFit> {
  for (let [at, tries] = [earliest, 0]; tries < MOST_TRIES; tries++) {
    const fit = firstFit(windowAt, at, ms);
    const calm = typeof fit === "string" ? undefined : firstCalm(spans, fit.at, ms);
    if (typeof fit === "string" || calm === fit.at) return fit;
    if (calm === undefined) break;
    at = calm;
  }
  return "too long";
}

const NO_MOVES = { makeRoom: [], evacuate: [], putBack: [], undoRoom: [] };
const workloadsOf = (part: Part): string[] => [
  ...new Set(movesOf({ ...NO_MOVES, ...part }).map(({ workload }) => workload)),
];
const hasSpans = (quiet: QuietHours | undefined, id: string): boolean => quietSpans(quiet, [id]).length > 0;

const textOf = (fleetTime: number): string => dateAt(Math.round(fleetTime / 60_000) * 60_000).toISOString();
const hoursOf = (ms: number): number => Math.round(ms / 36_000) / 100;
