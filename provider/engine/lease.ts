import { isDeepStrictEqual } from "node:util";
import { RollError } from "../core/errors.ts";
import { emptyRecord, type FleetRecord, type Lease } from "../core/record.ts";
import type { Clock, RecordStore } from "./ports.ts";

/** Who wants the lease. */
export interface Contender {
  /** For people: "anna@laptop, process 4711". */
  readonly holder: string;
  /** Unique to this process. */
  readonly instance: string;
  /** Whose roll it is: `project/stack/name`; absent when hosts are given back by hand. */
  readonly owner?: string | undefined;
  /** Wall clock, ISO 8601. */
  wall(): string;
}

/** Beats that must be missed, on the contender's own clock, before a lease is taken over. */
export const MISSED_BEATS = 3;

/**
 * Takes the lease of a fleet, with a token higher than any before. A lease that still beats is somebody's:
 * throws `conflict` saying who and since when. One that has stood still for `MISSED_BEATS` beats is taken over. A stop that
 * is asked for meanwhile is meant for the contender: whoever asked has seen its roll begin. An older one goes with the lease.
 */
export async function takeLease(
  store: RecordStore,
  process: Clock,
  contender: Contender,
  signal?: AbortSignal,
): Promise<{ record: FleetRecord; version: number }> {
  let asked: FleetRecord["stop"];
  for (let round = 0; round < 10; round++) {
    const seen = await store.read();
    const { stop, ...rest } = seen?.record ?? emptyRecord;
    if (round === 0) asked = stop;
    const lease = seen?.record.lease;
    if (lease !== undefined && (await beats(store, process, lease, signal))) throw held(lease);
    const token = rest.token + 1;
    const { holder, instance, owner } = contender;
    const record: FleetRecord = {
      ...rest,
      token,
      lease: { holder, instance, ...(owner === undefined ? {} : { owner }), token, beat: 0, since: contender.wall() },
      ...(stop === undefined || isDeepStrictEqual(stop, asked) ? {} : { stop: { ...stop, token } }),
    };
    try {
      return { record, version: await store.write(record, seen?.version ?? 0) };
    } catch (error) {
      // Somebody wrote in between: look again, it may be a rival who now holds it.
      if (!(error instanceof RollError) || error.kind !== "conflict") throw error;
    }
  }
  throw new RollError("conflict", "The fleet record changes too fast to take the lease.", {
    hint: "See `rolling-patch status` for who writes it.",
  });
}

/** Watches a lease for `MISSED_BEATS` beats of the contender's clock. True as soon as it moves. */
export async function beats(store: RecordStore, process: Clock, lease: Lease, signal?: AbortSignal): Promise<boolean> {
  for (let missed = 0; missed < MISSED_BEATS; missed++) {
    await process.sleep(store.beat, signal);
    const now = (await store.read())?.record.lease;
    if (now === undefined) return false;
    if (now.token !== lease.token || now.beat !== lease.beat) return true;
  }
  return false;
}

function held(lease: Lease): RollError {
  return new RollError(
    "conflict",
    `Another run holds the lease of this fleet: ${lease.holder}, since ${lease.since}${lease.owner === undefined ? "" : `, for ${lease.owner}`}.`,
    {
      hint: "Wait for it, or ask it for a safe point with `rolling-patch stop`.",
    },
  );
}
