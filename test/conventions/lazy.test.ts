import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { repository } from "../../tools/setup/context.mjs";

/** What only reports need, and weighs. */
const HEAVY = ["@observablehq/plot", "linkedom", "node:worker_threads"];

test("neither a preview nor a roll loads what only reports need: it is imported when one is drawn", () => {
  const loading = readdirSync(join(repository, "provider"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => loadedBy(join(repository, "provider", name)).map((module) => `${name} ${module}`));
  expect(loading.sort()).toEqual(["report-worker.ts node:worker_threads", "report-writer.ts node:worker_threads"]);
  const wiring = loadedModules(join(repository, "provider", "wiring.ts"));
  expect(wiring).not.toContain("./report-writer.ts");
});

/** Heavy modules that are loaded with the file, type imports left out. */
function loadedBy(path: string): string[] {
  return loadedModules(path).filter((module) => HEAVY.includes(module));
}

function loadedModules(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const { moduleSpecifier } = statement;
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return [];
    const isType = ts.isImportDeclaration(statement)
      ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : statement.isTypeOnly;
    return isType ? [] : [moduleSpecifier.text];
  });
}
