import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { World, WorldEvent } from "./world.ts";
import { Table } from "./world-table.ts";

/** Fleet time = `epoch` + (wall clock − `since`) × `scale`, milliseconds. */
export interface FileClock {
  readonly epoch: number;
  readonly since: number;
  readonly scale: number;
}

/** Events kept, counted in serial numbers of the world. */
const EVENTS_KEPT = 50_000;

const TABLES = ["hosts", "workloads", "tasks", "faults"] as const;

const SCHEMA = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  ${TABLES.map((name) => `CREATE TABLE ${name} (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT;`).join("\n  ")}
  CREATE TABLE events (seq INTEGER PRIMARY KEY, row TEXT NOT NULL) STRICT;
`;

/** Lays a new world down in an empty database. */
export function begin(database: DatabaseSync, world: World, clock: FileClock): void {
  database.exec(`BEGIN; ${SCHEMA}`);
  database.prepare("INSERT INTO meta VALUES ('clock', ?)").run(JSON.stringify(clock));
  new FileRows(database).save(world);
  database.exec("COMMIT");
}

/** A world as rows of a database. The caller holds the transaction. */
export class FileRows {
  readonly #database: DatabaseSync;
  readonly #version: StatementSync;
  readonly #setMeta: StatementSync;
  readonly #addEvent: StatementSync;
  /** What the file holds, to write only what changed. */
  #meta = "";
  #record: World["record"];

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#version = database.prepare("PRAGMA data_version");
    this.#setMeta = database.prepare(
      "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
    this.#addEvent = database.prepare("INSERT INTO events VALUES (?, ?)");
  }

  /** Differs from before if another process has written since. */
  version(): unknown {
    return Object.values(this.#version.get() ?? {})[0];
  }

  clock(): FileClock {
    return JSON.parse(this.#read("clock") ?? "null");
  }

  load(): World {
    this.#meta = this.#read("world") ?? "null";
    const meta: WorldMeta = JSON.parse(this.#meta);
    this.#record = JSON.parse(this.#read("record") ?? "null") ?? undefined;
    return {
      ...meta,
      record: this.#record,
      hosts: this.#table("hosts"),
      workloads: this.#table("workloads"),
      tasks: this.#table("tasks"),
      faults: this.#table("faults"),
      events: [],
    };
  }

  /** Writes what has changed since it was loaded or saved. The time alone is no change: `settle` makes up for it. */
  save(world: World): void {
    const changed = TABLES.map((name) => this.#saveTable(name, world[name])).some((any) => any);
    const { facts, now, dice, serial, actors, flags, troubles } = world;
    const meta = JSON.stringify({
      facts,
      now,
      dice,
      serial,
      actors,
      flags,
      ...(troubles && { troubles }),
    } satisfies WorldMeta);
    const events = world.events.splice(0);
    if (changed || events.length > 0 || world.record !== this.#record || differs(meta, this.#meta)) {
      this.#setMeta.run("world", meta);
      this.#meta = meta;
    }
    if (world.record !== this.#record) {
      this.#setMeta.run("record", JSON.stringify(world.record));
      this.#record = world.record;
    }
    for (const event of events) this.#addEvent.run(event.seq, JSON.stringify(event));
    if (events.length > 0) this.#database.prepare("DELETE FROM events WHERE seq < ?").run(world.serial - EVENTS_KEPT);
  }

  events(most: number): WorldEvent[] {
    const rows = this.#database.prepare("SELECT row FROM events ORDER BY seq DESC LIMIT ?").all(most);
    return rows.map((row) => JSON.parse(String(row.row))).reverse();
  }

  #read(key: string): string | undefined {
    const value = this.#database.prepare("SELECT value FROM meta WHERE key = ?").get(key)?.value;
    return value === undefined ? undefined : String(value);
  }

  #table<Row extends { readonly id: string }>(name: (typeof TABLES)[number]): Table<Row> {
    const table = new Table<Row>();
    for (const { row } of this.#database.prepare(`SELECT row FROM ${name} ORDER BY rowid`).all()) {
      table.put(JSON.parse(String(row)));
    }
    table.changed.clear();
    return table;
  }

  #saveTable(name: (typeof TABLES)[number], table: Pick<Table<{ readonly id: string }>, "changed" | "get">): boolean {
    if (table.changed.size === 0) return false;
    const put = this.#database.prepare(
      `INSERT INTO ${name} VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET row = excluded.row`,
    );
    const remove = this.#database.prepare(`DELETE FROM ${name} WHERE id = ?`);
    for (const id of table.changed) {
      const row = table.get(id);
      if (row === undefined) remove.run(id);
      else put.run(id, JSON.stringify(row));
    }
    table.changed.clear();
    return true;
  }
}

/** The part of a world that is one small value. */
type WorldMeta = Pick<World, "facts" | "now" | "dice" | "serial" | "actors" | "flags" | "troubles">;

/** Whether two metas differ in more than the time. */
function differs(a: string, b: string): boolean {
  const timeless = (text: string) => text.replace(/"now":[\d.]+/, "");
  return timeless(a) !== timeless(b);
}
