import type { Clock, Occasion } from "../engine/ports.ts";

/** What a check is asked with. */
export interface Question extends Occasion {
  readonly host: string | undefined;
  /** Aborts at the check's timeout or when nobody waits any more: then the answer is given at once. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

export interface Answer {
  readonly passed: boolean;
  readonly evidence: string;
  /** It has failed for now: what it asks about heals by itself. */
  readonly heals?: boolean;
}

export type Ask = (limit: AbortSignal) => Promise<Answer>;

export const failed = (evidence: string): Answer => ({ passed: false, evidence });

/** "12 ms" since a reading of the clock. */
export function since(clock: Clock, started: number): string {
  return `${Math.round(clock.now() - started)} ms`;
}

/** Why a connection failed, in words. */
export function networkProblem(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message : String(error);
  switch (code) {
    case "ECONNREFUSED":
      return "connection refused";
    case "ECONNRESET":
    case "EPIPE":
      return "connection reset";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "name not found";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "no route";
    case "ETIMEDOUT":
      return "connection timed out";
    default:
      return message === "" ? code : message;
  }
}
