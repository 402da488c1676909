import { readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";

const repository = join(import.meta.dirname, "../..");

/** Files that a tool writes, with what they must hold. A test fails while one is stale. */
export type Written = ReadonlyMap<string, string>;

/** When the module at this address is run as a command: writes what is stale, and says so. */
export function writeAsCommand(address: string, texts: () => Written): void {
  if (address !== pathToFileURL(process.argv[1] ?? "").href) return;
  for (const [path, text] of texts()) {
    const isStale = readFileSync(path, { encoding: "utf8", flag: "a+" }) !== text;
    if (isStale) writeFileSync(path, text);
    console.log(`${relative(repository, path)} ${isStale ? "written" : "is up to date"}`);
  }
}

/** Path of a file of the repository. */
export const fileOf = (path: string): string => join(repository, path);
