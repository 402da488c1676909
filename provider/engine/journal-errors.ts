import { dirname } from "node:path";
import { RollError } from "../core/errors.ts";

/** Primary result codes of SQLite, https://sqlite.org/rescode.html. */
const FULL = 13;
const IO = 10;
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CANTOPEN = 14;
const PERM = 3;
/** Only our own constant statements are run: one that does not fit the file means that the file is damaged. */
const ERROR = 1;
const CORRUPT = 11;
const NOTADB = 26;

/** `ENOENT`: where the kernel lets nobody make a directory, in `/proc`. */
const UNWRITABLE = ["EACCES", "EPERM", "EROFS", "ENOENT"];

/** What SQLite or the file system threw, as a RollError that names the file and what to do; bugs stay what they are. */
export function journalError(file: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
  const system = "code" in error ? String(error.code) : "";
  if (code === BUSY || code === LOCKED) return locked(file, error);
  if (code === FULL || system === "ENOSPC" || system === "EDQUOT") return full(file, error);
  if (code === ERROR || code === CORRUPT || code === NOTADB) return corrupt(file, error.message, error);
  if (code === READONLY || code === CANTOPEN || code === PERM || UNWRITABLE.includes(system)) {
    return unwritable(file, error);
  }
  if (code === IO || ["EIO", "ENOTDIR", "EISDIR", "EEXIST"].includes(system)) return broken(file, error);
  return error;
}

export function corrupt(file: string, detail: string, cause?: unknown): RollError {
  return new RollError("failed", `The journal ${file} is damaged (${detail}).`, {
    hint: `To go on, ${moveAway(file)}`,
    cause,
  });
}

export function newerFormat(file: string, found: number, known: number): RollError {
  return new RollError(
    "failed",
    `The journal ${file} has format ${found}; this version of rolling-patch knows formats up to ${known}.`,
    { hint: `Use the version that wrote it or a newer one. Or ${moveAway(file)}` },
  );
}

export function notAJournal(file: string): RollError {
  return new RollError("failed", `${file} is a database of another program, not a journal of rolling-patch.`, {
    hint: "Set ROLLING_PATCH_DIR to another directory, or move that file away.",
  });
}

function locked(file: string, cause: unknown): RollError {
  return new RollError("unavailable", `The journal ${file} is locked by another process.`, {
    hint: "Wait for that process or end it; a process that has died holds no lock.",
    cause,
  });
}

function full(file: string, cause: unknown): RollError {
  return new RollError("failed", `There is no space left on the disk for the journal ${file}.`, {
    hint: "Free some space, or set ROLLING_PATCH_DIR to a directory on another disk; what was written so far is safe.",
    cause,
  });
}

function unwritable(file: string, cause: unknown): RollError {
  return new RollError("failed", `The journal ${file} cannot be opened for writing.`, {
    hint: `Make ${dirname(file)} writable for this user, or set ROLLING_PATCH_DIR to a directory that is.`,
    cause,
  });
}

function broken(file: string, cause: Error): RollError {
  return new RollError("failed", `The journal ${file} cannot be used (${cause.message}).`, {
    hint: "Check the disk (it may be full), or set ROLLING_PATCH_DIR to a directory on another one.",
    cause,
  });
}

function moveAway(file: string): string {
  return `move ${file}* away: losing the journal loses detail of past runs only, never safety or policy.`;
}
