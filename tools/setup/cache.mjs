// @ts-check
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { withLock } from "./lock.mjs";
import { SetUpError } from "./say.mjs";

const abandonedMs = 24 * 60 * 60_000;

/**
 * Where tools are kept for all clones of one user: `$ROLLING_PATCH_CACHE`, else `rolling-patch` in the user's cache folder.
 * @param {NodeJS.ProcessEnv} env
 */
export function cacheRoot(env) {
  if (env.ROLLING_PATCH_CACHE) return env.ROLLING_PATCH_CACHE;
  const base = env.XDG_CACHE_HOME || (env.LOCALAPPDATA ?? join(env.HOME || homedir(), ".cache"));
  return join(base, "rolling-patch");
}

/**
 * The folder `name` of the cache, filled on the first call. `fill` writes into a temporary folder that is renamed when it is
 * complete, so a folder in the cache is whole whoever dies or runs at the same time.
 * @param {object} options
 * @param {string} options.root
 * @param {string} options.name  Holds every version that it depends on.
 * @param {(line: string) => void} options.line
 * @param {(folder: string) => Promise<void>} options.fill  Throws when it cannot.
 */
export async function fillOnce({ root, name, line, fill }) {
  const folder = join(root, name);
  if (existsSync(folder)) return folder;
  makeFolder(root);
  removeAbandoned(root);
  return withLock(
    join(root, `${name}.lock`),
    (holder) => line(`waiting for ${holder}, which is installing the same`),
    async () => {
      if (existsSync(folder)) return folder;
      const temporary = mkdtempSync(join(root, `.new-${name}-`));
      try {
        await fill(temporary);
        renameUnlessThere(temporary, folder);
      } finally {
        rmSync(temporary, { recursive: true, force: true });
      }
      return folder;
    },
  );
}

/** @param {string} root */
function makeFolder(root) {
  try {
    mkdirSync(root, { recursive: true });
  } catch (error) {
    const reason = /** @type {Error} */ (error).message;
    throw new SetUpError(
      `the cache folder cannot be made (${reason}): set ROLLING_PATCH_CACHE to a folder that can be written`,
    );
  }
}

/** @param {string} from @param {string} to */
function renameUnlessThere(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

/** Temporary folders of set-ups that were killed. @param {string} root */
function removeAbandoned(root) {
  for (const entry of readdirSync(root)) {
    if (!entry.startsWith(".new-")) continue;
    const path = join(root, entry);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > abandonedMs) rmSync(path, { recursive: true, force: true });
  }
}
