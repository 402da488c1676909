// @ts-check
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { bundleLibraries } from "./bundle.mjs";
import { privatePath } from "./context.mjs";

const sources = ["provider", "sdk"];
/** The Pulumi package schema, which the plugin answers with. */
const schema = "schema.json";
export const settings = ["tsconfig.json", "tsconfig.build.json", "package.json", "tools/setup/bundle.mjs", schema];
/** What goes into `dist` as it is: the compiler leaves these out. */
const verbatim = /\.(?:js|cjs|mjs|json|sql|d\.ts|d\.cts)$/;

/**
 * Builds `dist` when the sources have changed since it was built. Type errors do not stop it: what was emitted is put in place
 * and `errors` holds what the compiler said.
 * @param {import("./context.mjs").Context} context
 * @returns {Promise<{note: string, errors: string}>}
 */
export async function buildWhenNeeded(context) {
  const digest = digestOf(context.root);
  const stamp = privatePath(context.root, "build.json");
  const last =
    existsSync(join(context.root, "dist")) && existsSync(stamp) ? JSON.parse(readFileSync(stamp, "utf8")) : {};
  if (last.digest === digest) return { note: "up to date", errors: last.errors };
  const errors = await build(context);
  writeFileSync(stamp, JSON.stringify({ digest, errors }));
  return { note: errors === "" ? "built" : "built, with type errors", errors };
}

/**
 * Compiles into a folder beside `dist` and swaps the two, so that a process that runs from `dist` never sees half of it.
 * Returns what the compiler said.
 * @param {import("./context.mjs").Context} context
 */
export async function build({ root, run, env }) {
  const fresh = privatePath(root, `dist-${process.pid}`);
  const old = `${fresh}-old`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const args = [tsc, "-p", "tsconfig.build.json", "--outDir", fresh];
  const compiled = await run("node", args, { cwd: root, env, deadline: 300 });
  for (const path of files(root).filter((file) => verbatim.test(file))) copy(join(root, path), join(fresh, path));
  copy(join(root, schema), join(fresh, schema));
  const bundled = await bundleLibraries({ root, run, env }, fresh);
  makeExecutable(join(fresh, "provider", "cli", "bin.js"));
  if (existsSync(join(root, "dist"))) renameSync(join(root, "dist"), old);
  renameSync(fresh, join(root, "dist"));
  rmSync(old, { recursive: true, force: true });
  return [compiled.ok ? "" : compiled.out || compiled.why, bundled].filter((said) => said !== "").join("\n");
}

/** @param {string} root */
function digestOf(root) {
  const hash = createHash("sha256");
  for (const path of [...settings, ...files(root)])
    hash
      .update(path)
      .update("\0")
      .update(readFileSync(join(root, path)));
  return hash.digest("hex");
}

/** Of `sources`, relative to the repository, sorted. @param {string} root */
function files(root) {
  return sources
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
    )
    .filter((path) => statSync(join(root, path)).isFile())
    .sort();
}

/** @param {string} from @param {string} to */
function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

/** @param {string} path */
function makeExecutable(path) {
  if (existsSync(path)) chmodSync(path, 0o755);
}
