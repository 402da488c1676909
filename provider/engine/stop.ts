import { isRollError, RollError } from "../core/errors.ts";
import type { FleetRecord } from "../core/record.ts";
import type { RunMemory } from "../core/run.ts";
import { MISSED_BEATS } from "./lease.ts";
import type { Clock, RecordStore } from "./ports.ts";

/** What became of the request for a safe point. */
export type StopRequest =
  | { readonly kind: "asked"; readonly run: string; readonly holder: string }
  /** Nobody works on the fleet: no run, an ended one, or one whose process gave its lease back. */
  | { readonly kind: "nothing to stop"; readonly run?: RunMemory | undefined };

/**
 * Asks the process that works on the fleet for a safe point: writes the stop flag of the newest unfinished run. Asking twice
 * is harmless. `at`: wall clock, ISO 8601.
 */
export async function requestStop(store: RecordStore, by: string, at: string): Promise<StopRequest> {
  for (let round = 0; round < 10; round++) {
    const seen = await store.read();
    const { run, lease, stop } = seen?.record ?? {};
    if (seen === undefined || run === undefined || lease === undefined || run.ending !== undefined) {
      return { kind: "nothing to stop", run };
    }
    const asked: StopRequest = { kind: "asked", run: run.id, holder: lease.holder };
    if (stop?.run === run.id) return asked;
    try {
      await store.write({ ...seen.record, stop: { run: run.id, by, at } }, seen.version);
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
  | { readonly kind: "ended"; readonly run: RunMemory }
  /** The process that was asked no longer beats: it has died. */
  | { readonly kind: "died"; readonly holder: string }
  /** Another run goes on instead. */
  | { readonly kind: "another run"; readonly run: string };

/** Waits until a run is at its safe point and its process has given the lease back, or has died. */
export async function awaitStop(
  store: RecordStore,
  process: Clock,
  run: string,
  signal?: AbortSignal,
): Promise<StopOutcome> {
  let known: FleetRecord["lease"];
  for (let missed = 0; ; missed++) {
    const record = (await store.read())?.record;
    if (record?.run === undefined || record.run.id !== run)
      return { kind: "another run", run: record?.run?.id ?? "none" };
    if (record.lease === undefined) return { kind: "ended", run: record.run };
    if (record.lease.token !== known?.token || record.lease.beat !== known.beat) missed = 0;
    if (missed >= MISSED_BEATS) return { kind: "died", holder: record.lease.holder };
    known = record.lease;
    await process.sleep(store.beat, signal);
  }
}
