import type { Slice } from "../core/impact/samples.ts";
import type { Fleet } from "../engine/ports.ts";

/** One probe at work. */
export interface Source {
  /** Where workloads are now. */
  follow(fleet: Fleet): void;
  /** Slices that began at or after `since` and before `until`, both fleet ms: up to there all have been told, what is missing is a gap. */
  read(since: number): Promise<Reading>;
  readonly notes: readonly string[];
  close(): void;
}

export interface Reading {
  readonly slices: readonly Slice[];
  readonly until: number;
}

/** What others have kept from before we began to follow is taken over so far back, fleet ms: the gap that a killed process leaves. */
export const LOOK_BACK = 5 * 60_000;

/** How long an answer is waited for that somebody else owes us, while he does not answer, fleet ms; then there is a gap. */
export const PATIENCE = 60_000;
