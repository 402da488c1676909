import type { Client, ParsedKey } from "ssh2";
import { keyType } from "./fingerprint.ts";
import { wireString } from "./wire.ts";

/**
 * What ssh2 1.17 lacks: certificates, of hosts and of users. Both are added on single connections, to the parts of ssh2 that are named
 * in `Inside`; the package ships the very version that the tests ran with. Neither can make a connection less safe: the
 * exchange hash holds all of what the host showed, and ssh2 goes on to check that it was signed with the key that we hand it,
 * which is the one that was judged. If the insides were other than we think, handshakes would fail.
 *
 * RSA host certificates are left out: ssh2 compares the type of what the host shows with the name of the algorithm before it asks us.
 */
interface Inside {
  _offer: { readonly lists: Lists };
  readonly _kex: {
    _hostKey: Buffer | undefined;
    readonly negotiated: { serverHostKey: string };
    readonly sessionID: Buffer;
  };
  readonly _kexinit: unknown;
  _queue: Buffer[] | undefined;
  readonly _packetRW: {
    readonly write: {
      readonly allocStart: number;
      alloc(size: number): Buffer;
      finalize(packet: Buffer): Buffer;
    };
  };
  readonly _cipher: { encrypt(packet: Buffer): void };
  readonly _authsQueue: string[];
  authPK: AuthPK;
}

type AuthPK = (user: string, key: ParsedKey, algorithm?: string, sign?: Sign) => void;
type Sign = (data: Buffer, signed: (signature: Buffer) => void) => void;
type Names = { readonly array: readonly string[] };
type Side = { readonly cipher: Names; readonly mac: Names; readonly compress: Names; readonly lang: Names };
interface Lists {
  readonly kex: Names;
  readonly serverHostKey: Names;
  readonly cs: Side;
  readonly sc: Side;
}

const insideOf = (client: Client): Inside => (client as unknown as { readonly _protocol: Inside })._protocol;

/** Asks the host for certificates first. To be called right after `connect`, before anything is sent. */
export function askForCertificates(client: Client, algorithms: readonly string[]): void {
  const inside = insideOf(client);
  const { kex, serverHostKey, cs, sc } = inside._offer.lists;
  const side = ({ cipher, mac, compress, lang }: Side) => ({
    cipher: cipher.array,
    mac: mac.array,
    compress: compress.array,
    lang: lang.array,
  });
  const Offer = inside._offer.constructor as new (lists: object) => Inside["_offer"];
  inside._offer = new Offer({
    kex: kex.array,
    serverHostKey: [...algorithms, ...serverHostKey.array],
    cs: side(cs),
    sc: side(sc),
  });
}

/**
 * Has the host prove the key in its certificate. To be called while it is judged. ssh2 reads what the host showed first for the
 * exchange hash, which is over the certificate, and then to check the signature, which is the key's.
 */
export function proveKey(client: Client, certificate: Buffer, key: Buffer): void {
  const { _kex: kex } = insideOf(client);
  let shown: Buffer | undefined = certificate;
  let reads = 0;
  kex.negotiated.serverHostKey = keyType(key) ?? "";
  Object.defineProperty(kex, "_hostKey", {
    get: () => (reads++ === 0 ? shown : shown && key),
    set: (value: Buffer | undefined) => {
      shown = value;
    },
  });
}

/** The key of a user with a certificate, as ssh2 takes it. */
export function certifiedKey(key: ParsedKey, certificate: Buffer, algorithm: string): ParsedKey {
  const sign = (data: Buffer): Buffer | Error => (key.type === "ssh-rsa" ? key.sign(data, "sha512") : key.sign(data));
  return Object.create(key, {
    // To ssh2 this is the name of the algorithm; that of RSA keys says what it hashes with.
    type: { value: algorithm.replace("ssh-rsa", "rsa-sha2-512") },
    getPublicSSH: { value: () => certificate },
    sign: { value: sign },
  });
}

/** Lets certified keys log in. ssh2 names the signature as it names the key, but a signature has the type of the plain key. */
export function acceptCertifiedKeys(client: Client): void {
  const inside = insideOf(client);
  const plainly = inside.authPK.bind(inside);
  inside.authPK = (user, key, algorithm, sign) => {
    if (sign === undefined || !key.type.includes("-cert-")) return plainly(user, key, algorithm, sign);
    const request = Buffer.concat([
      Buffer.from([50]), // SSH_MSG_USERAUTH_REQUEST
      ...[user, "ssh-connection", "publickey"].map(wireString),
      Buffer.from([1]),
      wireString(key.type),
      wireString(key.getPublicSSH()),
    ]);
    const type = key.type.replace(/-cert-.*/, "");
    sign(Buffer.concat([wireString(inside._kex.sessionID), request]), (signature) => {
      const value = type.startsWith("ecdsa-") && signature[0] === 0x30 ? fromDer(signature) : signature;
      inside._authsQueue.push("publickey");
      send(inside, Buffer.concat([request, wireString(Buffer.concat([wireString(type), wireString(value)]))]));
    });
  };
}

function send(inside: Inside, payload: Buffer): void {
  const { write } = inside._packetRW;
  const packet = write.alloc(payload.length);
  packet.set(payload, write.allocStart);
  const finished = write.finalize(packet);
  if (inside._kexinit === undefined) inside._cipher.encrypt(finished);
  else {
    inside._queue ??= [];
    inside._queue.push(finished);
  }
}

/** An ECDSA signature of OpenSSL, a sequence of two short integers in DER, as SSH writes it. */
function fromDer(signature: Buffer): Buffer {
  const numbers: Buffer[] = [];
  // Behind the head of the sequence, whose length takes two bytes for the longest curve.
  for (let at = signature[1] === 0x81 ? 3 : 2; at < signature.length; ) {
    const length = signature[at + 1] ?? 0;
    numbers.push(wireString(signature.subarray(at + 2, at + 2 + length)));
    at += 2 + length;
  }
  return Buffer.concat(numbers);
}
