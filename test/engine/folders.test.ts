import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolder } from "../../provider/engine/folders.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "folders-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("a folder is made with those above it, for its owner alone, and twice is once", () => {
  for (let i = 0; i < 2; i++) makeFolder(join(dir, "a/b/c"), 0o700);
  for (const made of ["a", "a/b", "a/b/c"]) expect(statSync(join(dir, made)).mode & 0o777).toBe(0o700);
});

test("a file in the way is an error, and stays", () => {
  writeFileSync(join(dir, "file"), "");
  expect(() => makeFolder(join(dir, "file/below"))).toThrow(/ENOTDIR/);
  expect(statSync(join(dir, "file")).isFile()).toBe(true);
});

test.runIf(existsSync("/proc/self"))("where nothing can be made, it says so at once", () => {
  expect(() => makeFolder("/proc/nowhere/below")).toThrow(/ENOENT.*mkdir '\/proc\/nowhere'/);
});
