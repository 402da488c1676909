import type { RollError } from "../core/errors.ts";

/** The roll ended early: what is done is saved, and the next `up` goes on from the live fleet. Not an error of ours. */
export class PartialFailure extends Error {
  readonly id: string;
  readonly properties: Record<string, unknown>;
  readonly reasons: readonly string[];

  /** `cause`: the error that cut the roll off; absent when the roll itself came to an end. */
  constructor(id: string, properties: Record<string, unknown>, reasons: readonly string[], cause?: RollError) {
    super(reasons.join("\n"), cause === undefined ? undefined : { cause });
    this.name = "PartialFailure";
    this.id = id;
    this.properties = properties;
    this.reasons = reasons;
  }
}
