import { z } from "zod";

/** One condition on the labels of an alert, as Alertmanager takes it. */
export interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

const PATTERN = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"\s{}]*|\{host\}[^"\s]*))\s*$/;

/** A matcher as people write it: `severity="critical"`, `instance=~"{host}:.*"`. Undefined: it is none. */
export function parseMatcher(text: string): Matcher | undefined {
  const [, name, operator = "=", quoted, bare = ""] = PATTERN.exec(text) ?? [];
  if (name === undefined) return undefined;
  const value = quoted?.replace(/\\(["\\])/g, "$1") ?? bare;
  return { name, value, isRegex: operator.endsWith("~"), isEqual: operator.startsWith("=") };
}

export const matcher = z
  .string()
  .refine(
    (text) => parseMatcher(text) !== undefined,
    'expected a matcher like severity="critical" or instance=~"{host}:.*"',
  );

/** The matcher for one host; in a regular expression its name stands for itself. */
export function forHost(matcher: Matcher, host: string): Matcher {
  const name = matcher.isRegex ? host.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") : host;
  return { ...matcher, value: matcher.value.replaceAll("{host}", () => name) };
}

/** As Alertmanager reads it. */
export function matcherText({ name, value, isRegex, isEqual }: Matcher): string {
  const operator = `${isEqual ? "=" : "!"}${isRegex ? "~" : isEqual ? "" : "="}`;
  return `${name}${operator}${JSON.stringify(value)}`;
}
