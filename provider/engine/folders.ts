import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it that are missing, with these rights. Not `mkdirSync` with `recursive`: that never returns
 * where a folder above can be looked at, but not made (`/proc/x/y`). Throws what the file system says.
 */
export function makeFolder(path: string, mode?: number): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path), mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Somebody else was faster.
    if (!existsSync(path)) throw error;
  }
}
