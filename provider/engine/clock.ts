import { RollError } from "../core/errors.ts";
import type { Clock, FleetClock } from "./ports.ts";

/** Longest delay that one timer of the platform can hold; longer sleeps are slept in pieces. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Process time: milliseconds on the monotonic clock, from an arbitrary start. Steps of the wall clock do not touch it.
 * Its sleeps keep the process alive; abort their signal to let it end.
 */
export function processClock(): Clock {
  const now = (): number => performance.now();
  return { now, sleep: (ms, signal) => sleepUntil(now, now() + ms, signal) };
}

export interface FleetClockOptions {
  /** Fleet milliseconds for each real one. Default 1, as on real platforms. */
  readonly scale?: number;
  /** Fleet time, milliseconds, at the wall-clock moment `since`. Default: `since`, so that at scale 1 fleet time is wall-clock time. */
  readonly epoch?: number;
  /** Wall clock in milliseconds since 1970. Default 0. */
  readonly since?: number;
}

/**
 * Fleet time, anchored to the wall clock once and carried by the monotonic clock from then on: processes that start
 * together agree, and a wall clock that is set in mid-roll neither cuts a soak short nor stretches it.
 */
export function fleetClock(options: FleetClockOptions = {}): FleetClock {
  const { scale = 1, since = 0, epoch = since } = options;
  if (!(scale > 0) || !Number.isFinite(scale))
    throw new RollError("invalid", `A time scale of ${scale} is not a positive number.`);
  const anchor = epoch + (Date.now() - since) * scale;
  const monotonic = processClock();
  const started = monotonic.now();
  return {
    scale,
    now: () => anchor + (monotonic.now() - started) * scale,
    sleep: (ms, signal) => monotonic.sleep(ms / scale, signal),
  };
}

/** The wall clock as ISO 8601 text: for people and logs, never for decisions. */
export function wallTime(): string {
  return new Date().toISOString();
}

/** The wall clock so many milliseconds from now, as ISO 8601 text: for systems that count in it. */
export function wallTimeIn(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}

/** The wall clock, milliseconds since 1970: only for asking others who go by theirs. */
export function wallNow(): number {
  return Date.now();
}

/** A moment in milliseconds since 1970 as calendar libraries take it. */
export function dateAt(ms: number): Date {
  return new Date(ms);
}

/** Timers may fire a little early and hold no more than 24 days: ask the clock again until it is time. */
async function sleepUntil(now: () => number, until: number, signal: AbortSignal | undefined): Promise<void> {
  do {
    await timer(Math.min(Math.max(until - now(), 0), LONGEST_TIMER), signal);
  } while (now() < until);
}

function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled(signal));
    const aborted = (): void => {
      clearTimeout(handle);
      reject(cancelled(signal));
    };
    const handle = setTimeout(() => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    }, ms);
    signal?.addEventListener("abort", aborted, { once: true });
  });
}

function cancelled(signal: AbortSignal | undefined): RollError {
  return new RollError("cancelled", "The wait was cancelled.", { cause: signal?.reason });
}
