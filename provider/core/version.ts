/**
 * Version order: which of two patch levels is the older one, for every way in which platforms write them.
 *
 * | scheme | who writes like that | shape | order |
 * |---|---|---|---|
 * | `release` | ESXi, vCenter, appliances | `8.0.3`, `8.0.3-24022510`, `8.0.3-0.0.24022510` | number by number, then the build |
 * | `deb` | Debian, Ubuntu | `[epoch:]upstream[-revision]` | what `dpkg --compare-versions` says |
 * | `rpm` | RHEL, SUSE, Photon | `[epoch:]version[-release]` | what rpm says, `~` and `^` included |
 * | `windows` | Windows, Hyper-V, Azure Local | `10.0.20348.2402`, short `20348.2402` | number by number |
 * | `semver` | Talos, Kubernetes | `1.8.2`, `1.8.2-rc.1` | precedence of Semantic Versioning 2.0 |
 *
 * Numbers are decimal ASCII digits of any size (`8.0.10` is after `8.0.9`), leading zeros mean nothing. Texts that are
 * written differently can be equal: `8.0` and `8.0.0` (release), `1.0` and `0:1.0-0` (deb), `1.0.1` and `1.0_1` (rpm),
 * `20348.2402` and `10.0.20348.2402` (windows), `1.8.2+a` and `1.8.2+b` (semver).
 */
import parseSemver from "semver/functions/parse.js";

/** Every scheme, for input validation and documentation. */
export const versionSchemes = ["release", "deb", "rpm", "windows", "semver"] as const;

/** How the text of a version is read; see the table at the head of this file. */
export type VersionScheme = (typeof versionSchemes)[number];

/**
 * Says why `text` is not a version of this scheme and how one looks, or nothing when it is one. To be put after the
 * name of a field: `"8.0 U3" is not a release version: write dotted numbers …`.
 */
export function versionProblem(scheme: VersionScheme, text: string): string | undefined {
  return parse(scheme, text) === undefined ? describeProblem(scheme, text) : undefined;
}

/**
 * Total order: -1 when `a` is the older version, 1 when it is the newer one, 0 when they are equal. A version without
 * build (`release`) or without release (`rpm`) is older than the same version with one.
 * @throws RangeError with the text of `versionProblem` when one of the two is not a version of this scheme.
 */
export function compareVersions(scheme: VersionScheme, a: string, b: string): -1 | 0 | 1 {
  const left = parseOrThrow(scheme, a);
  const right = parseOrThrow(scheme, b);
  for (const [i, part] of left.entries()) {
    const order = compareParts(part, right[i] ?? []);
    if (order !== 0) return order;
  }
  return 0;
}

/** Whether `a` is older than `b`. @throws RangeError like `compareVersions`. */
export function sortsBefore(scheme: VersionScheme, a: string, b: string): boolean {
  return compareVersions(scheme, a, b) < 0;
}

/**
 * Whether a host that reports `actual` is at the `declared` level: the two are equal, as far as the declaration goes. A
 * declared `release` without build is met by every build of it, a declared `rpm` version without release by every
 * release of it; nothing else may be left out. A host without build does not meet a declared build. When this is
 * false, `compareVersions` is never 0: it tells whether the host is behind or ahead.
 * @throws RangeError like `compareVersions`.
 */
export function satisfies(scheme: VersionScheme, declared: string, actual: string): boolean {
  const found = parseOrThrow(scheme, actual);
  return parseOrThrow(scheme, declared).every(
    (part, i) => part.length === 0 || compareParts(part, found[i] ?? []) === 0,
  );
}

/** The parts of a version, most significant first, as many in all versions of a scheme. An empty part was left out. */
type Version = readonly Part[];
type Part = readonly Token[];

/** Ordered by rank, then by value; within a scheme a rank holds either numbers or texts. */
interface Token {
  readonly rank: number;
  readonly value: bigint | string;
}

/** Stands behind the last token: it is after what ranks below 0, before what ranks above, and equal to a zero of rank 0. */
const end: Token = { rank: 0, value: 0n };
/** Heads a part that may be left out, so that having it is more than not having it, whatever it holds. */
const present: Token = { rank: 1, value: 0n };

/** No platform writes longer ones; a limit keeps a hostile text from costing time. */
const longest = 256;

const readers: Record<VersionScheme, { shape: string; parse: (text: string) => Version | undefined }> = {
  release: { shape: "dotted numbers with an optional build, such as 8.0.3 or 8.0.3-24022510", parse: parseRelease },
  deb: {
    shape: "[epoch:]upstream[-revision], upstream starting with a digit, such as 1:2.4.1-3+deb12u1",
    parse: parseDeb,
  },
  rpm: {
    shape: "[epoch:]version[-release] with a digit in the version, such as 5.14.0-427.13.1.el9_4",
    parse: parseRpm,
  },
  windows: {
    shape:
      "four dotted numbers such as 10.0.20348.2402, or build and revision such as 20348.2402 (from build 10240 on)",
    parse: parseWindows,
  },
  semver: { shape: "MAJOR.MINOR.PATCH without a leading v, such as 1.8.2 or 1.8.2-rc.1", parse: parseSemantic },
};

function describeProblem(scheme: VersionScheme, text: string): string {
  if (text.length > longest) {
    return `${JSON.stringify(text.slice(0, 40))}… is not a ${scheme} version: it has more than ${longest} characters`;
  }
  return `${JSON.stringify(text)} is not a ${scheme} version: write ${readers[scheme].shape}`;
}

function parse(scheme: VersionScheme, text: string): Version | undefined {
  return text.length > longest ? undefined : readers[scheme].parse(text);
}

function parseOrThrow(scheme: VersionScheme, text: string): Version {
  const version = parse(scheme, text);
  if (version === undefined) throw new RangeError(describeProblem(scheme, text));
  return version;
}

function compareParts(a: Part, b: Part): -1 | 0 | 1 {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const left = a[i] ?? end;
    const right = b[i] ?? end;
    if (left.rank !== right.rank) return left.rank < right.rank ? -1 : 1;
    if (left.value !== right.value) return left.value < right.value ? -1 : 1;
  }
  return 0;
}

function parseRelease(text: string): Version | undefined {
  const [, numbers, build] = /^([0-9]+(?:\.[0-9]+)*)(?:-([0-9]+(?:\.[0-9]+)*))?$/.exec(text) ?? [];
  if (numbers === undefined) return undefined;
  return [numberTokens(numbers), build === undefined ? [] : [present, ...numberTokens(build)]];
}

function parseWindows(text: string): Version | undefined {
  if (/^[0-9]+(?:\.[0-9]+){3}$/.test(text)) return [numberTokens(text)];
  const [, build] = /^([0-9]+)\.[0-9]+$/.exec(text) ?? [];
  // Only since build 10240 is every Windows a 10.0: before, the build alone does not tell the release.
  return build === undefined || BigInt(build) < 10240n ? undefined : [numberTokens(`10.0.${text}`)];
}

/** The library reads; the order is ours, since the library's takes pre-release numbers beyond 2^53 for equal. */
function parseSemantic(text: string): Version | undefined {
  // The library would also take a leading v and white space around it.
  const version = /^[0-9]\S*$/.test(text) ? parseSemver(text) : null;
  if (version === null) return undefined;
  const identifiers = version.prerelease.map((id) =>
    /^[0-9]+$/.test(String(id)) ? { rank: 1, value: BigInt(id) } : { rank: 2, value: String(id) },
  );
  const released = { rank: 3, value: 0n };
  return [
    numberTokens(`${version.major}.${version.minor}.${version.patch}`),
    identifiers.length === 0 ? [released] : identifiers,
  ];
}

/** As in Debian Policy and dpkg; own code, since no library agrees with dpkg on zeros, revisions and long numbers. */
function parseDeb(text: string): Version | undefined {
  const { epoch, version, release } = splitPackageVersion(text);
  if (!isEpoch(epoch, 2n ** 31n) || !/^[0-9][A-Za-z0-9.+~:-]*$/.test(version)) return undefined;
  if (release !== undefined && !/^[A-Za-z0-9.+~]+$/.test(release)) return undefined;
  return [numberTokens(epoch), debTokens(version), debTokens(release ?? "0")];
}

/** Character by character (`~`, then the end, letters, all else), numbers as a whole; where no number is, it is 0. */
function debTokens(text: string): Token[] {
  return (text.match(/[0-9]+|[^0-9]/g) ?? []).map((run) => {
    if (/[0-9]/.test(run)) return { rank: 0, value: BigInt(run) };
    if (run === "~") return { rank: -1, value: "" };
    return { rank: run.charCodeAt(0) + (/[A-Za-z]/.test(run) ? 0 : 256), value: "" };
  });
}

function parseRpm(text: string): Version | undefined {
  const { epoch, version, release } = splitPackageVersion(text);
  if (!isEpoch(epoch, 2n ** 32n) || !/^[A-Za-z._+~^]*[0-9][A-Za-z0-9._+~^]*$/.test(version)) return undefined;
  if (release !== undefined && !/^[A-Za-z0-9._+~^]+$/.test(release)) return undefined;
  return [numberTokens(epoch), rpmTokens(version), release === undefined ? [] : [present, ...rpmTokens(release)]];
}

/** Runs of letters or digits (`~`, then the end, `^`, letters, numbers); all else only separates. */
function rpmTokens(text: string): Token[] {
  return (text.match(/[0-9]+|[A-Za-z]+|[~^]/g) ?? []).map((run) => {
    if (/[0-9]/.test(run)) return { rank: 3, value: BigInt(run) };
    if (/[A-Za-z]/.test(run)) return { rank: 2, value: run };
    return { rank: run === "~" ? -1 : 1, value: "" };
  });
}

/** Up to the first colon the epoch, after the last hyphen the Debian revision or RPM release. */
function splitPackageVersion(text: string): { epoch: string; version: string; release: string | undefined } {
  const colon = text.indexOf(":");
  const rest = text.slice(colon + 1);
  const hyphen = rest.lastIndexOf("-");
  return {
    epoch: colon < 0 ? "0" : text.slice(0, colon),
    version: hyphen < 0 ? rest : rest.slice(0, hyphen),
    release: hyphen < 0 ? undefined : rest.slice(hyphen + 1),
  };
}

function isEpoch(text: string, limit: bigint): boolean {
  return /^[0-9]+$/.test(text) && BigInt(text) < limit;
}

/** Dotted numbers; a missing number is 0, so that `8.0` equals `8.0.0`. */
function numberTokens(text: string): Token[] {
  return text.split(".").map((digits) => ({ rank: 0, value: BigInt(digits) }));
}
