import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRollError, type RollError } from "../../provider/core/errors.ts";
import { openJournal } from "../../provider/engine/journal.ts";
import type { Journal, StoredEntry } from "../../provider/engine/ports.ts";

const root = mkdtempSync(join(tmpdir(), "rp-journal-trouble-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let directories = 0;
const directory = (): string => {
  const dir = join(root, String(directories++));
  mkdirSync(dir);
  return dir;
};

/** The error that opening (and what follows) throws. */
function failure(work: () => unknown): RollError {
  try {
    work();
  } catch (error) {
    if (isRollError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

function write(dir: string, entries: number): void {
  const journal = openJournal(dir, { wall: () => "2026-03-01T10:00:00.000Z" });
  for (let i = 1; i <= entries; i++) {
    journal.append({
      run: `r${i % 3}`,
      at: i,
      kind: "intent",
      host: `host-${i}`,
      data: { number: i, text: "x".repeat(i % 90) },
    });
  }
  journal.remember({
    id: "r1",
    owner: "o",
    baseline: "b",
    startedAt: "",
    canaryPassed: true,
    canaries: [],
    hosts: {},
    convicted: [],
    done: ["h1"],
  });
  journal.close();
}

const bytesOf = (dir: string): string =>
  readdirSync(dir)
    .map((name) => name + readFileSync(join(dir, name)).toString("base64"))
    .join();

test("a journal of a version that measured nothing is opened, and keeps slices from then on", () => {
  const dir = directory();
  write(dir, 3);
  const database = new DatabaseSync(join(dir, "journal.db"));
  database.exec("DROP TABLE slice");
  database.close();
  const slice = { probe: "shop", workload: "vm1", host: "h1", at: 5_000, samples: [1, null] };
  const journal = openJournal(dir);
  expect(journal.slices("r1")).toEqual([]);
  journal.keepSlices("r1", [slice]);
  journal.close();
  const again = openJournal(dir);
  expect(again.slices("r1")).toEqual([slice]);
  expect(again.entries("r1")).toHaveLength(1);
  again.close();
});

test("what was measured is never told wrong", () => {
  const dir = directory();
  const journal = openJournal(dir);
  journal.keepSlices("r1", [{ probe: "shop", workload: "vm1", host: "h1", at: 5_000, samples: [12.5] }]);
  const database = new DatabaseSync(join(dir, "journal.db"));
  database.exec("UPDATE slice SET body = replace(body, '12.5', '99.5')");
  database.close();
  expect(failure(() => journal.slices("r1")).message).toMatch(/damaged \(what run r1 measured is damaged\)/);
  journal.close();
});

describe("a file that is not what it should be is refused, untouched", () => {
  test.each<[string, (file: string) => void, RegExp]>([
    [
      "text",
      (file) => writeFileSync(file, "not a database at all ".repeat(50)),
      /is damaged \(file is not a database\)/,
    ],
    [
      "another program's database",
      (file) => new DatabaseSync(file).exec("CREATE TABLE t (a)"),
      /database of another program/,
    ],
    [
      "a newer format",
      (file) =>
        new DatabaseSync(file).exec("PRAGMA application_id = 1381001836; PRAGMA user_version = 2; CREATE TABLE t (a)"),
      /has format 2; .* up to 1/,
    ],
    ["a directory", (file) => mkdirSync(file), /cannot be (used|opened)/],
  ])("%s", (_, make, message) => {
    const dir = directory();
    const file = join(dir, "journal.db");
    make(file);
    const before = existsSync(file) && readdirSync(dir).length === 1 ? readdirSync(dir).join() : "";
    const content = before === "" ? "" : tryRead(file);
    const error = failure(() => openJournal(dir));
    expect(error.message).toMatch(message);
    expect(error.message).toContain(file);
    expect(error.hint).toBeTruthy();
    expect(tryRead(file)).toBe(content);
  });

  test("the hint of a damaged file says that it may be moved away", () => {
    const dir = directory();
    writeFileSync(join(dir, "journal.db"), "rubbish".repeat(400));
    expect(failure(() => openJournal(dir))).toMatchObject({
      kind: "failed",
      hint: expect.stringContaining(
        `move ${join(dir, "journal.db")}* away: losing the journal loses detail of past runs only`,
      ),
    });
  });

  test("an empty file, as a process leaves it that dies at once, is begun anew", () => {
    const dir = directory();
    writeFileSync(join(dir, "journal.db"), "");
    write(dir, 3);
    expect(openJournal(dir).entries("r1")).toHaveLength(1);
  });
});

describe("flipped bytes and cut files", () => {
  let pristine: string;
  let truth: Map<string, readonly StoredEntry[]>;
  let summary: ReturnType<Journal["runs"]>;
  const runs = ["r0", "r1", "r2"];

  beforeAll(() => {
    pristine = directory();
    write(pristine, 120);
    const journal = openJournal(pristine);
    truth = new Map(runs.map((run) => [run, journal.entries(run)]));
    summary = journal.runs();
    journal.close();
  });

  /** Opens a damaged copy and reads everything. "whole", or why it was refused; a wrong answer fails the test. */
  function outcome(damage: (bytes: Buffer) => Buffer): string {
    const dir = directory();
    writeFileSync(join(dir, "journal.db"), damage(readFileSync(join(pristine, "journal.db"))));
    let journal: Journal | undefined;
    try {
      journal = openJournal(dir);
      expect(journal.runs()).toEqual(summary);
      for (const run of runs) expect(journal.entries(run)).toEqual(truth.get(run));
      expect(journal.memory("r1")?.done).toEqual(["h1"]);
      return "whole";
    } catch (error) {
      if (!isRollError(error)) throw error;
      expect(error.message).toContain(join(dir, "journal.db"));
      expect(error.hint).toBeTruthy();
      return error.kind;
    } finally {
      journal?.close();
      rmSync(dir, { recursive: true });
    }
  }

  test("a byte flipped at any of 1000 offsets: whole, or refused with the file's name; never a wrong record", () => {
    const size = readFileSync(join(pristine, "journal.db")).length;
    const seen = new Map<string, number>();
    for (let i = 0; i < 1_000; i++) {
      // 7919 is prime to the size's factors: offsets spread evenly, the header's first bytes included.
      const offset = i < 100 ? i : (i * 7919) % size;
      const result = outcome((bytes) => {
        bytes[offset] = (bytes[offset] ?? 0) ^ (1 << (i % 8));
        return bytes;
      });
      seen.set(result, (seen.get(result) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).toEqual(["failed", "whole"]);
    expect(seen.get("failed")).toBeGreaterThan(100);
  });

  test("a file cut at any of 60 lengths is refused, unless nothing is left of it", () => {
    const size = readFileSync(join(pristine, "journal.db")).length;
    for (let i = 1; i <= 60; i++) {
      const length = Math.floor((size * i) / 61);
      expect([length, outcome((bytes) => bytes.subarray(0, length))]).toEqual([length, "failed"]);
    }
  });

  test("a torn write-ahead log loses the torn end only", () => {
    const dir = directory();
    const journal = openJournal(dir);
    for (let i = 1; i <= 40; i++) journal.append({ run: "r", at: i, kind: "note", data: i });
    const wal = readFileSync(join(dir, "journal.db-wal"));
    for (const length of [0, 33, Math.floor(wal.length / 2), wal.length - 10]) {
      const copy = directory();
      copyFileSync(join(dir, "journal.db"), join(copy, "journal.db"));
      writeFileSync(join(copy, "journal.db-wal"), wal.subarray(0, length));
      const survivor = openJournal(copy);
      const numbers = survivor.entries("r").map((entry) => entry.data);
      expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i + 1));
      survivor.append({ run: "r", at: 99, kind: "note", data: "goes on" });
      survivor.close();
    }
    journal.close();
  });
});

describe("a disk that does not take it", () => {
  test("full: the entry is refused with the file's name, what was written stays readable", () => {
    const dir = directory();
    const tmpfs = spawnSync("mount", ["-t", "tmpfs", "-o", "size=512k", "none", dir], { stdio: "ignore" }).status === 0;
    if (!tmpfs) console.warn("SKIPPED: a full disk needs the right to mount a tmpfs");
    if (!tmpfs) return;
    try {
      const journal = openJournal(join(dir, "sub"));
      const fill = (): void => {
        for (let i = 0; i < 10_000; i++) journal.append({ run: "r", at: i, kind: "note", data: "x".repeat(1_000) });
      };
      expect(failure(fill)).toMatchObject({
        kind: "failed",
        message: `There is no space left on the disk for the journal ${join(dir, "sub", "journal.db")}.`,
        hint: expect.stringContaining("ROLLING_PATCH_DIR"),
      });
      const written = journal.entries("r").length;
      expect(written).toBeGreaterThan(10);
      journal.close();
      const again = openJournal(join(dir, "sub"));
      expect(again.entries("r")).toHaveLength(written);
      again.close();
    } finally {
      spawnSync("umount", [dir]);
    }
  });

  test("full from the start: refused with the file's name", () => {
    const dir = directory();
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=16k", "none", dir], { stdio: "ignore" }).status !== 0) {
      console.warn("SKIPPED: a full disk needs the right to mount a tmpfs");
      return;
    }
    try {
      const error = failure(() => openJournal(dir));
      expect(error.message).toContain(join(dir, "journal.db"));
      expect(error.advice).toMatch(/no space left on the disk|it may be full/);
    } finally {
      spawnSync("umount", [dir]);
    }
  });

  test("read-only: refused with the file's name", () => {
    const dir = directory();
    write(dir, 3);
    const before = bytesOf(dir);
    const blocked = readOnly(dir);
    if (blocked === undefined) {
      console.warn("SKIPPED: root may write everywhere, and a read-only mount was not allowed");
      return;
    }
    try {
      const error = failure(() => openJournal(dir));
      expect(error.message).toBe(`The journal ${join(dir, "journal.db")} cannot be opened for writing.`);
      expect(error.hint).toContain(dir);
      expect(failure(() => openJournal(join(dir, "deeper"))).message).toContain("cannot be opened for writing");
      expect(bytesOf(dir)).toBe(before);
    } finally {
      blocked();
    }
  });

  test.runIf(existsSync("/proc/self"))("a directory that cannot be made: refused with the file's name, at once", () => {
    expect(failure(() => openJournal("/proc/nowhere/below"))).toMatchObject({
      kind: "failed",
      message: "The journal /proc/nowhere/below/journal.db cannot be opened for writing.",
      hint: expect.stringContaining("ROLLING_PATCH_DIR"),
    });
  });

  test("a file where the directory should be", () => {
    const file = join(directory(), "project");
    writeFileSync(file, "");
    expect(failure(() => openJournal(join(file, ".rolling-patch")))).toMatchObject({ kind: "failed" });
  });

  test("locked by another process: unavailable, names the file, nothing is lost", () => {
    const dir = directory();
    const journal = openJournal(dir, { busy: 10 });
    const other = new DatabaseSync(join(dir, "journal.db"));
    other.exec("BEGIN IMMEDIATE");
    const append = (): void => journal.append({ run: "r", at: 1, kind: "note", data: 1 });
    expect(failure(append)).toMatchObject({
      kind: "unavailable",
      message: `The journal ${join(dir, "journal.db")} is locked by another process.`,
    });
    other.exec("ROLLBACK");
    append();
    expect(journal.entries("r")).toHaveLength(1);
    other.close();
    journal.close();
  });
});

test("kill -9 of a writer at any moment: every acknowledged entry is there, and the next writer goes on", async () => {
  const dir = directory();
  const script = join(dirname(fileURLToPath(import.meta.url)), "journal-writer.ts");
  for (let round = 0; round < 5; round++) {
    const child = spawn(
      process.execPath,
      ["--experimental-strip-types", "--disable-warning=ExperimentalWarning", script, dir],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += chunk;
      if (said.split("\n").length > 40 * (round + 1)) child.kill("SIGKILL");
    });
    await once(child, "close");
    const acknowledged = said.split("\n").slice(0, -1).map(Number);
    const journal = openJournal(dir);
    const numbers = journal.entries(`run-${child.pid}`).map((entry) => entry.at);
    expect(numbers.slice(0, acknowledged.length)).toEqual(acknowledged);
    // At most the one that was written but not yet said.
    expect(numbers.length - acknowledged.length).toBeLessThanOrEqual(1);
    journal.close();
  }
});

function tryRead(path: string): string {
  try {
    return readFileSync(path).toString("base64");
  } catch {
    return "";
  }
}

/** Makes a directory read-only, for root by a mount; returns what undoes it. */
function readOnly(dir: string): (() => void) | undefined {
  if (process.getuid?.() !== 0) {
    chmodSync(dir, 0o500);
    chmodSync(join(dir, "journal.db"), 0o400);
    return () => chmodSync(dir, 0o700);
  }
  const mount = (...args: string[]): boolean => spawnSync("mount", args, { stdio: "ignore" }).status === 0;
  if (!mount("--bind", dir, dir)) return undefined;
  if (!mount("-o", "remount,ro,bind", dir)) {
    spawnSync("umount", [dir]);
    return undefined;
  }
  return () => spawnSync("umount", [dir]);
}
