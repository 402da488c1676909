import type { ErrorKind } from "../core/errors.ts";
import type { Ending } from "../core/run.ts";

/** How a command ends, for scripts and jobs. Every command uses this table; `--help` prints it. */
export const exit = {
  ok: 0,
  bug: 1,
  usage: 2,
  refused: 3,
  halted: 4,
  paused: 5,
  unavailable: 6,
  failed: 7,
  altered: 8,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exit)[keyof typeof exit];

const meanings: readonly (readonly [ExitCode, string])[] = [
  [exit.ok, "done, or there was nothing to do"],
  [exit.bug, "a bug; ROLLING_PATCH_DEBUG=1 prints where"],
  [exit.usage, "wrong usage, input or file; nothing was touched"],
  [exit.refused, "there is no plan, or not the approved one; the reasons are named"],
  [exit.halted, "the roll is halted; the message says why and what to do"],
  [exit.paused, "the roll is paused or unfinished; `continue` or the next `pulumi up` goes on"],
  [exit.unavailable, "the platform does not answer, or another process holds the lease; try again later"],
  [exit.failed, "the platform or this machine refused or failed"],
  [exit.altered, "`verify`: the file is not as it was written; the line is named"],
  [exit.interrupted, "interrupted twice: ended without a safe point"],
];

/** The table for people. */
export function exitCodes(): string {
  return ["Exit codes:", ...meanings.map(([code, meaning]) => `${String(code).padStart(5)}  ${meaning}`)].join("\n");
}

export function exitOfError(kind: ErrorKind): ExitCode {
  switch (kind) {
    case "invalid":
      return exit.usage;
    case "unavailable":
    case "conflict":
      return exit.unavailable;
    case "denied":
    case "failed":
      return exit.failed;
    case "cancelled":
      return exit.interrupted;
  }
}

/** Undefined: the run has not ended. */
export function exitOfEnding(ending: Ending | undefined): ExitCode {
  switch (ending?.kind) {
    case "done":
      return exit.ok;
    case "halted":
      return exit.halted;
    default:
      return exit.paused;
  }
}
