import type { z } from "zod";
import { nearest } from "./nearest.ts";
import type { Failure, Props } from "./props.ts";
import { keysAt, kindsAt, valueAt } from "./shapes.ts";
import { type Path, written } from "./unknown.ts";

type Issue = z.core.$ZodIssue;

/** What a schema issue means to the author of the program: the property's path, and what to write instead. */
export function issueFailures(issue: Issue, declared: Props, above: Path = []): Failure[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownProperty([...path, key], declared));
  if (issue.code === "invalid_union") return unionFailures(issue, path, declared);
  return [{ property: written(path), reason: reasonOf(issue, valueAt(declared, path)) }];
}

/** Of several forms that a value may have, the author meant the one that fits best: its complaint is the helpful one. */
function unionFailures(issue: z.core.$ZodIssueInvalidUnion, path: Path, declared: Props): Failure[] {
  if (issue.errors.length === 0) return [noSuchKind(path, declared)];
  const fitting = issue.errors.find((errors) => !errors.some(isOfAnotherType));
  if (fitting !== undefined) return fitting.flatMap((inner) => issueFailures(inner, declared, path));
  const all = leaves(issue);
  const own = all.filter(hasOwnWords);
  const reasons = (own.length > 0 ? own : all).map((leaf) => reasonOf(leaf, valueAt(declared, path)));
  return [{ property: written(path), reason: [...new Set(reasons)].join(", or ") }];
}

function isOfAnotherType(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === "invalid_union")
    return issue.errors.length > 0 && issue.errors.every((form) => form.some(isOfAnotherType));
  return issue.code === "invalid_type";
}

function leaves(issue: Issue): Issue[] {
  return issue.code === "invalid_union" ? issue.errors.flat().flatMap(leaves) : [issue];
}

/** The schema says it in words of its own, rather than in the library's. */
const hasOwnWords = (issue: Issue): boolean => !/^Invalid (?:input|option)/.test(issue.message);

function noSuchKind(path: Path, declared: Props): Failure {
  const value = valueAt(declared, path);
  const kinds = kindsAt(path.slice(0, -1), declared).map((kind) => JSON.stringify(kind));
  const said = value === undefined ? "is missing" : `unknown kind ${JSON.stringify(value)}`;
  return {
    property: written(path),
    reason: `${said}; expected ${kinds.length === 1 ? "" : "one of "}${kinds.join(", ")}`,
  };
}

function unknownProperty(path: Path, declared: Props): Failure {
  const key = String(path.at(-1));
  const keys = keysAt(path.slice(0, -1), declared);
  const near = nearest(key, keys);
  const help =
    near === undefined ? `; known are ${keys.map((one) => `\`${one}\``).join(", ")}` : `; did you mean \`${near}\`?`;
  return { property: written(path), reason: `unknown property \`${key}\`${keys.length === 0 ? "" : help}` };
}

function reasonOf(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      if (value === undefined) return `is missing: expected ${named(issue.expected)}`;
      return hasOwnWords(issue) ? issue.message : `expected ${named(issue.expected)}, not ${shown(value)}`;
    case "too_small":
      if (issue.origin === "string" || issue.origin === "array") return "must not be empty";
      return hasOwnWords(issue) && !issue.message.startsWith("Too")
        ? issue.message
        : `must be at least ${issue.minimum}`;
    case "too_big":
      return `must be at most ${issue.maximum}`;
    case "invalid_value":
      if (hasOwnWords(issue)) return issue.message;
      return `expected ${issue.values.map((one) => JSON.stringify(one)).join(" or ")}, not ${shown(value)}`;
    default:
      return issue.message;
  }
}

function named(type: string): string {
  const name = type === "int" ? "whole number" : type;
  return `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`;
}

/** Short values as they are, others by their kind. Credentials never come here: they are refused before. */
function shown(value: unknown): string {
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string" && value.length <= 40) return JSON.stringify(value);
  return named(Array.isArray(value) ? "array" : typeof value);
}
