import { createPublicKey, verify } from "node:crypto";
import { keyType } from "./fingerprint.ts";
import type { Ssh2 } from "./ssh2.ts";
import { WireReader, wireString } from "./wire.ts";

/** An OpenSSH certificate (PROTOCOL.certkeys): a public key, and what a CA says of it. */
export interface Certificate {
  readonly kind: "user" | "host";
  /** The key that it is about, in wire format. */
  readonly key: Buffer;
  /** What the CA calls it: for people. */
  readonly id: string;
  /** Users or hosts that it is for; none: all. */
  readonly principals: readonly string[];
  /** Seconds since 1970: from `after` on, and before `before`. */
  readonly after: bigint;
  readonly before: bigint;
  /** Names of its critical options. */
  readonly critical: readonly string[];
  /** The CA's key, in wire format. */
  readonly ca: Buffer;
  /** What the CA signed, and its signature. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

const SUFFIX = "-cert-v01@openssh.com";

/** Fields of the key itself, by its type. */
const KEY_FIELDS = new Map([
  ["ssh-ed25519", 1],
  ["ecdsa-sha2-nistp256", 2],
  ["ecdsa-sha2-nistp384", 2],
  ["ecdsa-sha2-nistp521", 2],
  ["ssh-rsa", 2],
]);

export function isCertificate(key: Buffer): boolean {
  return keyType(key)?.endsWith(SUFFIX) === true;
}

/** "ssh-ed25519" → "ssh-ed25519-cert-v01@openssh.com". */
export function certificateType(type: string): string {
  return `${type}${SUFFIX}`;
}

/** Undefined: it is none, or of a kind or type that is not understood. Its signature has not been looked at. */
export function parseCertificate(bytes: Buffer): Certificate | undefined {
  try {
    const reader = new WireReader(bytes);
    const type = reader.text().slice(0, -SUFFIX.length);
    const fields = KEY_FIELDS.get(type);
    if (!isCertificate(bytes) || fields === undefined) return undefined;
    reader.string(); // A nonce.
    const key = Buffer.concat([type, ...Array.from({ length: fields }, () => reader.string())].map(wireString));
    reader.uint64(); // A serial number.
    const kind = ([undefined, "user", "host"] as const)[reader.uint32()];
    const id = reader.text();
    const principals = strings(reader.string());
    const [after, before] = [reader.uint64(), reader.uint64()];
    const critical = strings(reader.string()).filter((_, at) => at % 2 === 0);
    reader.string(); // Extensions: what is not understood may be left alone.
    reader.string(); // Reserved.
    const ca = Buffer.from(reader.string());
    const signed = bytes.subarray(0, reader.at);
    const signature = reader.string();
    if (kind === undefined || !reader.done) return undefined;
    return { kind, key, id, principals, after, before, critical, ca, signed, signature };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function strings(bytes: Buffer): string[] {
  const reader = new WireReader(bytes);
  const all: string[] = [];
  while (!reader.done) all.push(reader.text());
  return all;
}

/** Signature algorithms that a CA may have used, by type of its key: digest, and for ECDSA the bytes of a number. */
const CA_ALGORITHMS = new Map<
  string,
  readonly { readonly name: string; readonly digest: string | null; readonly half?: number }[]
>([
  ["ssh-ed25519", [{ name: "ssh-ed25519", digest: null }]],
  ["ecdsa-sha2-nistp256", [{ name: "ecdsa-sha2-nistp256", digest: "sha256", half: 32 }]],
  ["ecdsa-sha2-nistp384", [{ name: "ecdsa-sha2-nistp384", digest: "sha384", half: 48 }]],
  ["ecdsa-sha2-nistp521", [{ name: "ecdsa-sha2-nistp521", digest: "sha512", half: 66 }]],
  [
    "ssh-rsa",
    [
      { name: "rsa-sha2-512", digest: "sha512" },
      { name: "rsa-sha2-256", digest: "sha256" },
    ],
  ],
]);

/** Whether the CA that it names has signed it. SHA-1 signatures do not count. */
export function isSigned({ ca, signed, signature }: Certificate, { utils }: Ssh2): boolean {
  try {
    const reader = new WireReader(signature);
    const name = reader.text();
    const algorithm = CA_ALGORITHMS.get(keyType(ca) ?? "")?.find((one) => one.name === name);
    const parsed = utils.parseKey(ca);
    if (algorithm === undefined || parsed instanceof Error) return false;
    const key = createPublicKey(parsed.getPublicPEM());
    const { digest, half } = algorithm;
    const value = reader.string();
    if (half === undefined) return verify(digest, signed, key, value);
    return verify(digest, signed, { key, dsaEncoding: "ieee-p1363" }, numbers(value, half));
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** An ECDSA signature: two numbers in SSH's format (mpint) → two of a fixed length. */
function numbers(value: Buffer, half: number): Buffer {
  const reader = new WireReader(value);
  return Buffer.concat(
    [reader.string(), reader.string()].map((number) => {
      const digits = number[0] === 0 ? number.subarray(1) : number;
      if (digits.length > half) throw new RangeError("A number of the signature is too long.");
      return Buffer.concat([Buffer.alloc(half - digits.length), digits]);
    }),
  );
}
