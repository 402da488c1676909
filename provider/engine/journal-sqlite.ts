import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { crc32 } from "node:zlib";
import { isRollError } from "../core/errors.ts";
import type { Slice } from "../core/impact/samples.ts";
import { corrupt, journalError } from "./journal-errors.ts";
import { merged, packed, unpacked } from "./journal-slices.ts";
import type { Journal, JournalEntry, StoredEntry } from "./ports.ts";

type Row = Record<string, SQLOutputValue>;

/** What is written to, and read from, an open journal file. */
export class SqliteJournal implements Journal {
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

/** All of it is written, or nothing. */
export function inTransaction(database: DatabaseSync, work: () => void): void {
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

/** Errors of SQLite as RollErrors that name the file. */
export function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw isRollError(error) ? error : journalError(file, error);
  }
}
