import { isDeepStrictEqual } from "node:util";
import { own } from "../core/own.ts";
import { declaredKeys, type Props, savedHosts } from "./props.ts";
import { type Path, UNKNOWN } from "./unknown.ts";

/** One property that differs: `hosts["esx-01"]`, `policy.maxUnavailable`. */
export interface PropertyChange {
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
  /** It replaces the resource. */
  readonly replaces: boolean;
}

/**
 * What differs between saved outputs and checked inputs, host by host and down to the declared property. `replaced`: the target
 * is another one.
 */
export function changesOf(olds: Props, news: Props, replaced: boolean): PropertyChange[] {
  const declared = declaredKeys.flatMap((key) => differences(own(olds, key), own(news, key), [key]));
  const hosts =
    news.hosts === UNKNOWN || news.hosts === undefined
      ? []
      : differences(savedHosts(olds), savedHosts(news), ["hosts"]);
  const plan = news.plan === undefined ? [] : differences(undefined, news.plan, ["plan"]);
  return [...declared, ...hosts, ...plan].map(({ path, kind }) => ({
    path: propertyPath(path),
    kind,
    replaces: replaced && path[0] === "target",
  }));
}

interface Difference {
  readonly path: Path;
  readonly kind: PropertyChange["kind"];
}

/** Objects are compared key by key, anything else as a whole: a list that grew at its head is one change. */
function differences(before: unknown, after: unknown, path: Path): Difference[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (before === undefined) return [{ path, kind: "add" }];
  if (after === undefined) return [{ path, kind: "delete" }];
  if (!isObject(before) || !isObject(after)) return [{ path, kind: "update" }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => differences(own(before, key), own(after, key), [...path, key]));
}

function isObject(value: unknown): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As Pulumi writes paths: names that are no identifiers go into brackets, quoted. */
export function propertyPath(path: Path): string {
  return path
    .map((key, index) => {
      if (typeof key === "number") return `[${key}]`;
      const name = String(key);
      if (path[0] === "hosts" && index === 1) return `["${escaped(name)}"]`;
      if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `["${escaped(name)}"]`;
      return index === 0 ? name : `.${name}`;
    })
    .join("");
}

/** Pulumi knows one escape: the quote. */
const escaped = (name: string): string => name.replaceAll('"', '\\"');
