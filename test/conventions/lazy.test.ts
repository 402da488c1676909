import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { repository } from "../../tools/setup/context.mjs";

const LIBRARY = join(repository, "provider", "lifecycle", "report", "library.ts");

test("neither a preview nor a roll nor a command loads the charting library: it is imported when a report is drawn", () => {
  for (const entry of ["main.ts", "wiring.ts", "cli/program.ts", "report-worker.ts"]) {
    const loaded = loadedFrom(join(repository, "provider", entry));
    expect(loaded.has(LIBRARY)).toBe(false);
    expect(loaded.size).toBeGreaterThan(1);
  }
  expect(loadedFrom(join(repository, "provider", "wiring.ts"))).not.toContain(
    join(repository, "provider", "report-writer.ts"),
  );
});

test("the charting library is in one file, which is bundled with the licences of all that is in it", () => {
  const users = readdirSync(join(repository, "provider"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .filter((name) =>
      /^(?:import|export)(?! type).*"(?:@observablehq\/plot|linkedom)"/m.test(
        readFileSync(join(repository, "provider", name), "utf8"),
      ),
    );
  expect(users).toEqual([join("lifecycle", "report", "library.ts")]);
  const bundled = join(repository, "dist", "provider", "lifecycle", "report", "library.js");
  expect(statSync(bundled).size).toBeLessThan(1_200_000);
  const text = readFileSync(bundled, "utf8");
  expect(text).toMatch(/^\/\*\n@observablehq\/plot [\d.]+ \(ISC\)/);
  const imported = [...text.matchAll(/^import .*?from"([^"]+)"/gm)].map(([, module = ""]) => module);
  expect(imported.filter((module) => !module.startsWith("node:"))).toEqual([]);
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
