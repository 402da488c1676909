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

/** What `pulumi new typescript` makes, with the package by `file:` and installed as npm does it: by symbolic links. */
export function layOut(folder: string, options: Layout): void {
  writeFileSync(join(folder, "Pulumi.yaml"), "name: e2e\nruntime: nodejs\noptions:\n  refresh: always\n");
  if (options.bare === true) return;
  const files = {
    "package.json": JSON.stringify({
      name: "e2e",
      main: "index.js",
      dependencies: { "pulumi-rolling-patch": `file:${options.package ?? repository}` },
    }),
    "index.js": options.program ?? reader,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  symlinkSync(options.package ?? repository, join(modules, "pulumi-rolling-patch"));
  symlinkSync(join(repository, "node_modules", "@pulumi"), join(modules, "@pulumi"));
}
