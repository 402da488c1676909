import { z } from "zod";
import { inputs } from "../core/inputs.ts";
import { own } from "../core/own.ts";
import type { Props } from "./props.ts";
import type { Path } from "./unknown.ts";

/** What of JSON Schema is needed to look up which keys and kinds belong at a path. */
interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly const?: unknown;
}

/** Names of the properties that may be at the path, given what is declared there (a `kind` chooses between forms). */
export function keysAt(path: Path, declared: Props): string[] {
  return [...new Set(shapesAt(path, declared).flatMap((shape) => Object.keys(shape.properties ?? {})))];
}

/** Every `kind` that the object at the path may have, whatever it has now. */
export function kindsAt(path: Path, declared: Props): unknown[] {
  return [...new Set(shapesAt(path, declared, "any kind").flatMap((shape) => shape.properties?.kind?.const ?? []))];
}

/** The value at a path, or undefined. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? own(at as Props, String(key)) : undefined),
    value,
  );
}

function shapesAt(path: Path, declared: Props, last?: "any kind"): Shape[] {
  let shapes = forms(z.toJSONSchema(inputs, { io: "input", unrepresentable: "any" }) as Shape);
  path.forEach((key, depth) => {
    const inside = shapes
      .flatMap((shape) => (typeof key === "number" ? shape.items : own(shape.properties, String(key))) ?? [])
      .flatMap(forms);
    const kind =
      last !== undefined && depth === path.length - 1
        ? undefined
        : valueAt(declared, [...path.slice(0, depth + 1), "kind"]);
    shapes = inside.filter(
      (shape) => kind === undefined || shape.properties?.kind === undefined || shape.properties.kind.const === kind,
    );
  });
  return shapes;
}

/** A schema is one form, or a choice of several. */
function forms(shape: Shape): Shape[] {
  const choice = [...(shape.anyOf ?? []), ...(shape.oneOf ?? [])];
  return choice.length === 0 ? [shape] : choice.flatMap(forms);
}
