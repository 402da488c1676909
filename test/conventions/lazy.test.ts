import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { repository } from "../../tools/setup/context.mjs";

/** Packages that are loaded when they are needed, bundled into the one file that imports them. */
const libraries = [
  {
    name: "the charting library",
    file: join("lifecycle", "report", "library"),
    packages: "@observablehq/plot|linkedom",
    first: /^@observablehq\/plot [\d.]+ \(ISC\)/,
    bytes: 1_200_000,
  },
  {
    name: "the SSH client",
    file: join("drivers", "libvirt", "ssh", "library"),
    packages: "ssh2",
    first: /^asn1 [\d.]+ \(MIT\)/,
    bytes: 400_000,
  },
  {
    name: "what speaks gRPC",
    file: join("plugin", "library"),
    packages: '@grpc/grpc-js|google-protobuf[^"]*|@pulumi/pulumi/proto[^"]*',
    first: /^@grpc\/grpc-js [\d.]+ \(Apache-2\.0\)/,
    bytes: 1_000_000,
  },
];

describe.each(libraries)("$name", ({ file, packages, first, bytes }) => {
  test("is loaded by neither a preview nor a roll nor a command: it is imported when it is needed", () => {
    for (const entry of ["main.ts", "wiring.ts", "cli/program.ts", "report-worker.ts"]) {
      const loaded = loadedFrom(join(repository, "provider", entry));
      expect(loaded.has(join(repository, "provider", `${file}.ts`))).toBe(false);
      expect(loaded.size).toBeGreaterThan(1);
    }
  });

  test("is in one file, which is bundled with the licences of all that is in it", () => {
    const uses = new RegExp(`^(?:import|export)(?! type).*"(?:${packages})"`, "m");
    const users = readdirSync(join(repository, "provider"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .filter((name) => uses.test(readFileSync(join(repository, "provider", name), "utf8")));
    expect(users).toEqual([`${file}.ts`]);
    const bundled = join(repository, "dist", "provider", `${file}.js`);
    expect(statSync(bundled).size).toBeLessThan(bytes);
    const text = readFileSync(bundled, "utf8");
    expect(text.slice("/*\n".length)).toMatch(first);
    const imported = [...text.matchAll(/^import .*?from"([^"]+)"/gm)].map(([, module = ""]) => module);
    expect(imported.filter((module) => !module.startsWith("node:"))).toEqual([]);
  });
});

test("a process that rolls does not load what draws its report: a thread of its own does", () => {
  expect(loadedFrom(join(repository, "provider", "wiring.ts"))).not.toContain(
    join(repository, "provider", "report-writer.ts"),
  );
});

/** Files of this repository that are loaded with a file, type imports left out. */
function loadedFrom(entry: string): Set<string> {
  const loaded = new Set([entry]);
  for (const path of loaded) {
    const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest);
    for (const statement of source.statements) {
      if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
      const { moduleSpecifier } = statement;
      if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) continue;
      const isType = ts.isImportDeclaration(statement)
        ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
        : statement.isTypeOnly;
      const target = join(dirname(path), moduleSpecifier.text);
      if (!isType && moduleSpecifier.text.startsWith(".") && existsSync(target)) loaded.add(target);
    }
  }
  return loaded;
}
