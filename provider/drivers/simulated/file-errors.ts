import { RollError } from "../../core/errors.ts";

/** Primary result codes of SQLite, https://sqlite.org/rescode.html. */
const LOCKED = [5, 6];
const FULL = [13];
const UNWRITABLE = [3, 8, 14];
/** Only our own constant statements are run: one that does not fit the file (1) means that the file is damaged. */
const DAMAGED = [1, 11, 26];

const SYSTEM_UNWRITABLE = ["EACCES", "EPERM", "EROFS", "ENOTDIR", "EISDIR"];

/** What SQLite, JSON or the file system threw, as a RollError that names the file and what to do; bugs stay what they are. */
export function fleetFileError(file: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : -1;
  const system = "code" in error ? String(error.code) : "";
  if (LOCKED.includes(code)) return locked(file, error);
  if (FULL.includes(code) || system === "ENOSPC") return full(file, error);
  if (DAMAGED.includes(code) || error instanceof SyntaxError) return damaged(file, error.message, error);
  if (UNWRITABLE.includes(code) || SYSTEM_UNWRITABLE.includes(system)) return unwritable(file, error);
  if (code >= 0 || /^E(?!RR_)/.test(system)) return unusable(file, error);
  return error;
}

export function missing(file: string): RollError {
  return new RollError("invalid", `There is no fleet file ${file}.`, {
    hint:
      "If there was one, it was moved or lost: put it back, or correct target.file. " +
      `A new fleet is made by \`npx rolling-patch sim create --file ${file} --spec SPEC.json\`.`,
  });
}

export function removed(file: string): RollError {
  return new RollError("failed", `The fleet file ${file} was taken away while it was in use.`, {
    hint: "Put it back if it was moved, or create a fleet anew; the next `pulumi up` begins with what it finds there.",
  });
}

export function replaced(file: string): RollError {
  return new RollError("failed", `The fleet file ${file} was replaced by another one while it was in use.`, {
    hint: "The fleet that was worked on is gone; `pulumi preview` shows the new one.",
  });
}

export function damaged(file: string, detail: string, cause?: unknown): RollError {
  return new RollError("invalid", `The fleet file ${file} is damaged (${detail}).`, {
    hint: `Put a copy of it back, or move ${file}* away and create it anew.`,
    cause,
  });
}

export function newerFormat(file: string, found: number, known: number): RollError {
  return new RollError(
    "invalid",
    `The fleet file ${file} has format ${found}; this version knows formats up to ${known}.`,
    {
      hint: "Use the version of pulumi-rolling-patch that wrote it, or a newer one.",
    },
  );
}

export function notOurs(file: string): RollError {
  return new RollError("invalid", `${file} is not a fleet file.`, {
    hint: "Name a file that `rolling-patch sim create` made; this one was left as it is.",
  });
}

export function exists(file: string): RollError {
  return new RollError("invalid", `There is a fleet file ${file} already.`, {
    hint: "Name another file, or use --force: it forgets that fleet.",
  });
}

function locked(file: string, cause: unknown): RollError {
  return new RollError("unavailable", `The fleet file ${file} is locked by another process.`, {
    hint: "Wait for that process or end it; one that has died holds no lock.",
    cause,
  });
}

function full(file: string, cause: unknown): RollError {
  return new RollError("unavailable", `There is no space left on the disk for the fleet file ${file}.`, {
    hint: "Free some space; the fleet is as it was before.",
    cause,
  });
}

function unwritable(file: string, cause: unknown): RollError {
  return new RollError("invalid", `The fleet file ${file} cannot be opened for writing.`, {
    hint: "Make the file and its folder writable for this user: even a look needs a lock beside it.",
    cause,
  });
}

function unusable(file: string, cause: Error): RollError {
  return new RollError("unavailable", `The fleet file ${file} cannot be used (${cause.message}).`, {
    hint: "Look at the disk and at the path.",
    cause,
  });
}
