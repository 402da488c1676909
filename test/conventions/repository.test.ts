import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { policy } from "../../provider/core/policy.ts";
import { repository } from "../../tools/setup/context.mjs";

const read = (path: string) => readFileSync(join(repository, path), "utf8");
const manifest = JSON.parse(read("package.json"));
const lockfile = JSON.parse(read("package-lock.json"));

describe("tracked files", () => {
  const binary = new Set([".db", ".gz", ".png", ".svg"]);
  const files = execFileSync("git", ["ls-files", "-z"], { cwd: repository, encoding: "utf8" })
    .split("\0")
    .filter((path) => path !== "" && !binary.has(extname(path)));

  // Spelled in parts, so that this file does not hold what it looks for.
  const dot = "\\.";
  const foreign: readonly (readonly [what: string, pattern: RegExp])[] = [
    ["path of a user's machine", new RegExp(`/(?:${"home"}|${"Users"})/[a-z]`)],
    ["path of root's machine", new RegExp(`(?<![\\w.$}])/${"root"}/`)],
    ["package registry's host", new RegExp(`(?:registry${dot}npmjs|proxy${dot}golang|sum${dot}golang)`)],
    ["mark of unfinished work", new RegExp(`\\b(?:TO${"DO"}|FIX${"ME"})\\b`)],
  ];

  test("are there", () => expect(files.length).toBeGreaterThan(20));

  test.each(foreign)("hold no %s", (_, pattern) => {
    const found = files.flatMap((path) =>
      linesOf(path).flatMap((line, index) => (pattern.test(line) ? `${path}:${index + 1}` : [])),
    );
    expect(found).toEqual([]);
  });

  test("hold no path of this machine", () => {
    const found = files.filter((path) => read(path).includes(`${repository}/`));
    expect(found).toEqual([]);
  });

  function linesOf(path: string): string[] {
    try {
      return read(path).split("\n");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return []; // Deleted, not yet committed.
      throw error;
    }
  }
});

describe("the lockfile", () => {
  test("names no place that packages come from", () => {
    const placed = Object.entries<Record<string, unknown>>(lockfile.packages).filter(
      ([, entry]) => "resolved" in entry && !entry.link,
    );
    expect(placed.map(([path]) => path)).toEqual([]);
  });

  test("has the package's name and version", () => {
    expect(lockfile.packages[""].name).toBe(manifest.name);
    expect(lockfile.packages[""].version).toBe(manifest.version);
  });
});

test("the policy table of the README has every field of the policy, in its order", () => {
  const [, section = ""] = read("README.md").split("\n## Policy\n");
  const rows = (section.split("\n## ")[0] ?? "").split("\n").filter((line) => line.startsWith("| `"));
  const named = rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(named).toEqual(Object.keys(policy.shape));
});

test("the newest heading of the CHANGELOG is the package's version", () => {
  const heading = /^## \[?v?([^\]\s]+)/m.exec(read("CHANGELOG.md"));
  expect(heading?.[1]).toBe(manifest.version);
});

describe("what a user of the package installs besides it", () => {
  const installed = productionTree();

  test("is at most 60 packages", () => {
    expect(installed.size).toBeGreaterThan(0);
    expect(installed.size).toBeLessThanOrEqual(60);
  });

  test("is under permissive licences and runs no install script", () => {
    const permissive = /^\(?(?:MIT|ISC|Apache-2\.0|0BSD|BSD-[23]-Clause|BlueOak-1\.0\.0|Unlicense)\b/;
    const others = [...installed].filter((path) => {
      const { license = "", hasInstallScript = false } = lockfile.packages[path];
      return !permissive.test(license) || hasInstallScript;
    });
    expect(others).toEqual([]);
  });
});

/** Places in the lockfile of everything that `dependencies` brings, found as Node.js finds it: upwards from the dependent. */
function productionTree(): Set<string> {
  const found = new Set<string>();
  const queue = Object.keys(manifest.dependencies).map((name) => ({ name, from: "" }));
  for (let next = queue.pop(); next; next = queue.pop()) {
    const path = placeOf(next.name, next.from);
    if (found.has(path)) continue;
    found.add(path);
    const { dependencies = {} } = lockfile.packages[path];
    queue.push(...Object.keys(dependencies).map((name) => ({ name, from: path })));
  }
  return found;
}

function placeOf(name: string, from: string): string {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/") - 1))) {
    const path = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (path in lockfile.packages) return path;
    if (folder === "") throw new Error(`${name}, needed by ${from || "the package"}, is not in the lockfile`);
  }
}
