import type { Clock } from "../engine/ports.ts";

/** Does some work under a signal that also aborts when its time, in milliseconds of the clock, is up. */
export async function within<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const finished = new AbortController();
  const expiry = clock.sleep(ms, finished.signal).then(
    () => late.abort("time"),
    () => {},
  );
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } finally {
    finished.abort();
    await expiry;
  }
}
