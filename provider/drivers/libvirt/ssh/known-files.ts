import { appendFileSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { RollError } from "../../../core/errors.ts";
import { type KnownKey, parseKnownHosts } from "./known-hosts.ts";

/** The known_hosts files, read anew when they have changed: who adds the line that an error asks for need not start again. */
export interface KnownFiles {
  /** Of all files, in their order. Throws `invalid` for a file that cannot be read. */
  lines(): readonly KnownKey[];
  /** Adds a line to the first file. Throws `invalid` when it cannot be written. */
  add(line: string): void;
  /** Where `add` adds. */
  readonly first: string;
}

/** `named`: those of the settings, which must be there unless unknown hosts are to be added to the first one. */
export function knownFiles(named: readonly string[] | undefined, mayCreate: boolean): KnownFiles {
  const usual = [join(homedir(), ".ssh", "known_hosts"), "/etc/ssh/ssh_known_hosts"];
  const files = named === undefined || named.length === 0 ? usual : named;
  const first = files[0] ?? "";
  const memory = new Map<string, { readonly stamp: string; readonly lines: readonly KnownKey[] }>();
  const linesOf = (file: string): readonly KnownKey[] => {
    try {
      const { mtimeMs, size, ino } = statSync(file);
      const stamp = `${mtimeMs} ${size} ${ino}`;
      const kept = memory.get(file);
      if (kept?.stamp === stamp) return kept.lines;
      const lines = parseKnownHosts(readFileSync(file, "utf8"), file);
      memory.set(file, { stamp, lines });
      return lines;
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
      if (missing && (files === usual || (mayCreate && file === first))) return [];
      throw unusable(file, missing ? "does not exist" : "cannot be read", error);
    }
  };
  return {
    first,
    lines: () => files.flatMap(linesOf),
    add(line) {
      try {
        mkdirSync(dirname(first), { recursive: true, mode: 0o700 });
        appendFileSync(first, `${line}\n`, { mode: 0o600 });
      } catch (error) {
        throw unusable(first, "cannot be written", error);
      }
    },
  };
}

function unusable(file: string, what: string, cause: unknown): RollError {
  return new RollError("invalid", `knownHosts: ${file} ${what}.`, {
    hint: "Name known_hosts files that exist and that this process may read.",
    cause,
  });
}
