// @ts-check
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheRoot } from "./cache.mjs";
import { run } from "./run.mjs";

/**
 * What every step of set-up gets. Tests put their own in.
 *
 * @typedef {object} Context
 * @property {string} root  The repository.
 * @property {string} cache  See cacheRoot.
 * @property {NodeJS.ProcessEnv} env  Of the processes that set-up starts.
 * @property {import("./run.mjs").Run} run
 * @property {import("./say.mjs").Say} say
 */

export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * @param {import("./say.mjs").Say} say
 * @returns {Context}
 */
export function contextOf(say) {
  return { root: repository, cache: cacheRoot(process.env), env: { ...process.env }, run, say };
}

/**
 * The environment with these folders first on PATH.
 * @param {NodeJS.ProcessEnv} env
 * @param {...string} folders
 * @returns {NodeJS.ProcessEnv}
 */
export function withPath(env, ...folders) {
  const separator = process.platform === "win32" ? ";" : ":";
  const rest = (env.PATH ?? "").split(separator).filter((folder) => folder !== "" && !folders.includes(folder));
  return { ...env, PATH: [...folders, ...rest].join(separator) };
}

/** What is private to this clone and out of git. @param {string} root @param {...string} names */
export function privatePath(root, ...names) {
  return join(root, ".cache", ...names);
}
