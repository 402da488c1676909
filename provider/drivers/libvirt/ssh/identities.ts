import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ParsedKey } from "ssh2";
import { RollError } from "../../../core/errors.ts";
import { certificateType, parseCertificate } from "./certificate.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { SshSettings } from "./shell.ts";
import { loadSsh2 } from "./ssh2.ts";
import { certifiedKey } from "./ssh2-certificates.ts";

/** Where the passphrase of encrypted key files is; it is never an input. */
export const PASSPHRASE = "ROLLING_PATCH_SSH_PASSPHRASE";

/** A key that this side can prove to have. */
export interface Identity {
  /** For people: path or "agent", and fingerprint. */
  readonly label: string;
  readonly key: ParsedKey;
}

/** Key files: those that can be used, and why others cannot. */
export interface Identities {
  readonly usable: readonly Identity[];
  /** Sentence parts: "…/id_rsa (encrypted; …)". */
  readonly others: readonly string[];
}

/** Paths of the key files. Throws `invalid` for one that is named and not there. */
export function identityFiles(settings: SshSettings): string[] {
  const { identities } = settings;
  if (identities === undefined)
    return ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => join(homedir(), ".ssh", name)).filter(existsSync);
  for (const [at, file] of identities.entries()) if (!existsSync(file)) throw invalid(at, file, "does not exist");
  return [...identities];
}

/** Reads and decrypts key files. Throws `invalid` for one that cannot be read or is no private key. */
export async function loadIdentities(files: readonly string[], passphrase: string | undefined): Promise<Identities> {
  const { utils } = await loadSsh2();
  const usable: Identity[] = [];
  const others: string[] = [];
  for (const [at, file] of files.entries()) {
    const key = utils.parseKey(read(file, at), passphrase);
    if (key instanceof Error) {
      if (key.message === "Unsupported key format") throw invalid(at, file, "holds no private key", key);
      others.push(`${file} (${problemOf(key, passphrase)})`);
    } else if (!key.isPrivateKey()) throw invalid(at, file, "holds a public key, not a private one");
    else {
      const certified = withCertificate(file, key, others);
      if (certified !== undefined) usable.push(certified);
      usable.push({ label: `${file} ${fingerprintOf(key.getPublicSSH())}`, key });
    }
  }
  return { usable, others };
}

/** The key with the certificate beside it, which is tried before the key alone. */
function withCertificate(file: string, key: ParsedKey, others: string[]): Identity | undefined {
  const beside = `${file}-cert.pub`;
  if (!existsSync(beside)) return undefined;
  const blob = Buffer.from(readFileSync(beside, "utf8").split(/\s+/)[1] ?? "", "base64");
  const certificate = parseCertificate(blob);
  if (certificate?.kind === "user" && certificate.key.equals(key.getPublicSSH()))
    return { label: `${beside} (${certificate.id})`, key: certifiedKey(key, blob, certificateType(key.type)) };
  others.push(`${beside} (no user certificate of ${file})`);
  return undefined;
}

function problemOf(error: Error, passphrase: string | undefined): string {
  if (!/passphrase|decrypt/i.test(error.message)) return error.message;
  return `encrypted, and ${passphrase === undefined ? `${PASSPHRASE} is not set` : `the passphrase in ${PASSPHRASE} is not its own`}`;
}

function read(file: string, at: number): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw invalid(at, file, "cannot be read", error);
  }
}

function invalid(at: number, file: string, what: string, cause?: unknown): RollError {
  return new RollError("invalid", `identities[${at}]: ${file} ${what}.`, {
    hint: "Name private key files that exist and that this process may read, or leave the field out and use an agent.",
    cause,
  });
}
