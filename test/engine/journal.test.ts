import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { Slice } from "../../provider/core/impact/samples.ts";
import type { RunMemory } from "../../provider/core/run.ts";
import { journalExists, memoryJournal, openJournal } from "../../provider/engine/journal.ts";
import type { Journal, JournalEntry } from "../../provider/engine/ports.ts";

const root = mkdtempSync(join(tmpdir(), "rp-journal-"));
afterAll(() => rmSync(root, { recursive: true }));
let directories = 0;
const directory = (): string => join(root, `project-${directories++}`, ".rolling-patch");

const wall = (): string => "2026-03-01T10:00:00.000Z";
const memory = (id: string, done: string[]): RunMemory => ({
  id,
  owner: "shop/prod/roll",
  baseline: "version=8.0.3",
  startedAt: wall(),
  canaryPassed: true,
  canaries: ["h1"],
  hosts: { h2: { homes: ["vm1"], stopped: [], tries: { verify: 1 }, passed: ["stage"] } },
  convicted: [],
  done,
});

const slice = (workload: string, at: number, samples: (number | null)[]): Slice => ({
  probe: "shop",
  workload,
  host: "h1",
  at,
  samples,
});

describe.each<[string, () => Journal]>([
  ["on disk", () => openJournal(directory(), { wall })],
  ["in memory", () => memoryJournal(wall)],
])("a journal %s", (_, open) => {
  test("gives back what was appended, in order, run by run", () => {
    const journal = open();
    journal.append({ run: "r1", at: 1_000, kind: "intent", host: "h1", data: { act: "cordon" } });
    journal.append({ run: "r2", at: 1_500.5, kind: "start", data: null });
    journal.append({ run: "r1", at: 2_000, kind: "result", host: "h1", data: ["ok", 1, { a: "ü" }] });
    expect(journal.entries("r1")).toEqual([
      { seq: 1, run: "r1", at: 1_000, wall: wall(), kind: "intent", host: "h1", data: { act: "cordon" } },
      { seq: 3, run: "r1", at: 2_000, wall: wall(), kind: "result", host: "h1", data: ["ok", 1, { a: "ü" }] },
    ]);
    expect(journal.entries("r2")).toEqual([
      { seq: 2, run: "r2", at: 1_500.5, wall: wall(), kind: "start", data: null },
    ]);
    expect(journal.entries("none")).toEqual([]);
    journal.close();
  });

  test("lists runs, the one with the newest entry first", () => {
    const journal = open();
    expect(journal.runs()).toEqual([]);
    for (const run of ["r1", "r2", "r1"]) journal.append({ run, at: 0, kind: "note", data: 1 });
    expect(journal.runs()).toEqual([
      { run: "r1", from: wall(), to: wall(), entries: 2 },
      { run: "r2", from: wall(), to: wall(), entries: 1 },
    ]);
    journal.close();
  });

  test("remembers the newest state of each run", () => {
    const journal = open();
    expect(journal.memory("r1")).toBeUndefined();
    journal.remember(memory("r1", []));
    journal.remember(memory("r1", ["h1"]));
    journal.remember(memory("r2", ["h9"]));
    expect(journal.memory("r1")).toEqual(memory("r1", ["h1"]));
    expect(journal.memory("r2")).toEqual(memory("r2", ["h9"]));
    journal.close();
  });

  test("keeps what was measured, oldest first; a slice that comes twice counts once", () => {
    const journal = open();
    expect(journal.slices("r1")).toEqual([]);
    journal.keepSlices("r1", []);
    journal.keepSlices("r1", [slice("b", 5_000, [1.25, null]), slice("a", 5_000, []), slice("a", 10_000, [3])]);
    journal.keepSlices("r2", [slice("a", 5_000, [9])]);
    journal.keepSlices("r1", [slice("a", 0, [2]), slice("b", 5_000, [1.5])]);
    expect(journal.slices("r1")).toEqual([
      slice("a", 0, [2]),
      slice("b", 5_000, [1.5]),
      slice("a", 5_000, []),
      slice("a", 10_000, [3]),
    ]);
    expect(journal.slices("r2")).toEqual([slice("a", 5_000, [9])]);
    journal.close();
  });

  test("any JSON comes back as it went in", () => {
    const journal = open();
    let runs = 0;
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.string({ unit: "binary" }),
        fc.option(fc.string(), { nil: undefined }),
        (data, kind, host) => {
          const run = `run-${runs++}`;
          const entry: JournalEntry = { run, at: runs, kind, host, data };
          journal.append(entry);
          expect(journal.entries(run).map(({ seq: _seq, wall: _wall, ...rest }) => rest)).toEqual([
            JSON.parse(JSON.stringify(entry)),
          ]);
        },
      ),
      { numRuns: 100 },
    );
    journal.close();
  });
});

describe("the file", () => {
  test("outlives the process that wrote it, and takes up its numbering", () => {
    const dir = directory();
    expect(journalExists(dir)).toBe(false);
    for (const number of [1, 2, 3]) {
      const journal = openJournal(dir);
      journal.append({ run: "r1", at: number, kind: "note", data: number });
      journal.remember(memory("r1", [`h${number}`]));
      journal.close();
    }
    const journal = openJournal(dir);
    expect(journal.entries("r1").map(({ seq, data }) => [seq, data])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(journal.memory("r1")?.done).toEqual(["h3"]);
    journal.close();
    expect(journalExists(dir)).toBe(true);
  });

  test("can be read by its owner only, whatever the umask", () => {
    const before = process.umask(0);
    try {
      const dir = directory();
      const journal = openJournal(dir);
      journal.append({ run: "r1", at: 1, kind: "note", data: 1 });
      for (const name of ["journal.db", "journal.db-wal", "journal.db-shm"]) {
        expect([name, (statSync(join(dir, name)).mode & 0o777).toString(8)]).toEqual([name, "600"]);
      }
      expect(statSync(dir).mode & 0o077).toBe(0);
      journal.close();
    } finally {
      process.umask(before);
    }
  });

  test("two processes may write it at the same time", () => {
    const dir = directory();
    const [one, two] = [openJournal(dir), openJournal(dir)];
    for (let i = 0; i < 20; i++) {
      one.append({ run: "one", at: i, kind: "note", data: i });
      two.append({ run: "two", at: i, kind: "note", data: i });
    }
    expect(one.entries("two")).toHaveLength(20);
    expect(two.entries("one").map((entry) => entry.seq)).toEqual(Array.from({ length: 20 }, (_, i) => 2 * i + 1));
    one.close();
    two.close();
  });

  test("closing twice is harmless", () => {
    const journal = openJournal(directory());
    journal.close();
    expect(() => journal.close()).not.toThrow();
  });
});
