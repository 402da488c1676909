import { RollError } from "../core/errors.ts";

/** A request that makes no sense. */
export function invalid(message: string): RollError {
  return new RollError("invalid", message);
}
