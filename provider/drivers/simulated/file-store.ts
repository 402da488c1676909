import { DatabaseSync } from "node:sqlite";
import { isRollError } from "../../core/errors.ts";
import { damaged, removed, replaced } from "./file-errors.ts";
import { guarded, identity, inspect } from "./file-format.ts";
import { type FileClock, FileRows } from "./file-rows.ts";
import type { Store } from "./store.ts";
import type { World } from "./world.ts";
import { settle } from "./world-settle.ts";

export interface FileStore extends Store {
  /** How fleet time follows from real time. */
  readonly clock: FileClock;
  /** The newest events, oldest first. */
  events(most: number): World["events"][number][];
}

export interface FileStoreOptions {
  /** How long to wait for another process that is writing, milliseconds. Default 5000. */
  readonly busy?: number;
}

/**
 * Opens a fleet file: one SQLite file that any number of processes share. A process that dies has changed nothing or
 * everything that a command changes.
 * @throws RollError that names the file: `unavailable` while another process keeps it locked, `invalid` when it is missing,
 * damaged, foreign, of a newer format or not writable. It is left as it was. Later, `failed` once it was taken away or replaced.
 */
export function openFleetFile(file: string, { busy = 5_000 }: FileStoreOptions = {}): FileStore {
  return guarded(file, () => {
    inspect(file);
    const opened = identity(file);
    const database = new DatabaseSync(file);
    try {
      database.exec(`PRAGMA busy_timeout = ${busy}; PRAGMA synchronous = NORMAL`);
      checkHealth(file, database);
      return new SqliteStore(file, database, opened);
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

class SqliteStore implements FileStore {
  readonly clock: FileClock;
  readonly #file: string;
  readonly #identity: string | undefined;
  readonly #database: DatabaseSync;
  readonly #rows: FileRows;
  #open = true;
  /** The world as of the newest look, which may be ahead of the file by what `settle` did: the file catches up by itself. */
  #world: World | undefined;
  #version: unknown;

  constructor(file: string, database: DatabaseSync, opened: string | undefined) {
    this.#file = file;
    this.#identity = opened;
    this.#database = database;
    this.#rows = new FileRows(database);
    this.clock = this.#rows.clock();
  }

  run<T>(clock: { now(): number }, command: (world: World) => T): T {
    return this.#transaction("BEGIN IMMEDIATE", () => {
      const world = this.#fresh(clock);
      let refused: unknown;
      try {
        const answer = command(world);
        this.#rows.save(world);
        return answer;
      } catch (error) {
        // An act that was refused has changed nothing but the log and the faults that it used up: these stay.
        if (!isRollError(error)) throw error;
        refused = error;
      }
      this.#rows.save(world);
      return new Refused(refused);
    });
  }

  look<T>(clock: { now(): number }, look: (world: World) => T): T {
    if (this.#world !== undefined && this.#version === this.#rows.version()) {
      this.#mustBeThere();
      settle(this.#world, clock.now());
      return look(this.#world);
    }
    return this.#transaction("BEGIN", () => look(this.#fresh(clock)));
  }

  events(most: number): World["events"][number][] {
    return guarded(this.#file, () => this.#rows.events(most));
  }

  close(): void {
    if (this.#open) this.#database.close();
    this.#open = false;
  }

  #fresh(clock: { now(): number }): World {
    const version = this.#rows.version();
    if (this.#world === undefined || this.#version !== version) {
      this.#world = this.#rows.load();
      this.#version = version;
    }
    settle(this.#world, clock.now());
    return this.#world;
  }

  /** A file that was taken away goes on without a name, and whatever is done to it is lost: nobody else sees it. */
  #mustBeThere(): void {
    const found = identity(this.#file);
    if (found === undefined) throw removed(this.#file);
    if (found !== this.#identity) throw replaced(this.#file);
  }

  #transaction<T>(how: "BEGIN" | "BEGIN IMMEDIATE", work: () => T | Refused): T {
    const outcome = guarded(this.#file, () => {
      this.#mustBeThere();
      this.#database.exec(how);
      try {
        const result = work();
        this.#database.exec("COMMIT");
        return result;
      } catch (error) {
        // What is in memory may be half done.
        this.#world = undefined;
        rollBack(this.#database);
        throw error;
      }
    });
    if (outcome instanceof Refused) throw outcome.error;
    return outcome;
  }
}

/** A refusal whose trace is saved before it is thrown. */
class Refused {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

/** Some errors have ended the transaction already; the one that matters is the first. */
function rollBack(database: DatabaseSync): void {
  try {
    database.exec("ROLLBACK");
  } catch {}
}

function checkHealth(file: string, database: DatabaseSync): void {
  const verdict = Object.values(database.prepare("PRAGMA quick_check(1)").get() ?? {})[0];
  if (verdict !== "ok") throw damaged(file, String(verdict));
}
