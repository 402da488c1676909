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
  | { readonly kind: "not pinned" };

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

/**
 * Host key algorithms to ask for, those of keys that we know first: a host whose ed25519 key is known shall show that one even
 * when it would rather show another.
 */
export function algorithmsFor(place: Place, lines: readonly KnownKey[]): string[] {
  const names = [knownName(place.address, place.port), knownName(place.address, 22)];
  const known = new Set(names.flatMap((name) => plainLines(lines, name)).map((line) => line.type));
  const types = [...ALGORITHMS.keys()];
  return [...types.filter((type) => known.has(type)), ...types.filter((type) => !known.has(type))].flatMap(
    (type) => ALGORITHMS.get(type) ?? [],
  );
}
