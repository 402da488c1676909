import { isRollError, RollError } from "../core/errors.ts";
import type { FleetRecord } from "../core/record.ts";
import type { RunMemory } from "../core/run.ts";
import { MISSED_BEATS } from "./lease.ts";
import type { Clock, RecordStore } from "./ports.ts";

/** What became of the request for a safe point. */
export type StopRequest =
  /** `token`: of the lease whose holder was asked. `run`: absent while that has yet to begin one. */
  | { readonly kind: "asked"; readonly token: number; readonly holder: string; readonly run?: string }
  /** Nobody works on the fleet: no run, or one whose process gave its lease back. */
  | { readonly kind: "nothing to stop"; readonly run?: RunMemory | undefined };

/**
 * Asks the process that holds the lease for a safe point, whether or not its run has begun: writes the stop flag of that
 * lease. Asking twice is harmless. `at`: wall clock, ISO 8601.
 */
export async function requestStop(store: RecordStore, by: string, at: string): Promise<StopRequest> {
  for (let round = 0; round < 10; round++) {
    const seen = await store.read();
    const { run, lease, stop } = seen?.record ?? {};
    if (seen === undefined || lease === undefined) return { kind: "nothing to stop", run };
    const { token, holder } = lease;
    const begun = run === undefined || run.ending !== undefined ? {} : { run: run.id };
    const asked: StopRequest = { kind: "asked", token, holder, ...begun };
    if (stop?.token === token) return asked;
    try {
      await store.write({ ...seen.record, stop: { token, by, at } }, seen.version);
      return asked;
    } catch (error) {
      // The holder beat in between: look again.
      if (!isRollError(error) || error.kind !== "conflict") throw error;
    }
  }
  throw new RollError("conflict", "The fleet record changes too fast to leave a stop flag in it.", {
    hint: "Try again.",
  });
}

/** How the wait for a safe point ended. */
export type StopOutcome =
  | { readonly kind: "ended"; readonly run?: RunMemory | undefined }
  /** The process that was asked no longer beats: it has died. */
  | { readonly kind: "died"; readonly holder: string }
  /** It is over, and another process has taken the fleet up since. */
  | { readonly kind: "another process"; readonly holder?: string | undefined };

/** Waits until the holder of the lease with this token has given it back, at a safe point, or has died. */
export async function awaitStop(
  store: RecordStore,
  process: Clock,
  token: number,
  signal?: AbortSignal,
): Promise<StopOutcome> {
  let known: FleetRecord["lease"];
  for (let missed = 0; ; missed++) {
    const record = (await store.read())?.record;
    if (record?.token !== token) return { kind: "another process", holder: record?.lease?.holder };
    if (record.lease === undefined) return { kind: "ended", run: record.run };
    if (record.lease.beat !== known?.beat) missed = 0;
    if (missed >= MISSED_BEATS) return { kind: "died", holder: record.lease.holder };
    known = record.lease;
    await process.sleep(store.beat, signal);
  }
}
