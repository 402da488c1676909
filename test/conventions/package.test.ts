import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { repository } from "../../tools/setup/context.mjs";

const manifest = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));

describe("the packed package", () => {
  const packed = packedFiles();

  test("holds what each source compiles to, the papers, and nothing else", () => {
    expect(packed).toEqual([...papers(), "dist/schema.json", ...["provider", "sdk"].flatMap(compiled)].sort());
  });

  test("holds every file that package.json points to", () => {
    const targets = [manifest.main, manifest.types, ...leaves(manifest.exports), ...leaves(manifest.bin)].map((path) =>
      path.replace(/^\.\//, ""),
    );
    expect(targets.filter((path) => !packed.includes(path))).toEqual([]);
  });
});

function packedFiles(): string[] {
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const report = JSON.parse(
    execFileSync("npm", args, { cwd: repository, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
  );
  const [first] = Object.values<{ files: { path: string }[] }>(report);
  return (first?.files ?? []).map(({ path }) => path).sort();
}

function papers(): string[] {
  const plugin = readdirSync(join(repository, "plugin"), { recursive: true, encoding: "utf8" })
    .map((name) => join("plugin", name))
    .filter((path) => statSync(join(repository, path)).isFile());
  return ["CHANGELOG.md", "LICENSE", "README.md", "package.json", ...plugin].filter((path) =>
    existsSync(join(repository, path)),
  );
}

/** What tools/setup/build.mjs makes of a source folder. */
function compiled(folder: string): string[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: "utf8", withFileTypes: false })
    .map((name) => join("dist", folder, name))
    .flatMap((path) => {
      if (/\.d\.c?ts$/.test(path)) return [path];
      if (path.endsWith(".ts")) return [path.replace(/\.ts$/, ".d.ts"), path.replace(/\.ts$/, ".js")];
      return /\.(?:js|cjs|mjs|json|sql)$/.test(path) ? [path] : [];
    });
}

function leaves(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return Object.values(value as Record<string, unknown>).flatMap(leaves);
}

test("at most sixty packages are installed with it, those that its peer brings aside", () => {
  const { packages } = JSON.parse(readFileSync(join(repository, "package-lock.json"), "utf8"));
  const needed = new Set<string>();
  const queue = Object.keys(manifest.dependencies);
  for (const name of queue) {
    if (needed.has(name)) continue;
    needed.add(name);
    const { dependencies = {} } = packages[`node_modules/${name}`] ?? {};
    queue.push(...Object.keys(dependencies));
  }
  expect([...needed].filter((name) => packages[`node_modules/${name}`] === undefined)).toEqual([]);
  expect(needed.size).toBeGreaterThan(Object.keys(manifest.dependencies).length);
  expect(needed.size).toBeLessThanOrEqual(60);
});
