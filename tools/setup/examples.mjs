// @ts-check
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { SetUpError } from "./say.mjs";

/**
 * Gives every example that depends on this package by `file:` what it needs. The package becomes a symbolic link, so that an
 * example always runs what was built last. What the repository has installed already is found in the folders above (one copy of
 * @pulumi/pulumi, nothing to download); npm installs only what is not.
 * @param {import("./context.mjs").Context} context
 */
export async function installExamples(context) {
  const done = [];
  for (const folder of examplesOf(context.root)) {
    const missing = missingIn(context.root, folder);
    if (missing.length > 0) await npmInstall(context, folder);
    const linked = link(context.root, folder);
    if (missing.length > 0 || linked) done.push(relative(context.root, folder));
  }
  return { note: done.length === 0 ? "as they are" : `prepared ${done.join(", ")}` };
}

/** @param {string} root */
function examplesOf(root) {
  const examples = join(root, "examples");
  if (!existsSync(examples)) return [];
  return readdirSync(examples)
    .map((name) => join(examples, name))
    .filter((folder) => existsSync(join(folder, "package.json")) && localName(folder) !== undefined);
}

/** The name under which an example depends on the repository's package. @param {string} folder */
function localName(folder) {
  return Object.entries(dependenciesOf(folder)).find(([, range]) => range === "file:../..")?.[0];
}

/** @param {string} folder @returns {Record<string, string>} */
function dependenciesOf(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { ...manifest.dependencies, ...manifest.devDependencies };
}

/** @param {string} root @param {string} folder */
function missingIn(root, folder) {
  return Object.entries(dependenciesOf(folder))
    .filter(([, range]) => range !== "file:../..")
    .map(([name]) => name)
    .filter((name) => ![folder, root].some((place) => existsSync(join(place, "node_modules", name, "package.json"))));
}

/** @param {import("./context.mjs").Context} context @param {string} folder */
async function npmInstall({ run, say, env, root }, folder) {
  const name = relative(root, folder);
  const args = ["install", "--install-links=false", "--no-package-lock", "--ignore-scripts"];
  const result = await say.slow(`packages of ${name}`, () => run("npm", args, { cwd: folder, env, deadline: 600 }));
  if (!result.ok)
    throw new SetUpError(`npm install in ${name} failed (${result.why}): npm and its package registry are needed`);
}

/** Links the package and its command; false when both were there. @param {string} root @param {string} folder */
function link(root, folder) {
  const name = /** @type {string} */ (localName(folder));
  const modules = join(folder, "node_modules");
  const command = join(root, "dist", "provider", "cli", "bin.js");
  const linked = symlink(root, join(modules, name));
  return symlink(command, join(modules, ".bin", "rolling-patch")) || linked;
}

/** @param {string} target @param {string} path */
function symlink(target, path) {
  const to = relative(dirname(path), target);
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there?.isSymbolicLink() && join(dirname(path), readlinkSync(path)) === target) return false;
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(to, path);
  return true;
}
