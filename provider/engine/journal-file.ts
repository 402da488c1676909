import { chmodSync, closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { wallTime } from "./clock.ts";
import { makeFolder } from "./folders.ts";
import { corrupt, newerFormat, notAJournal } from "./journal-errors.ts";
import { guarded, inTransaction, SqliteJournal } from "./journal-sqlite.ts";
import type { Journal } from "./ports.ts";

/** Name of the file inside the journal's directory. */
export const JOURNAL_FILE = "journal.db";

/** Rises when an older version of the package could misread the file. */
const FORMAT = 1;
/** "RPjl": tells our files from other programs' databases. */
const APPLICATION = 0x52506a6c;

/** Journals of versions that measured nothing have no such table: it is added when one is opened, and older versions pass it over. */
const SLICES =
  "CREATE TABLE IF NOT EXISTS slice (run TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (run, at)) STRICT, WITHOUT ROWID;";

/**
 * No index, which damage could make lose an entry unseen; instead a trigger counts each run's entries a second time.
 */
const SCHEMA = `
  CREATE TABLE entry (seq INTEGER PRIMARY KEY, run TEXT NOT NULL, body TEXT NOT NULL, sum INTEGER NOT NULL) STRICT;
  CREATE TABLE run (run TEXT PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, entries INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TRIGGER counted AFTER INSERT ON entry BEGIN
    INSERT INTO run VALUES (new.run, new.seq, new.seq, 1)
      ON CONFLICT (run) DO UPDATE SET last = new.seq, entries = entries + 1;
  END;
  CREATE TABLE memory (run TEXT PRIMARY KEY, data TEXT NOT NULL, sum INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  ${SLICES}
  PRAGMA application_id = ${APPLICATION};
  PRAGMA user_version = ${FORMAT};
`;

export interface JournalOptions {
  /** Wall clock of new entries, ISO 8601. Default: the machine's. */
  readonly wall?: () => string;
  /** How long to wait for another process that is writing, milliseconds. Default 5000. */
  readonly busy?: number;
}

/** Whether a journal was ever begun in this directory; reading commands ask before they would create one. */
export function journalExists(dir: string): boolean {
  return existsSync(join(dir, JOURNAL_FILE));
}

/**
 * Opens or begins the journal of a directory (created when missing): one SQLite file that only its owner can read. An entry is on the disk when `append` returns.
 * Every record carries a checksum: a damaged file is refused, when it is opened or when the record is read, and never
 * answers with a wrong record. Throws RollErrors that name the file: `unavailable` while another process keeps it
 * locked, else `failed`; the file is left as it was.
 */
export function openJournal(dir: string, options: JournalOptions = {}): Journal {
  const { wall = wallTime, busy = 5_000 } = options;
  const file = join(dir, JOURNAL_FILE);
  return guarded(file, () => {
    makeFolder(dir, 0o700);
    if (existsSync(file)) inspect(file, busy);
    else closeSync(openSync(file, "a", 0o600));
    return connect(file, busy, wall);
  });
}

/** Looks before anything is written: refuses what is not ours, newer than ours, or damaged. */
function inspect(file: string, busy: number): void {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    database.exec(`PRAGMA busy_timeout = ${busy}`);
    const pragma = (name: string): SQLOutputValue =>
      Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0;
    const format = pragma("user_version");
    if (pragma("application_id") !== APPLICATION) {
      // A process that died right after creating the file leaves it empty: begin anew.
      if (database.prepare("SELECT 1 FROM sqlite_schema").get() !== undefined || format !== 0) throw notAJournal(file);
      return;
    }
    if (Number(format) > FORMAT) throw newerFormat(file, Number(format), FORMAT);
    const verdict = pragma("quick_check(1)");
    if (verdict !== "ok") throw corrupt(file, String(verdict));
    const { entries, last } = database.prepare("SELECT count(*) AS entries, max(seq) AS last FROM entry").get() ?? {};
    if (entries !== (last ?? 0)) throw corrupt(file, "entries are missing");
  } finally {
    database.close();
  }
}

function connect(file: string, busy: number, wall: () => string): Journal {
  const database = new DatabaseSync(file);
  try {
    database.exec(`PRAGMA busy_timeout = ${busy}`);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    begin(database);
    chmodSync(file, 0o600);
    return new SqliteJournal(file, database, wall);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Two processes may begin the same file at once: the second finds it begun. */
function begin(database: DatabaseSync): void {
  inTransaction(database, () => {
    const begun = database.prepare("SELECT 1 FROM sqlite_schema").get() !== undefined;
    database.exec(begun ? SLICES : SCHEMA);
  });
}
