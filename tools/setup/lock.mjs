// @ts-check
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";

const pollMs = 100;
const staleMs = 60 * 60_000;

/**
 * Does `work` while holding the lock file `path`; waits while a living process holds it. A lock whose process is gone, or
 * that is an hour old, is taken over. It saves work done twice; whatever is shared is safe without it (see cache.mjs).
 * @template T
 * @param {string} path
 * @param {(holder: string) => void} onWait  Called once when there is somebody to wait for.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, onWait, work) {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!take(path)) {
    const holder = holderOf(path);
    if (holder !== undefined && !told) {
      onWait(holder);
      told = true;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** @param {string} path */
function take(path) {
  try {
    writeFileSync(path, `${hostname()} ${process.pid}`, { flag: "wx" });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    if (holderOf(path) === undefined) discard(path);
    return false;
  }
}

/**
 * Who holds the lock, in words; undefined when nobody alive does.
 * @param {string} path
 */
function holderOf(path) {
  try {
    const [host, pid] = readFileSync(path, "utf8").split(" ");
    if (Date.now() - statSync(path).mtimeMs > staleMs) return undefined;
    if (host === hostname() && !alive(Number(pid))) return undefined;
    return `process ${pid} on ${host}`;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function alive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return true; // Being written right now.
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/** Renamed first, so that of several who find a dead lock only one removes it. @param {string} path */
function discard(path) {
  const aside = `${path}.${process.pid}.dead`;
  try {
    renameSync(path, aside);
    rmSync(aside, { force: true });
  } catch {
    // Another one was faster.
  }
}
