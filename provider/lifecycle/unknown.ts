/** What the Pulumi engine passes for a value that is not known during preview. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A path inside properties: keys and indexes. */
export type Path = readonly PropertyKey[];

/** Where values are not known yet. */
export function unknownPaths(value: unknown, at: Path = []): Path[] {
  if (typeof value === "string") return value.includes(UNKNOWN) ? [at] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => unknownPaths(item, [...at, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => unknownPaths(item, [...at, key]));
}

/** As people write it in a program: `policy.maxUnavailable`, `checks[0].url`. */
export function written(path: Path): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
    .join("");
}
