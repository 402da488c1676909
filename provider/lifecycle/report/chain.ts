import { createHash } from "node:crypto";
import type { StoredEntry } from "../../engine/ports.ts";

/**
 * The export of a run's journal: JSON lines, each with the SHA-256 over itself and the line before, so that no byte can change and no line can go,
 * come or move unseen. Whoever keeps the head (the last line's hash) apart knows as well that nobody wrote the whole anew.
 *
 *     {"hash":"…","prev":"…","n":1,"journal":{…}}     what it is
 *     {"hash":"…","prev":"…","n":2,"entry":{…}}       an entry as `show --json` prints it, one a line
 *     {"hash":"…","prev":"…","n":9,"end":{…}}         how many there are
 */
export interface Export {
  /** Lines without their ends. */
  readonly lines: readonly string[];
  readonly head: string;
}

const FIRST = "0".repeat(64);
const LINE = /^\{"hash":"([0-9a-f]{64})",("prev":"([0-9a-f]{64})","n":(\d{1,15}),"(journal|entry|end)":(.*)\})$/;

/** The same entries give the same lines and head. */
export function exported(run: string, entries: readonly StoredEntry[]): Export {
  const lines: string[] = [];
  let prev = FIRST;
  const add = (kind: "journal" | "entry" | "end", body: unknown): void => {
    const rest = `"prev":"${prev}","n":${lines.length + 1},"${kind}":${JSON.stringify(body)}}`;
    prev = digest(rest);
    lines.push(`{"hash":"${prev}",${rest}`);
  };
  add("journal", { format: "rolling-patch journal", version: 1, run });
  for (const entry of entries) add("entry", entry);
  add("end", { entries: entries.length });
  return { lines, head: prev };
}

export type Verified =
  | { readonly kind: "whole"; readonly run: string; readonly entries: number; readonly head: string }
  /** `line`: the first one that is not as it was written, from 1. */
  | { readonly kind: "altered"; readonly line: number; readonly why: string };

/** Whether an export is as it was written. `bytes`: the whole file. */
export function verified(bytes: Uint8Array): Verified {
  // One letter a byte: what is no UTF-8 any more must not be mended while it is read.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const lines = text.split("\n");
  const altered = (line: number, why: string): Verified => ({ kind: "altered", line, why });
  let prev = FIRST;
  let run = "";
  for (const [index, line] of lines.entries()) {
    const n = index + 1;
    const [, hash = "", rest = "", before = "", number = "", kind = "", body = ""] = LINE.exec(line) ?? [];
    if (hash === "")
      return altered(
        n,
        line === "" && n === lines.length ? "the file ends before its last line" : "it is not a line of an export",
      );
    if (digest(rest, "latin1") !== hash) return altered(n, "it was changed");
    if (Number(number) > n)
      return altered(
        n,
        `line ${n === Number(number) - 1 ? n : `${n} to ${Number(number) - 1}`} of the export ${n === Number(number) - 1 ? "is" : "are"} missing or stand elsewhere: line ${number} stands here`,
      );
    if (Number(number) < n) return altered(n, `line ${number} of the export stands here, a second time or moved`);
    if (before !== prev) return altered(n, "it does not follow the line before: that one belongs to another export");
    if ((kind === "journal") !== (n === 1)) return altered(n, "an export begins with one line that says what it is");
    if (kind === "journal") run = String((JSON.parse(body) as { run?: unknown }).run);
    prev = hash;
    if (kind !== "end") continue;
    if (index !== lines.length - 2 || lines.at(-1) !== "") return altered(n + 1, "the export has ended before it");
    return { kind: "whole", run, entries: n - 2, head: hash };
  }
  return altered(lines.length, "the file ends before its last line");
}

function digest(text: string, encoding: "utf8" | "latin1" = "utf8"): string {
  return createHash("sha256").update(text, encoding).digest("hex");
}
