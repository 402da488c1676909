import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { z } from "zod";
import { RollError } from "../core/errors.ts";
import { sentence } from "../lifecycle/render/roll.ts";
import { written } from "../lifecycle/unknown.ts";

/** A file's text. `what`: what it is, for the message. Throws `invalid` naming the file. */
export function readText(cwd: string, path: string, what: string): string {
  try {
    return readFileSync(resolve(cwd, path), "utf8");
  } catch (error) {
    const code = codeOf(error);
    const problem =
      code === "ENOENT" ? `There is no ${what} ${path}.` : `The ${what} ${path} cannot be read (${code}).`;
    throw new RollError("invalid", problem, { hint: `Paths start at ${cwd}.`, cause: error });
  }
}

/** Throws `invalid` naming the file. */
export function readJson(cwd: string, path: string, what: string): unknown {
  const text = readText(cwd, path, what);
  try {
    return JSON.parse(text);
  } catch (error) {
    // The library's message shows how the file begins, which may be anybody's secret.
    throw new RollError("invalid", `The ${what} ${path} is not JSON${placeOf(error)}.`, {
      hint: "Nothing was touched.",
    });
  }
}

function placeOf(error: unknown): string {
  const [place] = /line \d+ column \d+/.exec(error instanceof Error ? error.message : "") ?? [];
  return place === undefined ? "" : ` (${place})`;
}

/** JSON as an argument: the text itself, or the name of a file that holds it. Throws `invalid`. */
export function jsonArgument(cwd: string, argument: string, what: string): unknown {
  if (!/^\s*[[{]/.test(argument)) return readJson(cwd, argument, `${what} file`);
  try {
    return JSON.parse(argument);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new RollError("invalid", `The ${what} is not JSON (${detail}).`, {
      hint: "Quote the whole of it for your shell.",
    });
  }
}

/** Writes a file that only its owner may read. Throws `failed` naming the file. */
export function writeText(cwd: string, path: string, text: string): void {
  try {
    writeFileSync(resolve(cwd, path), text, { mode: 0o600 });
  } catch (error) {
    throw new RollError("failed", `${path} cannot be written (${codeOf(error)}).`, {
      hint: "Name a file in a folder that exists and is writable.",
      cause: error,
    });
  }
}

/** The parsed value, or a RollError `invalid` that names the file and its first few wrong fields. */
export function parsedAs<T extends z.ZodType>(schema: T, value: unknown, name: string, hint: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { issues } = result.error;
  const shown = issues
    .slice(0, 3)
    .map((issue) => [written(issue.path), issue.message].filter((part) => part !== "").join(": "));
  const more = issues.length > shown.length ? `, and ${issues.length - shown.length} more` : "";
  throw new RollError("invalid", sentence(`${name}: ${shown.join("; ")}${more}`), { hint });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
