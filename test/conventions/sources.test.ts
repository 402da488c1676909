import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { repository } from "../../tools/setup/context.mjs";

/** What the floors ask for and Biome cannot see: read from the syntax tree. */

describe("core and planner know no async", () => {
  const files = [...sourcesIn("provider/core"), ...sourcesIn("provider/planner")];

  test("in any of their files", () => {
    expect(files.length).toBeGreaterThan(0);
    expect(files.flatMap((file) => asyncIn(parse(file, read(file))))).toEqual([]);
  });

  test.each([
    "export async function f() {}",
    "export const f = async () => 1;",
    "export const o = { async m() {} };",
    "export class C { async m() {} }",
    "export function* g() { yield* async function* () {}; }",
    "await 1;",
    "for await (const x of []) x;",
    'export const m = import("./a.ts");',
    "export type P = Promise<number>;",
  ])("and the check would find: %s", (code) => {
    expect(asyncIn(parse("planted.ts", code)).length).toBeGreaterThan(0);
  });
});

describe("the SDK loads nothing of provider at run time but the door", () => {
  test("in any of its files", () => {
    const found = sourcesIn("sdk").flatMap((file) => providerImports(parse(file, read(file))));
    expect(found.filter((module) => !/\/(?:dynamic|doors)\//.test(module))).toEqual([]);
  });

  test.each([
    ['import { Inputs } from "../provider/core/inputs.ts";', 1],
    ['import { type Inputs, parse } from "../provider/core/inputs.ts";', 1],
    ['export * from "../provider/core/inputs.ts";', 1],
    ['import "../provider/core/inputs.ts";', 1],
    ['import type { Inputs } from "../provider/core/inputs.ts";', 0],
    ['export type { Inputs } from "../provider/core/inputs.ts";', 0],
    ['import { type Inputs } from "../provider/core/inputs.ts";', 0],
  ])("and the check reads %s rightly", (code, count) => {
    expect(providerImports(parse("planted.ts", code))).toHaveLength(count);
  });
});

describe("names from outside are looked up with `own`, which finds nothing that objects inherit", () => {
  const within = (folder: string) => sourcesIn(folder).map((file) => join(repository, file));

  test("in every file of provider and sdk", { timeout: 60_000 }, () => {
    expect(indexedIn([...within("provider"), ...within("sdk")])).toEqual(["provider/core/own.ts: record[name]"]);
  });

  test.each([
    ["export const f = (map: Record<string, number>, name: string) => map[name];", 1],
    ["export const f = (map: Record<string, number> | undefined, name: string) => map?.[name];", 1],
    ["export const f = (map: Record<string, number>, name: string) => { map[name] = 1; };", 1],
    ['export const f = (map: Record<string, number>, name: "a" | "b") => map[name];', 0],
    ["export const f = (list: readonly number[], index: number) => list[index];", 0],
  ])("and the check reads %s rightly", { timeout: 60_000 }, (code, count) => {
    expect(indexedIn(["planted.ts"], { "planted.ts": code })).toHaveLength(count);
  });
});

function asyncIn(source: ts.SourceFile): string[] {
  return nodesOf(source)
    .filter(
      (node) =>
        node.kind === ts.SyntaxKind.AsyncKeyword ||
        ts.isAwaitExpression(node) ||
        (ts.isForOfStatement(node) && node.awaitModifier !== undefined) ||
        (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) ||
        (ts.isIdentifier(node) && node.text === "Promise"),
    )
    .map((node) => `${source.fileName}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
}

/** Plain objects that are indexed with any string, by their types. `planted`: texts of files that are not on disk. */
function indexedIn(files: readonly string[], planted: Readonly<Record<string, string>> = {}): string[] {
  const { config } = ts.readConfigFile(join(repository, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, repository);
  const host = ts.createCompilerHost(options, true);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) =>
    Object.hasOwn(planted, name) ? parse(name, planted[name] ?? "") : getSourceFile(name, ...rest);
  const program = ts.createProgram(files, options, host);
  const checker = program.getTypeChecker();
  const anyOf = (type: ts.Type, is: (one: ts.Type) => boolean): boolean =>
    type.isUnion() ? type.types.some(is) : is(type);
  return files.flatMap((file) =>
    nodesOf(program.getSourceFile(file) as ts.SourceFile)
      .filter(ts.isElementAccessExpression)
      .filter(
        ({ expression, argumentExpression }) =>
          anyOf(checker.getTypeAtLocation(expression), (one) => one.getStringIndexType() !== undefined) &&
          anyOf(checker.getTypeAtLocation(argumentExpression), (one) => (one.flags & ts.TypeFlags.String) !== 0),
      )
      .map((node) => `${relative(repository, file)}: ${node.getText()}`),
  );
}

/** Modules under provider/ that are loaded when this file is, type imports left out. */
function providerImports(source: ts.SourceFile): string[] {
  return source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const module = statement.moduleSpecifier;
    if (!module || !ts.isStringLiteral(module) || !module.text.includes("/provider/")) return [];
    return onlyTypes(statement) ? [] : [module.text];
  });
}

function onlyTypes(statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly;
  const clause = statement.importClause;
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = clause.namedBindings;
  return !clause.name && !!named && ts.isNamedImports(named) && named.elements.every((element) => element.isTypeOnly);
}

function nodesOf(node: ts.Node): ts.Node[] {
  return [node, ...node.getChildren().flatMap(nodesOf)];
}

function parse(name: string, text: string): ts.SourceFile {
  return ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
}

function read(file: string): string {
  return readFileSync(join(repository, file), "utf8");
}

function sourcesIn(folder: string): string[] {
  const full = join(repository, folder);
  if (!existsSync(full)) return [];
  return readdirSync(full, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:ts|js|cjs|mjs)$/.test(name))
    .map((name) => join(folder, name));
}
