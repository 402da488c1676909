import { closeSync, existsSync, openSync, readFileSync, readSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isRollError } from "../../core/errors.ts";
import { makeFolder } from "../../engine/folders.ts";
import { exists, fleetFileError, missing, newerFormat, notOurs } from "./file-errors.ts";
import { begin, type FileClock } from "./file-rows.ts";
import type { World } from "./world.ts";

/** Rises when an older version of the package could misread the file. */
const FORMAT = 1;
/** "RPfl": tells our files from other programs' databases. */
const APPLICATION = 0x5250666c;
const SQLITE_HEADER = "SQLite format 3\0";

/**
 * Makes a fleet file that holds this world. An existing one is replaced only by `force`, and only if it is a database.
 * The file appears all at once.
 */
export function writeFleetFile(file: string, world: World, clock: FileClock, force: boolean): void {
  guarded(file, () => {
    if (existsSync(file)) {
      if (!force) throw exists(file);
      const header = statSync(file).isFile()
        ? readFileSync(file).subarray(0, SQLITE_HEADER.length).toString("latin1")
        : "?";
      if (header !== "" && header !== SQLITE_HEADER) throw notOurs(file);
    }
    makeFolder(dirname(file));
    const draft = `${file}.${process.pid}.new`;
    rmSync(draft, { force: true });
    const database = new DatabaseSync(draft);
    try {
      database.exec("PRAGMA journal_mode = WAL");
      begin(database, world, clock);
      database.exec(`PRAGMA application_id = ${APPLICATION}; PRAGMA user_version = ${FORMAT}`);
    } finally {
      database.close();
    }
    for (const old of [file, `${file}-wal`, `${file}-shm`]) rmSync(old, { force: true });
    renameSync(draft, file);
  });
}

/** Reads the head of the file before SQLite opens it, which leaves files beside it. See https://sqlite.org/fileformat.html. */
export function inspect(file: string): void {
  if (!existsSync(file)) throw missing(file);
  const head = Buffer.alloc(100);
  const descriptor = openSync(file, "r");
  try {
    if (readSync(descriptor, head) < head.length || head.toString("latin1", 0, 16) !== SQLITE_HEADER)
      throw notOurs(file);
  } finally {
    closeSync(descriptor);
  }
  if (head.readUInt32BE(68) !== APPLICATION) throw notOurs(file);
  const format = head.readUInt32BE(60);
  if (format > FORMAT) throw newerFormat(file, format, FORMAT);
}

/** Tells the file from any other that may take its place under the same name; undefined when there is none. */
export function identity(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev} ${found.ino}`;
}

/** Lets nothing out but RollErrors that name the file, and bugs. */
export function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw isRollError(error) ? error : fleetFileError(file, error);
  }
}
