// @ts-check
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SetUpError } from "./say.mjs";

/**
 * Installs the locked npm packages when what is installed is not what the lockfile says. Not by `npm ci`: it refuses a lockfile
 * that lacks the optional packages of other platforms, which a registry mirror may not have, and it wipes what others may be
 * using. `--no-save` leaves the lockfile as it is.
 * @param {import("./context.mjs").Context} context
 * @returns {Promise<{note: string}>}
 */
export async function installDependencies({ root, run, env, say }) {
  const stale = whyStale(root);
  if (stale === undefined) return { note: "as locked" };
  const args = ["install", "--no-save"];
  const result = await say.slow(`npm install, since ${stale}`, () =>
    run("npm", args, { cwd: root, env, deadline: 900 }),
  );
  if (!result.ok) {
    throw new SetUpError(`npm install failed (${result.why}): npm and a way to its package registry are needed`);
  }
  return { note: "installed" };
}

/**
 * Why the installed packages are not those of the lockfile; undefined when they are. npm keeps a copy of what it installed in
 * `node_modules/.package-lock.json`; comparing the two says more than times of files, which a checkout changes.
 * @param {string} root
 */
export function whyStale(root) {
  const installedLock = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installedLock)) return "nothing is installed";
  const wanted = packagesOf(join(root, "package-lock.json"));
  const have = packagesOf(installedLock);
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "" || entry.optional) continue; // Optional ones are for other platforms.
    const installed = have[path];
    if (installed === undefined) return `${path.replace("node_modules/", "")} is missing`;
    if (installed.version !== entry.version) return `${path.replace("node_modules/", "")} is not ${entry.version}`;
  }
  return undefined;
}

/**
 * @param {string} lockfile
 * @returns {Record<string, {version?: string, optional?: boolean}>}
 */
function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, "utf8")).packages ?? {};
  } catch {
    return {}; // Half written: an npm that was killed.
  }
}
