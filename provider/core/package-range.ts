import { compareVersions, type VersionScheme, versionProblem } from "./version.ts";

/** Package versions that a baseline accepts: `1:10.0.13+ds-1`, `>= 6.12, < 6.13`, or `latest`. */
export type PackageRange =
  /** This version and no other. */
  | { readonly kind: "exact"; readonly version: string }
  /** The newest that the host's repositories have. */
  | { readonly kind: "latest" }
  /** Any that meets every bound; a host that has none of them gets the newest that does. */
  | { readonly kind: "bounds"; readonly bounds: readonly Bound[] };

interface Bound {
  readonly operator: ">=" | ">" | "<=" | "<";
  readonly version: string;
}

/** Reads a range; a text says what is wrong with it. Whether its versions are ones is seen with the scheme of the host. */
export function readRange(text: string): PackageRange | string {
  const trimmed = text.trim();
  if (trimmed === "latest") return { kind: "latest" };
  if (/^[<>]/.test(trimmed)) return readBounds(trimmed);
  if (!/^[\w.+:~^-]+$/.test(trimmed))
    return `"${text}" is no version: write it as the package manager prints it ("1:10.0.13+ds-1"), a range (">= 6.12") or "latest"`;
  return { kind: "exact", version: trimmed };
}

/** What is wrong with the versions of a range under a scheme, or nothing. */
export function rangeProblem(scheme: VersionScheme, range: PackageRange): string | undefined {
  const versions =
    range.kind === "exact" ? [range.version] : range.kind === "bounds" ? range.bounds.map(versionOf) : [];
  return versions.map((version) => versionProblem(scheme, version)).find((problem) => problem !== undefined);
}

/** Whether a version meets the range. `newest` is the newest that there is: `latest` asks for it, and is met by one that is newer. */
export function isMet(
  scheme: VersionScheme,
  range: PackageRange,
  version: string,
  newest: string | undefined,
): boolean {
  switch (range.kind) {
    case "exact":
      return compareVersions(scheme, version, range.version) === 0;
    case "latest":
      return newest === undefined || compareVersions(scheme, version, newest) >= 0;
    case "bounds":
      return range.bounds.every((bound) => meets(compareVersions(scheme, version, bound.version), bound.operator));
  }
}

/** The version that a host would get: the one it has, if that will do, else the newest available one that does; undefined: there is none. */
export function resolved(
  scheme: VersionScheme,
  range: PackageRange,
  installed: string | undefined,
  available: readonly string[],
): string | undefined {
  const newest = newestOf(scheme, available);
  if (installed !== undefined && isMet(scheme, range, installed, newest)) return installed;
  const fit = available.filter((version) => isMet(scheme, range, version, newest));
  return newestOf(scheme, fit);
}

/** Whether the version is past all that the range accepts. */
export function isPast(scheme: VersionScheme, range: PackageRange, version: string): boolean {
  switch (range.kind) {
    case "exact":
      return compareVersions(scheme, version, range.version) > 0;
    case "latest":
      return false;
    case "bounds":
      return range.bounds.some(
        ({ operator, version: bound }) =>
          operator.startsWith("<") && !meets(compareVersions(scheme, version, bound), operator),
      );
  }
}

function newestOf(scheme: VersionScheme, versions: readonly string[]): string | undefined {
  return [...versions].sort((a, b) => compareVersions(scheme, b, a))[0];
}

function readBounds(text: string): PackageRange | string {
  const bounds: Bound[] = [];
  for (const part of text.split(",")) {
    const found = /^\s*(>=|<=|>|<)\s*([\w.+:~^-]+)\s*$/.exec(part);
    if (found === null)
      return `"${text}" is no range: write bounds like ">= 6.12", or several with commas (">= 6.12, < 6.13")`;
    bounds.push({ operator: found[1] as Bound["operator"], version: found[2] as string });
  }
  return { kind: "bounds", bounds };
}

function meets(order: -1 | 0 | 1, operator: Bound["operator"]): boolean {
  if (order === 0) return operator.endsWith("=");
  return operator.startsWith(">") === order > 0;
}

const versionOf = ({ version }: Bound): string => version;
