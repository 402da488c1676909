import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { repository } from "../../tools/setup/context.mjs";

/**
 * A rule that nobody has seen at work may be a rule that does nothing. Each line plants one violation into an empty copy of the
 * project's Biome configuration; Biome must report it there, and must be silent about each line of what is allowed.
 */
const imports = "lint/style/noRestrictedImports";
const globals = "lint/style/noRestrictedGlobals";
const properties = "lint/nursery/noJsRestrictedProperties";
const nodeModules = "lint/correctness/noNodejsModules";

type Line = readonly [file: string, code: string, rule: string];

const forbidden: readonly Line[] = [
  ...from("provider/core/deep/x.ts", imports, [
    "../../planner/plan.ts",
    "../../engine/loop.ts",
    "../../engine/ports.ts",
    "../../drivers/simulated/index.ts",
    "../../probes/http.ts",
    "../../lifecycle/check.ts",
    "../../dynamic/door.ts",
    "../../plugin/server.ts",
    "../../cli/bin.ts",
    "../../main.ts",
    "../../../sdk/index.ts",
    "@pulumi/pulumi",
    "@grpc/grpc-js",
  ]),
  ...from("provider/planner/x.ts", imports, [
    "../engine/loop.ts",
    "../drivers/simulated/index.ts",
    "../probes/http.ts",
    "../lifecycle/check.ts",
    "../dynamic/door.ts",
    "../plugin/server.ts",
    "../cli/bin.ts",
    "../main.ts",
    "../../sdk/index.ts",
    "@pulumi/pulumi/dynamic",
  ]),
  ...["core", "planner"].flatMap((floor) => pureViolations(`provider/${floor}/x.ts`)),
  ...["engine/x.ts", "drivers/simulated/deep/x.ts", "drivers/another/x.ts", "probes/x.ts"].flatMap((file) =>
    from(`provider/${file}`, imports, [
      "../lifecycle/check.ts",
      "../dynamic/door.ts",
      "../plugin/server.ts",
      "../cli/bin.ts",
      "../main.ts",
      "../../sdk/index.ts",
      "@pulumi/pulumi",
    ]),
  ),
  ...from("provider/engine/x.ts", imports, ["../drivers/simulated/index.ts", "../probes/http.ts"]),
  ...from("provider/drivers/simulated/x.ts", imports, ["../../engine/loop.ts", "../../probes/http.ts"]),
  ...from("provider/drivers/another/x.ts", imports, ["../../engine/loop.ts", "../../probes/http.ts"]),
  ...from("provider/probes/x.ts", imports, ["../engine/loop.ts", "../drivers/simulated/index.ts"]),
  ...["engine", "drivers/simulated", "probes"].flatMap((floor) => clockViolations(`provider/${floor}/x.ts`)),
  ...from("provider/lifecycle/x.ts", imports, [
    "../dynamic/door.ts",
    "../plugin/server.ts",
    "../cli/bin.ts",
    "../main.ts",
    "../../sdk/index.ts",
    "@pulumi/pulumi",
    "@grpc/grpc-js",
  ]),
  ...from("provider/dynamic/x.ts", imports, [
    "../plugin/server.ts",
    "../cli/bin.ts",
    "../main.ts",
    "../../sdk/index.ts",
  ]),
  ...from("provider/dynamic/x.ts", imports, ["../drivers/simulated/record.ts"]),
  ...from("provider/plugin/x.ts", imports, ["../dynamic/door.ts", "../cli/bin.ts", "../main.ts", "../../sdk/index.ts"]),
  ...from("provider/plugin/x.ts", imports, ["../drivers/simulated/record.ts", "../plugin-main.ts", "../wiring.ts"]),
  ...from("provider/doors/x.ts", imports, ["../dynamic/door.ts", "../plugin/server.ts", "../cli/bin.ts", "../main.ts"]),
  ...from("provider/doors/x.ts", imports, ["../drivers/simulated/record.ts"]),
  ...["core", "planner", "engine", "probes", "lifecycle"].flatMap((floor) =>
    from(`provider/${floor}/x.ts`, imports, ["../doors/engine-log.ts"]),
  ),
  ...from("provider/cli/x.ts", imports, ["../../sdk/index.ts"]),
  ...from("provider/main.ts", imports, ["../sdk/index.ts"]),
  ...from("sdk/x.ts", imports, [
    "../provider/engine/loop.ts",
    "../provider/drivers/simulated/index.ts",
    "../provider/probes/http.ts",
    "../provider/planner/plan.ts",
    "../provider/cli/bin.ts",
    "../provider/plugin/server.ts",
    "../provider/main.ts",
  ]),
];

const allowed: readonly (readonly [file: string, code: string])[] = [
  ["provider/planner/x.ts", load("../core/fleet.ts")],
  ["provider/core/x.ts", load("zod")],
  ["provider/core/x.ts", "export const half = Math.floor(0.5);"],
  ["provider/engine/x.ts", load("../planner/plan.ts")],
  ["provider/engine/x.ts", load("node:sqlite")],
  ["provider/engine/clock.ts", "export const now = () => Date.now();"],
  ["provider/drivers/simulated/x.ts", load("../../engine/ports.ts")],
  ["provider/drivers/simulated/x.ts", load("../../engine/folders.ts")],
  ["provider/drivers/simulated/x.ts", load("./deep/record.ts")],
  ["provider/drivers/another/x.ts", load("../../engine/ports.ts")],
  ["provider/probes/x.ts", load("../engine/ports.ts")],
  ["provider/lifecycle/x.ts", load("../engine/loop.ts")],
  ["provider/lifecycle/x.ts", load("../drivers/index.ts")],
  ["provider/dynamic/x.ts", load("../lifecycle/check.ts")],
  ["provider/dynamic/x.ts", load("../doors/engine-log.ts")],
  ["provider/plugin/x.ts", load("../doors/engine-log.ts")],
  ["provider/doors/x.ts", load("../lifecycle/props.ts")],
  ["provider/main.ts", load("./dynamic/door.ts")],
  ["sdk/x.ts", load("../provider/dynamic/door.ts")],
  ["sdk/x.ts", load("@pulumi/pulumi")],
];

let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "floors-"));
  cpSync(join(repository, "biome.json"), join(copy, "biome.json"));
  symlinkSync(join(repository, "node_modules"), join(copy, "node_modules"));
  writeFileSync(join(copy, ".gitignore"), "node_modules\n");
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe("Biome reports", () => {
  test("every planted violation of a floor", () => {
    const planted = forbidden.map(([file, code, rule], index) => ({
      file: unique(file, index),
      code,
      rule,
      asked: file,
    }));
    const missed = lint(planted.filter(({ file }) => !isMain(file)));
    const inMain = planted.filter(({ asked }) => isMain(asked)).map((line) => ({ ...line, file: line.asked }));
    expect([...missed, ...lint(inMain)]).toEqual([]);
  });

  test("an import cycle", () => {
    const report = reported({
      "provider/core/cycle-a.ts": 'import { b } from "./cycle-b.ts";\nexport const a = () => b;\n',
      "provider/core/cycle-b.ts": 'import { a } from "./cycle-a.ts";\nexport const b = () => a;\n',
    });
    expect(report).toContainEqual({ file: "provider/core/cycle-a.ts", rule: "lint/suspicious/noImportCycles" });
  });

  test("nothing that is allowed", () => {
    const files = Object.fromEntries(allowed.map(([file, code], index) => [unique(file, index), `${code}\n`]));
    const floors = new Set([imports, globals, properties, nodeModules]);
    expect(reported(files).filter(({ rule }) => floors.has(rule))).toEqual([]);
  });
});

test("every driver has a rule that keeps the other drivers out", () => {
  const drivers = readdirSync(join(repository, "provider/drivers"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  const planted = drivers.flatMap((driver) =>
    ["simulated", "libvirt", "vsphere", "azure", "hyperv"]
      .filter((other) => other !== driver)
      .map((other) => ({
        file: `provider/drivers/${driver}/of-${other}.ts`,
        code: load(`../${other}/index.ts`),
        rule: imports,
      })),
  );
  expect(planted.length).toBeGreaterThan(0);
  expect(lint(planted)).toEqual([]);
});

/** The planted lines that Biome did not report. */
function lint(planted: readonly { file: string; code: string; rule: string }[]): string[] {
  const found = reported(Object.fromEntries(planted.map(({ file, code }) => [file, `${code}\n`])));
  return planted
    .filter((line) => !found.some(({ file, rule }) => file === line.file && rule === line.rule))
    .map(({ file, code, rule }) => `${file}: ${code} (${rule})`);
}

interface Diagnostic {
  readonly file: string;
  readonly rule: string;
}

/** What Biome says about these files, in the copy. */
function reported(files: Readonly<Record<string, string>>): Diagnostic[] {
  for (const folder of ["provider", "sdk"]) rmSync(join(copy, folder), { recursive: true, force: true });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), text);
  }
  const report = join(copy, "node_modules", "..", "report.json");
  try {
    const biome = join(repository, "node_modules/@biomejs/biome/bin/biome");
    const flags = [
      "lint",
      "--reporter=json",
      `--reporter-file=${report}`,
      "--max-diagnostics=none",
      "--vcs-root=.",
      ".",
    ];
    execFileSync(process.execPath, [biome, ...flags], { cwd: copy, stdio: "pipe" });
  } catch (error) {
    // Exit code 1: it found something, which is what the tests are about.
    if ((error as { status?: number }).status !== 1) throw error;
  }
  const { diagnostics } = JSON.parse(readFileSync(report, "utf8"));
  return diagnostics.map((diagnostic: { category: string; location: { path: string } }) => ({
    file: diagnostic.location.path,
    rule: diagnostic.category,
  }));
}

function from(file: string, rule: string, modules: readonly string[]): Line[] {
  return modules.map((module) => [file, load(module), rule] as const);
}

function load(module: string): string {
  return `export { x } from "${module}";`;
}

function pureViolations(file: string): Line[] {
  return [
    ...["node:fs", "fs", "node:crypto"].map((module) => [file, load(module), nodeModules] as const),
    ...[
      "Date.now()",
      "new Date()",
      "performance.now()",
      "setTimeout(() => {}, 1)",
      "setInterval(() => {}, 1)",
      "process.env",
      'console.log("x")',
      'fetch("x")',
      "Promise.resolve(1)",
      "globalThis.Date",
    ].map((code) => [file, `export const x = ${code};`, globals] as const),
    [file, "export const x = Math.random();", properties],
  ];
}

function clockViolations(file: string): Line[] {
  return [
    ...["Date.now()", "setTimeout(() => {}, 1)", "setInterval(() => {}, 1)", "performance.now()"].map(
      (code) => [file, `export const x = ${code};`, globals] as const,
    ),
    [file, "export const x = Math.random();", properties],
    [file, "export const x = AbortSignal.timeout(1);", properties],
  ];
}

/** One file a line, so that one violation cannot hide another; the name of provider/main.ts and of clocks matters. */
function unique(file: string, index: number): string {
  if (isMain(file) || file.endsWith("clock.ts")) return file;
  return file.replace(/x\.ts$/, `x${index}.ts`);
}

function isMain(file: string): boolean {
  return file === "provider/main.ts";
}
