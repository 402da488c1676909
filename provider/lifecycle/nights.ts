import type { HostPlan } from "../core/plan.ts";
import type { Policy } from "../core/policy.ts";
import { dateAt } from "../engine/clock.ts";
import { firstFit, type WindowState, windowsFor } from "../engine/windows.ts";

/** How a roll fits into the policy's windows, if it goes on at every opening and takes as long as it is expected to. */
export interface Nights {
  /** Windows in which hosts start; windows without a gap between them are one. */
  readonly count: number;
  /** Start of the first host and end of the last one: ISO 8601, fleet time. Absent when a host finds no window. */
  readonly begins?: string;
  readonly ends?: string;
  /** Zone of the first window, for showing them. */
  readonly timezone: string;
  /** Hours between begin and end in which the roll only waits for the next opening. */
  readonly waiting: number;
  /** Hosts for which no window is in sight. */
  readonly left: number;
  /** The host because of which: it takes longer than every window that is in sight, this many hours. */
  readonly tooLong?: { readonly host: string; readonly hours: number };
}

type Span = Pick<HostPlan, "host" | "after" | "start" | "end">;

/** `from`: fleet time, milliseconds. `underway`: hosts that are out already; they wait for no window. Undefined without windows. */
export function nightsOf(
  { windows, freeze }: Pick<Policy, "windows" | "freeze">,
  from: number,
  hosts: readonly Span[],
  underway: ReadonlySet<string> = new Set(),
): Nights | undefined {
  if ((windows.length === 0 && freeze.length === 0) || hosts.length === 0) return undefined;
  const roll = walk(windowsFor(windows, freeze), from, hosts, underway);
  const whole = roll.left === 0;
  return {
    count: roll.closings.size,
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
 * Hosts start as the engine lets them: in order, each when those it comes after are back, and only in a window that does not end before it is done. Their
 * own durations, and what they wait for besides, are those of the forecast.
 */
function walk(
  windowAt: (fleetTime: number) => WindowState,
  from: number,
  hosts: readonly Span[],
  underway: ReadonlySet<string>,
): Walked {
  const planned = new Map(hosts.map(({ host, end }) => [host, end * 1000]));
  const ended = new Map<string, number>();
  const closings = new Set<number | undefined>();
  let [begins, ends, waiting] = [Number.POSITIVE_INFINITY, from, 0];
  let last = { planned: 0, at: from };
  for (const [index, { host, after, start, end }] of hosts.entries()) {
    const ready = Math.max(last.planned, ...after.map((id) => planned.get(id) ?? 0));
    const earliest = Math.max(last.at, ...after.map((id) => ended.get(id) ?? from)) + Math.max(0, start * 1000 - ready);
    let at = earliest;
    if (!underway.has(host)) {
      const fit = firstFit(windowAt, at, (end - start) * 1000);
      if (typeof fit === "string") {
        const tooLong = fit === "none" ? {} : { tooLong: { host, hours: hoursOf((end - start) * 1000) } };
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

const textOf = (fleetTime: number): string => dateAt(Math.round(fleetTime / 60_000) * 60_000).toISOString();
const hoursOf = (ms: number): number => Math.round(ms / 36_000) / 100;
