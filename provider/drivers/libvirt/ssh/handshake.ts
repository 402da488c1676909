import type { Duplex } from "node:stream";
import type { Client, ServerHostKeyAlgorithm } from "ssh2";
import { isRollError, type RollError } from "../../../core/errors.ts";
import { wallNow } from "../../../engine/clock.ts";
import { authenticate, type Credentials } from "./authentication.ts";
import { isCertificate, isSigned, parseCertificate } from "./certificate.ts";
import { failure, type Stage, tooLate } from "./failures.ts";
import { keyType } from "./fingerprint.ts";
import type { KnownFiles } from "./known-files.ts";
import { type KnownKey, knownName } from "./known-hosts.ts";
import type { Place } from "./place.ts";
import { refusal } from "./refusals.ts";
import { loadSsh2, type Ssh2 } from "./ssh2.ts";
import { acceptCertifiedKeys, askForCertificates, proveKey } from "./ssh2-certificates.ts";
import { algorithmsFor, judgeCertificate, judgeKey, type Verdict } from "./trust.ts";
import { within } from "./within.ts";

/** What every connection is made with. */
export interface Terms {
  readonly known: KnownFiles;
  readonly acceptNew: boolean;
  readonly credentials: () => Promise<Credentials>;
  readonly connectTimeout: number;
  readonly keepalive: { readonly interval: number; readonly count: number };
  /** Aborts when all is closed. */
  readonly closing: AbortSignal;
}

export interface Wanted {
  /** For errors. */
  readonly host: string;
  readonly place: Place;
  readonly via: Place | undefined;
}

/** Speaks SSH over a stream until both sides have proved who they are. Throws RollErrors, and then the stream is closed. */
export async function handshake(stream: Duplex, wanted: Wanted, terms: Terms): Promise<Client> {
  const { host, place, via } = wanted;
  let stage: Stage = "banner";
  try {
    // An error before anybody listens must not end the process.
    stream.on("error", () => {});
    const [library, credentials] = await Promise.all([loadSsh2(), terms.credentials()]);
    const client = new library.Client();
    const authentication = authenticate(place, credentials);
    let refused: RollError | undefined;
    let adopted: Buffer | undefined;
    const ready = new Promise<Client>((resolve, reject) => {
      client.once("ready", () => resolve(client));
      client.once("handshake", () => {
        stage = "authentication";
        // Only now the host has proved that the key is its own.
        if (adopted !== undefined) terms.known.add(lineFor(place, adopted));
      });
      client.on("error", (error) => {
        if (refused !== undefined || isRollError(error)) reject(refused ?? error);
        else if (isKeySkipped(error)) return;
        else if (isAllTried(error)) reject(authentication.refused(host));
        else if (/too many authentication failures/i.test(error.message))
          reject(authentication.refused(host, error.message));
        else reject(failure(error, { host, place, stage, via }));
      });
      client.once("close", () => reject(failure(new Error("connection closed"), { host, place, stage, via })));
    });
    const lines = terms.known.lines();
    const algorithms = algorithmsFor(place, lines);
    client.connect({
      sock: stream,
      username: place.user,
      algorithms: { serverHostKey: [...algorithms.plain] as ServerHostKeyAlgorithm[] },
      hostVerifier: (shown: Buffer) => {
        const { verdict, key } = judgeShown(client, shown, { place, lines, library });
        if (verdict.kind === "unknown" && terms.acceptNew) adopted = key;
        else if (verdict.kind !== "trusted") refused = refusal(verdict, { host, place, key, file: terms.known.first });
        return refused === undefined;
      },
      authHandler: authentication.handler,
      keepaliveInterval: terms.keepalive.interval,
      keepaliveCountMax: terms.keepalive.count,
      readyTimeout: 0,
    });
    acceptCertifiedKeys(client);
    if (algorithms.certificates.length > 0) askForCertificates(client, algorithms.certificates);
    // After connect, which has paused the stream: before, this would let the first words run away.
    stream.once("data", () => {
      if (stage === "banner") stage = "handshake";
    });
    const late = (): RollError => tooLate(terms.connectTimeout, { host, place, stage, via });
    return await within(terms.connectTimeout, () => ready, late, terms.closing);
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

interface Judged {
  readonly verdict: Verdict;
  /** The plain key, of a certificate too. */
  readonly key: Buffer;
}

function judgeShown(
  client: Client,
  shown: Buffer,
  about: { readonly place: Place; readonly lines: readonly KnownKey[]; readonly library: Ssh2 },
): Judged {
  const { place, lines, library } = about;
  if (!isCertificate(shown)) return { verdict: judgeKey(place, shown, lines), key: shown };
  const certificate = parseCertificate(shown);
  if (certificate === undefined) return { verdict: { kind: "certificate", why: "it cannot be read" }, key: shown };
  proveKey(client, shown, certificate.key);
  const now = Math.floor(wallNow() / 1000);
  const signed = isSigned(certificate, library);
  return { verdict: judgeCertificate(place, certificate, lines, { signed, now }), key: certificate.key };
}

function lineFor(place: Place, key: Buffer): string {
  return `${knownName(place.address, place.port)} ${keyType(key)} ${key.toString("base64")}`;
}

/** ssh2 goes on to the next key after these. */
function isKeySkipped(error: Error & { level?: string }): boolean {
  return error.level === "agent" || (error.level === "client-authentication" && !isAllTried(error));
}

function isAllTried(error: Error): boolean {
  return error.message === "All configured authentication methods failed";
}
