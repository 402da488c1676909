import type { Baseline } from "../../../core/baseline.ts";
import { RollError } from "../../../core/errors.ts";
import type { Host } from "../../../core/fleet.ts";
import { levelChange, levelOf } from "../../../core/levels.ts";
import { isMet, isPast, type PackageRange, rangeProblem, readRange, resolved } from "../../../core/package-range.ts";
import type { VersionScheme } from "../../../core/version.ts";
import type { Family, Inspection, PackageFacts } from "./facts.ts";

/** How a host stands against a baseline of packages. */
export interface LevelReading {
  readonly family: Family;
  /** `name=version` of what is declared; a package that is not installed is `name=none`. */
  readonly level: string;
  /** The same with the versions that this host would get. */
  readonly wanted: string;
  /** The same from what runs and what is on the disk, not from the package database. */
  readonly evidence: string;
  /** Absent when the host complies. */
  readonly finding?: Host["finding"];
  /** Packages that are half installed. */
  readonly problem?: string;
  readonly rebootPending: boolean;
  /** Exact versions to install. */
  readonly install: readonly string[];
}

/** One part of a level. */
interface Part {
  readonly name: string;
  readonly has: string;
  readonly wants: string;
  readonly proven: string;
  readonly stands: "there" | "behind" | "ahead";
  /** Why it cannot be taken there. */
  readonly blocked?: string;
}

/** Judges what a host tells. Pure. Throws `invalid` for a declared version that the host's package manager cannot read. */
export function levelFrom(baseline: Baseline, facts: PackageFacts, seen: Inspection): LevelReading {
  const { family } = facts;
  const parts = [
    ...Object.entries(baseline.packages ?? {}).map(([name, text]) => packagePart(family, name, text, facts, seen)),
    ...(baseline.kernel === undefined ? [] : [kernelPart(baseline.kernel, facts, seen)]),
    ...(baseline.distribution === undefined || baseline.packages !== undefined
      ? []
      : [distributionPart(baseline.distribution, seen)]),
  ];
  const text = (of: "has" | "wants" | "proven") => levelOf(parts.map((part) => [part.name, part[of]]));
  const level = text("has");
  const wanted = text("wants");
  const evidence = text("proven");
  const finding = findingOf(parts, baseline.allowDowngrade === true, { level, wanted, evidence });
  const problem = problemOf(facts, seen);
  return {
    family,
    level,
    wanted: finding?.compliance === "ahead" ? level : wanted,
    evidence,
    ...(finding === undefined ? {} : { finding }),
    ...(problem === undefined ? {} : { problem }),
    rebootPending: mustReboot(facts, seen),
    install: installOf(parts, baseline, family),
  };
}

function packagePart(
  scheme: VersionScheme,
  name: string,
  text: string,
  { installed }: PackageFacts,
  seen: Inspection,
): Part {
  const { available, updateProblem } = seen;
  const range = readRange(text) as PackageRange;
  const has = installed.get(name);
  const choice = available.get(name) ?? [];
  const problem = rangeProblem(scheme, range);
  if (problem !== undefined)
    throw new RollError("invalid", `baseline.packages["${name}"]: ${problem}.`, { hint: "Nothing was touched." });
  const will = resolved(scheme, range, has?.version, choice);
  const version = has?.version ?? "none";
  const found = choice.length === 0 ? "none at all" : choice.slice(0, 4).join(", ");
  const blocked =
    will === undefined
      ? `${name} ${text} is in none of its repositories (they have ${found})${updateProblem === undefined ? "" : `; ${updateProblem}`}`
      : has?.status.startsWith("h") === true && will !== version
        ? `${name} is held on it (apt-mark hold)`
        : undefined;
  // The version is in the database before its package is set up: a power cut in between leaves a host that still has to be patched.
  const isHalf = has !== undefined && !isSetUp(has.status);
  const there = has !== undefined && !isHalf && isMet(scheme, range, has.version, newest(scheme, choice));
  const past = has !== undefined && isPast(scheme, range, has.version);
  return {
    name,
    has: isHalf ? `${version}(${has.status})` : version,
    wants: will ?? text.replace(/\s+/g, ""),
    proven: provenVersion(name, version, seen),
    stands: there ? "there" : past ? "ahead" : "behind",
    ...(blocked === undefined ? {} : { blocked }),
  };
}

/** Whether dpkg's status says that a package is installed to its end, held or not. */
const isSetUp = (status: string): boolean => /^[hi]i/.test(status);

const newest = (scheme: VersionScheme, choice: readonly string[]) =>
  resolved(scheme, { kind: "latest" }, undefined, choice);

/**
 * A kernel's package by the kernel that runs, libvirt's by its daemon, any other by its files. A package that names the newest kernel may have a version of
 * its own (Ubuntu's `linux-image-generic`): it is proven when the kernel that it depends on runs.
 */
function provenVersion(name: string, version: string, { owner, built, runs, daemon, changed }: Inspection): string {
  if (version === "none") return version;
  if (/^(linux-image|kernel)(-|$)/.test(name)) {
    if (built !== undefined && built !== owner?.version) return built;
    return runs.has(name) ? version : (owner?.version ?? "unknown");
  }
  if (/^libvirt-daemon/.test(name) && daemon !== undefined && !isUpstream(version, daemon)) return daemon;
  const file = changed.get(name);
  return file === undefined ? version : `${version}(${file}-differs)`;
}

/** Whether a package's version is one of this upstream version: `1:11.3.0-3` of `11.3.0`, and not of `11.3`. */
function isUpstream(version: string, daemon: string): boolean {
  const rest = upstream(version);
  return rest.startsWith(daemon) && !/^[\d.]/.test(rest.slice(daemon.length));
}

/** A kernel of the same release but another build runs as long as nobody reboots. */
function mustReboot({ reboot, kernel, running }: PackageFacts, { reboot: found, built, owner }: Inspection): boolean {
  if (reboot !== undefined || found !== undefined) return true;
  if (kernel !== "" && kernel !== running) return true;
  return built !== undefined && owner !== undefined && built !== owner.version;
}

const upstream = (version: string): string => version.replace(/^\d+:/, "");

/** Package of a kernel release. */
export const kernelPackage = (family: Family, release: string): string =>
  family === "deb" ? `linux-image-${release}` : `kernel-${release}`;

function kernelPart(wanted: string, facts: PackageFacts, { available }: Inspection): Part {
  const { family, kernel, running, installed } = facts;
  const name = kernelPackage(family, wanted);
  const there = kernel === wanted;
  // dnf lists kernels by package, not by release: whether it has one is seen when it is staged.
  const cannot = family === "deb" && !there && !installed.has(name) && (available.get(name) ?? []).length === 0;
  return {
    name: "kernel",
    has: kernel === "" ? running : kernel,
    wants: wanted,
    proven: running,
    stands: there ? "there" : "behind",
    ...(cannot ? { blocked: `${name} is in none of its repositories` } : {}),
  };
}

function distributionPart(line: string, { behind, updateProblem }: Inspection): Part {
  const wants = line.trim().replace(/\s+/g, ",");
  const some = behind.slice(0, 3).join(",");
  const has = behind.length === 0 ? wants : `behind(${some}${behind.length > 3 ? `,+${behind.length - 3}` : ""})`;
  return {
    name: "distribution",
    has,
    wants,
    proven: has,
    stands: behind.length === 0 ? "there" : "behind",
    ...(updateProblem === undefined ? {} : { blocked: `its lists cannot be fetched: ${updateProblem}` }),
  };
}

function findingOf(
  parts: readonly Part[],
  mayGoBack: boolean,
  { level, wanted, evidence }: Pick<LevelReading, "level" | "wanted" | "evidence">,
): Host["finding"] {
  const ahead = parts.filter(({ stands }) => stands === "ahead");
  const behind = parts.filter(({ stands }) => stands === "behind");
  const blocked = [...behind, ...(mayGoBack ? ahead : [])].find((part) => part.blocked !== undefined);
  if (blocked?.blocked !== undefined) return { compliance: "blocked", reason: blocked.blocked };
  if (ahead.length > 0 && !mayGoBack) {
    const [first] = ahead;
    const words = `${first?.name} is at ${first?.has} already`;
    if (behind.length === 0) return { compliance: "ahead", reason: words };
    const hint = "declare that version, or `allowDowngrade`";
    return { compliance: "blocked", reason: `${words}, and ${behind[0]?.name} is behind: ${hint}` };
  }
  if (level !== wanted) return { compliance: "drifted", reason: "" };
  if (evidence === wanted) return undefined;
  return { compliance: "drifted", reason: `proven is something else: ${levelChange(level, evidence)}` };
}

function problemOf({ installed }: PackageFacts, { broken }: Inspection): string | undefined {
  const half = [...installed].filter(([, { status }]) => !isSetUp(status));
  const names = [
    ...new Set([
      ...half.map(([name, { status }]) => `${name} (${status})`),
      ...broken.filter((name) => !half.some(([one]) => one === name)),
    ]),
  ];
  return names.length === 0 ? undefined : `packages are not set up: ${names.slice(0, 5).join(", ")}`;
}

function installOf(parts: readonly Part[], { kernel }: Baseline, family: Family): string[] {
  const joint = family === "deb" ? "=" : "-";
  return parts.flatMap(({ name, wants, stands }) => {
    if (name === "distribution") return [];
    if (name === "kernel" && kernel !== undefined) return stands === "there" ? [] : [kernelPackage(family, kernel)];
    return [`${name}${joint}${wants}`];
  });
}
