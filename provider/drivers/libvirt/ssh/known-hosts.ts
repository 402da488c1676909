import { createHmac } from "node:crypto";
import { keyType } from "./fingerprint.ts";

/** A line of a known_hosts file, as sshd(8) describes them. */
export interface KnownKey {
  /** "FILE:LINE". */
  readonly at: string;
  readonly file: string;
  readonly marker: "@revoked" | "@cert-authority" | undefined;
  /** Comma list of names and patterns, or one hashed name. */
  readonly names: string;
  /** "ssh-ed25519". */
  readonly type: string;
  /** Wire format. */
  readonly key: Buffer;
}

/** The lines that can be understood; others are left out, as OpenSSH does. */
export function parseKnownHosts(text: string, file: string): KnownKey[] {
  return text.split(/\r?\n/).flatMap((line, index) => parseLine(line, file, index + 1) ?? []);
}

function parseLine(line: string, file: string, number: number): KnownKey | undefined {
  const words = line.split(/[ \t]+/).filter((word) => word !== "");
  if (words[0]?.startsWith("#")) return undefined;
  const marker = words[0]?.startsWith("@") ? words.shift() : undefined;
  if (marker !== undefined && marker !== "@revoked" && marker !== "@cert-authority") return undefined;
  const [names, type, encoded] = words;
  if (names === undefined || type === undefined || encoded === undefined) return undefined;
  const key = Buffer.from(encoded, "base64");
  return keyType(key) === type ? { at: `${file}:${number}`, file, marker, names, type, key } : undefined;
}

/** How known_hosts names a host on a port: "h1.example.com", "[h1.example.com]:2222". */
export function knownName(address: string, port: number): string {
  const name = address.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** Whether the names of a line mean this host. A negated pattern that matches wins over all others. */
export function isNamed(names: string, name: string): boolean {
  if (names.startsWith("|")) return isHashed(names, name);
  const patterns = names.toLowerCase().split(",");
  const [without, within] = [patterns.filter((one) => one.startsWith("!")), patterns.filter((one) => one[0] !== "!")];
  return within.some((pattern) => isLike(name, pattern)) && !without.some((one) => isLike(name, one.slice(1)));
}

/** "|1|SALT|HMAC-SHA1 of the name". */
function isHashed(names: string, name: string): boolean {
  const [, version, salt, hash] = names.split("|");
  if (version !== "1" || salt === undefined || hash === undefined) return false;
  return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest().equals(Buffer.from(hash, "base64"));
}

/** `*` stands for any characters, `?` for one. Not by a regular expression: patterns of many stars would take for ever. */
function isLike(text: string, pattern: string): boolean {
  let [at, from, star, retry] = [0, 0, -1, 0];
  while (at < text.length) {
    if (pattern[from] === "*") {
      [star, retry] = [from, at];
      from += 1;
    } else if (from < pattern.length && (pattern[from] === "?" || pattern[from] === text[at])) {
      at += 1;
      from += 1;
    } else if (star >= 0) {
      retry += 1;
      [at, from] = [retry, star + 1];
    } else return false;
  }
  return /^\**$/.test(pattern.slice(from));
}
