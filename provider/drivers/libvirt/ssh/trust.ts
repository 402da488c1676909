import { type Certificate, certificateType } from "./certificate.ts";
import { fingerprintOf, keyType } from "./fingerprint.ts";
import { isNamed, type KnownKey, knownName } from "./known-hosts.ts";
import type { Place } from "./place.ts";

/** What is to be thought of the key that a host showed. */
export type Verdict =
  | { readonly kind: "trusted" }
  /** No line and no pin knows the host. */
  | { readonly kind: "unknown" }
  /** Lines know the host, by keys of other types. */
  | { readonly kind: "other types"; readonly lines: readonly KnownKey[] }
  /** A line holds another key of the same type. */
  | { readonly kind: "changed"; readonly lines: readonly KnownKey[] }
  | { readonly kind: "revoked"; readonly line: KnownKey }
  | { readonly kind: "not pinned" }
  /** A certificate that does not count, and a key that no line knows. */
  | { readonly kind: "certificate"; readonly why: string };

/** Judges a plain host key, in wire format. `@cert-authority` lines never make one trusted: they are about certificates. */
export function judgeKey(place: Place, key: Buffer, lines: readonly KnownKey[]): Verdict {
  const revoked = linesFor(place, lines, "@revoked").find((line) => line.key.equals(key));
  if (revoked !== undefined) return { kind: "revoked", line: revoked };
  if (place.fingerprints.length > 0)
    return { kind: place.fingerprints.includes(fingerprintOf(key)) ? "trusted" : "not pinned" };
  const known = plainLines(lines, knownName(place.address, place.port));
  const bare = known.length > 0 ? known : plainLines(lines, knownName(place.address, 22));
  if (bare.some((line) => line.key.equals(key))) return { kind: "trusted" };
  const same = known.filter((line) => line.type === keyType(key));
  if (same.length > 0) return { kind: "changed", lines: same };
  return known.length > 0 ? { kind: "other types", lines: known } : { kind: "unknown" };
}

/**
 * Judges a host certificate, as OpenSSH does: where it does not count, the key in it does if a line knows that. `signed`: its CA has
 * signed it; `now`: seconds since 1970.
 */
export function judgeCertificate(
  place: Place,
  certificate: Certificate,
  lines: readonly KnownKey[],
  { signed, now }: { readonly signed: boolean; readonly now: number },
): Verdict {
  const { ca, key } = certificate;
  const revoked = linesFor(place, lines, "@revoked").find((line) => line.key.equals(ca) || line.key.equals(key));
  if (revoked !== undefined) return { kind: "revoked", line: revoked };
  const known = linesFor(place, lines, "@cert-authority").some((line) => line.key.equals(ca));
  const why = known
    ? problemOf(place, certificate, signed, now)
    : `its CA ${fingerprintOf(ca)} is in no @cert-authority line for this host`;
  if (why === undefined) return { kind: "trusted" };
  const plain = judgeKey(place, key, lines);
  return plain.kind === "unknown" ? { kind: "certificate", why } : plain;
}

function problemOf(place: Place, certificate: Certificate, signed: boolean, now: number): string | undefined {
  const { kind, principals, after, before, critical } = certificate;
  if (!signed) return "its CA has not signed it";
  if (kind !== "host") return "it is a user's certificate";
  // A certificate without principals is one for every host, as `ssh-keygen` makes it unless told otherwise.
  if (principals.length > 0 && !principals.some((name) => name.toLowerCase() === place.address.toLowerCase()))
    return `it is for ${principals.join(", ")}`;
  if (BigInt(now) < after) return "it is not valid yet";
  if (BigInt(now) >= before) return "it has expired";
  if (critical.length > 0) return `it demands what is not understood: ${critical.join(", ")}`;
  return undefined;
}

/**
 * Lines that hold plain keys of a name. A place on another port than 22 is also trusted by the line of its host without a port,
 * as with OpenSSH, but another key there is not a changed one: it may be that of another sshd.
 */
function plainLines(lines: readonly KnownKey[], name: string): KnownKey[] {
  return lines.filter((line) => line.marker === undefined && isNamed(line.names, name));
}

/** Lines with a marker that name a place, with or without its port. */
export function linesFor(place: Place, lines: readonly KnownKey[], marker: KnownKey["marker"]): KnownKey[] {
  const names = [knownName(place.address, place.port), knownName(place.address, 22)];
  return lines.filter((line) => line.marker === marker && names.some((name) => isNamed(line.names, name)));
}

/** SSH's names of the signature algorithms, best first, for each type of host key. SHA-1 signatures are not among them. */
const ALGORITHMS = new Map([
  ["ssh-ed25519", ["ssh-ed25519"]],
  ["ecdsa-sha2-nistp256", ["ecdsa-sha2-nistp256"]],
  ["ecdsa-sha2-nistp384", ["ecdsa-sha2-nistp384"]],
  ["ecdsa-sha2-nistp521", ["ecdsa-sha2-nistp521"]],
  ["ssh-rsa", ["rsa-sha2-512", "rsa-sha2-256"]],
]);

/** What to ask a host for. */
export interface Algorithms {
  /** For plain keys, those of keys that we know first: a host whose ed25519 key is known shall show that one even when it would rather show another. */
  readonly plain: readonly string[];
  /**
   * For certificates, which are preferred: where a CA is known for the host, or something revoked, which may be one, and no key is pinned. RSA is left
   * out: see ssh2-certificates.ts.
   */
  readonly certificates: readonly string[];
}

export function algorithmsFor(place: Place, lines: readonly KnownKey[]): Algorithms {
  const revoked = linesFor(place, lines, "@revoked");
  const known = plainLines(lines, knownName(place.address, place.port))
    .filter((line) => !revoked.some((one) => one.key.equals(line.key)))
    .map((line) => line.type);
  const types = [...ALGORITHMS.keys()];
  const sorted = [...types.filter((type) => known.includes(type)), ...types.filter((type) => !known.includes(type))];
  const marked = linesFor(place, lines, "@cert-authority").length + revoked.length;
  const certified = place.fingerprints.length === 0 && marked > 0;
  return {
    plain: sorted.flatMap((type) => ALGORITHMS.get(type) ?? []),
    certificates: certified ? types.filter((type) => type !== "ssh-rsa").map(certificateType) : [],
  };
}
