import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { RollError } from "../../core/errors.ts";
import { exported, verified } from "../../lifecycle/report/chain.ts";
import { type ExitCode, exit } from "../exit.ts";
import { writeText } from "../files.ts";
import { findRun, withJournal } from "../journal.ts";
import type { CliWorld } from "../world.ts";

export interface ExportOptions {
  /** Absent: the standard output. */
  readonly out?: string;
}

/** The journal of a run as hash-chained JSON lines. */
export function exportRun(world: CliWorld, asked: string | undefined, { out }: ExportOptions): ExitCode {
  const { run, lines, head } = withJournal(world, (journal) => {
    const found = findRun(journal, asked);
    return { run: found, ...exported(found, journal.entries(found)) };
  });
  if (out === undefined) for (const line of lines) world.out(line);
  else writeText(world.cwd, out, `${lines.join("\n")}\n`);
  world.err(`run ${run}: ${lines.length - 2} entries, head ${head}`);
  return exit.ok;
}

export interface VerifyOptions {
  /** The head that somebody has kept apart. */
  readonly head?: string;
}

/** Whether an exported journal is as it was written. */
export function verify(world: CliWorld, path: string, { head }: VerifyOptions): ExitCode {
  const result = verified(bytesOf(world.cwd, path));
  if (result.kind === "altered") {
    world.err(`rolling-patch: ${path} is not as it was written. Line ${result.line}: ${result.why}.`);
    return exit.altered;
  }
  if (head !== undefined && head !== result.head) {
    world.err(`rolling-patch: ${path} is whole, but its head is ${result.head} and not ${head}: it is another export.`);
    return exit.altered;
  }
  world.out(`${path} is whole: run ${result.run}, ${result.entries} entries, head ${result.head}`);
  return exit.ok;
}

function bytesOf(cwd: string, path: string): Uint8Array {
  try {
    return readFileSync(resolve(cwd, path));
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new RollError("invalid", `The file ${path} cannot be read (${code}).`, { hint: `Paths start at ${cwd}.` });
  }
}
