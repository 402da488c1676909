import { chmodSync, closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { crc32 } from "node:zlib";
import { isRollError } from "../core/errors.ts";
import type { Slice } from "../core/impact/samples.ts";
import { wallTime } from "./clock.ts";
import { makeFolder } from "./folders.ts";
import { corrupt, journalError, newerFormat, notAJournal } from "./journal-errors.ts";
import { merged, packed, unpacked } from "./journal-slices.ts";
import type { Journal, JournalEntry, StoredEntry } from "./ports.ts";

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

type Row = Record<string, SQLOutputValue>;

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

class SqliteJournal implements Journal {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #wall: () => string;
  readonly #insert;
  readonly #upsert;
  #open = true;

  constructor(file: string, database: DatabaseSync, wall: () => string) {
    this.#file = file;
    this.#database = database;
    this.#wall = wall;
    this.#insert = database.prepare("INSERT INTO entry (run, body, sum) VALUES (?, ?, ?)");
    this.#upsert = database.prepare(
      "INSERT INTO memory (run, data, sum) VALUES (?, ?, ?) ON CONFLICT (run) DO UPDATE SET data = excluded.data, sum = excluded.sum",
    );
  }

  append({ run, at, kind, host, data }: JournalEntry): void {
    // As JSON, which escapes what SQLite or an old Node.js would cut off or replace in a text.
    const body = JSON.stringify({ at, wall: this.#wall(), kind, host, data: data ?? null });
    guarded(this.#file, () => this.#insert.run(run, body, checksum(run, body)));
  }

  remember(memory: Parameters<Journal["remember"]>[0]): void {
    const data = JSON.stringify(memory);
    guarded(this.#file, () => this.#upsert.run(memory.id, data, checksum(memory.id, data)));
  }

  runs(): ReturnType<Journal["runs"]> {
    const counted = this.#all("SELECT run, first, last, entries FROM run ORDER BY run");
    const found = this.#all(
      "SELECT run, min(seq) AS first, max(seq) AS last, count(*) AS entries FROM entry GROUP BY run ORDER BY run",
    );
    if (JSON.stringify(counted) !== JSON.stringify(found)) throw corrupt(this.#file, "entries are missing");
    const wall = (seq: SQLOutputValue | undefined): string => {
      const [row] = this.#all("SELECT * FROM entry WHERE seq = ?", Number(seq));
      if (row === undefined) throw corrupt(this.#file, `entry ${seq} is missing`);
      return this.#entry(row).wall;
    };
    return found
      .sort((a, b) => Number(b.last) - Number(a.last))
      .map((row) => ({ run: text(row.run), from: wall(row.first), to: wall(row.last), entries: Number(row.entries) }));
  }

  entries(run: string): StoredEntry[] {
    const entries = this.#all("SELECT * FROM entry WHERE run = ? ORDER BY seq", run).map((row) => this.#entry(row));
    const [counted] = this.#all("SELECT entries FROM run WHERE run = ?", run);
    if (entries.length !== (counted?.entries ?? 0)) throw corrupt(this.#file, `entries of run ${run} are missing`);
    return entries;
  }

  memory(run: string): ReturnType<Journal["memory"]> {
    const found = this.#all("SELECT * FROM memory WHERE run = ?", run);
    // None may mean that damage has changed its key: then one of the others does not match its checksum.
    for (const row of found.length > 0 ? found : this.#all("SELECT * FROM memory")) {
      if (row.sum !== checksum(row.run, row.data)) throw corrupt(this.#file, `the memory of run ${row.run} is damaged`);
    }
    return found[0] === undefined ? undefined : JSON.parse(text(found[0].data));
  }

  keepSlices(run: string, slices: readonly Slice[]): void {
    if (slices.length === 0) return;
    const find = "SELECT * FROM slice WHERE run = ? AND at = ?";
    const put =
      "INSERT INTO slice VALUES (?, ?, ?, ?) ON CONFLICT (run, at) DO UPDATE SET body = excluded.body, sum = excluded.sum";
    guarded(this.#file, () =>
      inTransaction(this.#database, () => {
        for (const [at, fresh] of packed(slices)) {
          const [before] = this.#all(find, run, at);
          const body = before === undefined ? fresh : merged(at, this.#measured(before), fresh);
          this.#database.prepare(put).run(run, at, body, checksum(run, at, body));
        }
      }),
    );
  }

  slices(run: string): Slice[] {
    const rows = this.#all("SELECT * FROM slice WHERE run = ? ORDER BY at", run);
    return rows.flatMap((row) => unpacked(Number(row.at), this.#measured(row)));
  }

  close(): void {
    if (this.#open) this.#database.close();
    this.#open = false;
  }

  #all(sql: string, ...parameters: (string | number)[]): Row[] {
    return guarded(this.#file, () => this.#database.prepare(sql).all(...parameters));
  }

  #measured({ run, at, body, sum }: Row): string {
    if (sum !== checksum(run, at, body)) throw corrupt(this.#file, `what run ${run} measured is damaged`);
    return text(body);
  }

  #entry({ seq, run, body, sum }: Row): StoredEntry {
    if (sum !== checksum(run, body)) throw corrupt(this.#file, `entry ${seq} is damaged`);
    return { seq: Number(seq), run: text(run), ...JSON.parse(text(body)) };
  }
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

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    work();
    database.exec("COMMIT");
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** Some errors have ended the transaction already; the one that matters is the first. */
function rollBack(database: DatabaseSync): void {
  try {
    database.exec("ROLLBACK");
  } catch {}
}

function checksum(...fields: readonly (SQLOutputValue | undefined)[]): number {
  return crc32(JSON.stringify(fields.map((field) => (typeof field === "bigint" ? String(field) : field))));
}

function text(value: SQLOutputValue | undefined): string {
  return String(value);
}

function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw isRollError(error) ? error : journalError(file, error);
  }
}
