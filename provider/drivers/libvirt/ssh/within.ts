import { isRollError, RollError } from "../../../core/errors.ts";
import { processClock } from "../../../engine/clock.ts";

const clock = processClock();

/**
 * What `work` comes to, or `late()` when it takes longer than so many milliseconds, or `cancelled` as soon as `outer` aborts. Work
 * learns by its signal that nobody waits any more.
 */
export async function within<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  late: () => RollError,
  outer?: AbortSignal,
): Promise<T> {
  const over = new AbortController();
  const signal = outer === undefined ? over.signal : AbortSignal.any([outer, over.signal]);
  const timer = clock.sleep(ms, signal).then(() => {
    throw late();
  });
  try {
    return await Promise.race([timer, work(signal)]);
  } catch (error) {
    throw outer?.aborted === true ? cancelledBy(outer.reason) : error;
  } finally {
    over.abort();
  }
}

function cancelledBy(reason: unknown): RollError {
  return isRollError(reason) ? reason : new RollError("cancelled", "The run was cancelled.", { cause: reason });
}
