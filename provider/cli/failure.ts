import { isRollError } from "../core/errors.ts";
import { type ExitCode, exit, exitOfError } from "./exit.ts";
import type { CliWorld } from "./world.ts";

/** Says what went wrong in one line and a hint, and how to end. Only a bug, or ROLLING_PATCH_DEBUG=1, shows a stack. */
export function report(world: CliWorld, error: unknown): ExitCode {
  const debug = world.env.ROLLING_PATCH_DEBUG === "1";
  if (isRollError(error)) {
    world.err(`rolling-patch: ${error.message}`);
    if (error.hint !== undefined) world.err(`  ${error.hint}`);
    if (debug) world.err(stackOf(error));
    return exitOfError(error.kind);
  }
  world.err(`rolling-patch: this is a bug: ${error instanceof Error ? error.message : String(error)}`);
  world.err(debug ? stackOf(error) : "  Run it again with ROLLING_PATCH_DEBUG=1 and report what it prints.");
  return exit.bug;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
