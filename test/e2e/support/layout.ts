import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../../tools/setup/context.mjs";

/** The program of most tests: declares what stands in declared.json. */
const reader = `"use strict";
const { RollingPatch } = require("pulumi-rolling-patch");
for (const { name, args, options } of require("./declared.json")) new RollingPatch(name, args, options);
`;

export interface Layout {
  /** Text of index.js, instead of the one that reads what is declared. */
  readonly program?: string;
  /** Package folder that the project depends on. Default: this repository. */
  readonly package?: string;
  /** Nothing but Pulumi.yaml: the test brings program and packages. */
  readonly bare?: boolean;
}

/** Which door the suite goes through: the dynamic resource, or the plugin. */
export const door = process.env.ROLLING_PATCH_DOOR === "plugin" ? "plugin" : "dynamic";

/** What `pulumi new typescript` makes, with the package by `file:` and installed as npm does it: by symbolic links. */
export function layOut(folder: string, options: Layout): void {
  writeFileSync(join(folder, "Pulumi.yaml"), projectFile(options.package ?? repository));
  if (options.bare === true) return;
  const files = {
    "package.json": JSON.stringify({
      name: "e2e",
      main: "index.js",
      dependencies: { "pulumi-rolling-patch": `file:${options.package ?? repository}` },
    }),
    "index.js": through(options.program ?? reader),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  symlinkSync(options.package ?? repository, join(modules, "pulumi-rolling-patch"));
  symlinkSync(join(repository, "node_modules", "@pulumi"), join(modules, "@pulumi"));
}

/** Drift shows in every preview: the plugin asks for that itself, and is found where the package has it. */
function projectFile(at: string): string {
  const how =
    door === "plugin"
      ? `plugins:\n  providers:\n    - name: rolling-patch\n      path: ${join(at, "plugin")}\n`
      : "options:\n  refresh: always\n";
  return `name: e2e\nruntime: nodejs\n${how}`;
}

/** The program moves to the plugin by another import. */
function through(program: string): string {
  return door === "plugin"
    ? program.replaceAll('require("pulumi-rolling-patch")', 'require("pulumi-rolling-patch/plugin")')
    : program;
}
