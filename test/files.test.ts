import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { projectFolder, writeOwn } from "../provider/files.ts";
import { newRunId } from "../provider/wiring.ts";

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "files-"));
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

test("a file is its owner's alone, and our folder stays out of version control", () => {
  writeOwn(project, ".rolling-patch/inputs-a.json", "{}\n");
  writeOwn(project, ".rolling-patch/inputs-a.json", "{ }\n");
  const folder = join(project, ".rolling-patch");
  expect(readFileSync(join(folder, "inputs-a.json"), "utf8")).toBe("{ }\n");
  expect(statSync(join(folder, "inputs-a.json")).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual([".gitignore", "inputs-a.json"]);
  expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("*\n");
});

test("a folder that somebody named is theirs", () => {
  writeOwn(project, "out/plan.json", "{}\n");
  expect(readdirSync(join(project, "out"))).toEqual(["plan.json"]);
});

test("what cannot be written is named, and what was there stays", () => {
  writeFileSync(join(project, "out"), "a file, not a folder");
  expect(() => writeOwn(project, "out/plan.json", "{}\n")).toThrow(
    /^out\/plan\.json cannot be written \((ENOTDIR|EEXIST)\)\.$/,
  );
  mkdirSync(join(project, "kept/plan.json"), { recursive: true });
  expect(() => writeOwn(project, "kept/plan.json", "{}\n")).toThrow("kept/plan.json cannot be written (EISDIR).");
  expect(readdirSync(join(project, "kept"))).toEqual(["plan.json"]);
  expect(readFileSync(join(project, "out"), "utf8")).toBe("a file, not a folder");
});

test.runIf(existsSync("/proc/self"))(
  "a folder that cannot be made is named, and how to name another; nothing hangs",
  () => {
    const write = () => writeOwn(project, "/proc/nowhere/below/inputs-a.json", "{}\n");
    expect(write).toThrow(
      "/proc/nowhere/below/inputs-a.json cannot be written (the folder /proc/nowhere cannot be made, ENOENT).",
    );
    expect(write).toThrow(expect.objectContaining({ hint: expect.stringContaining("ROLLING_PATCH_DIR") }));
  },
);

test("the project folder is the nearest one with a Pulumi.yaml, else where we are", () => {
  const program = join(project, "examples/quickstart");
  mkdirSync(program, { recursive: true });
  expect(projectFolder(program)).toBe(program);
  writeFileSync(join(project, "Pulumi.yaml"), "name: x\n");
  expect(projectFolder(program)).toBe(project);
  expect(projectFolder(project)).toBe(project);
});

test("ids of runs sort by time and can be typed", () => {
  expect(newRunId()).toMatch(/^\d{8}-\d{4}-[0-9a-f]{4}$/);
});
