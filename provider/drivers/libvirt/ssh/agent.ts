import { createConnection } from "node:net";
import type { BaseAgent, OpenSSHAgent, ParsedKey } from "ssh2";
import { certificateType, isCertificate, parseCertificate } from "./certificate.ts";
import { fingerprintOf, keyType } from "./fingerprint.ts";
import { loadSsh2 } from "./ssh2.ts";
import { certifiedKey } from "./ssh2-certificates.ts";
import { WireReader } from "./wire.ts";

/** A key of an agent, and an agent that has only this one: ssh2 tries keys in its own order and does not tell which ones it tried. */
export interface AgentKey {
  readonly label: string;
  readonly key: ParsedKey;
  readonly agent: BaseAgent;
}

/** Keys and certificates of an agent, as far as ssh2 can use them. Throws an Error when the agent does not answer. */
export async function agentKeys(socket: string): Promise<AgentKey[]> {
  const library = await loadSsh2();
  const agent = new library.OpenSSHAgent(socket);
  class OneKey extends library.BaseAgent<ParsedKey> {
    readonly #key: ParsedKey;
    constructor(key: ParsedKey) {
      super();
      this.#key = key;
    }
    override getIdentities(answer: Parameters<BaseAgent<ParsedKey>["getIdentities"]>[0]): void {
      answer(undefined, [this.#key]);
    }
    override sign: OpenSSHAgent["sign"] = agent.sign.bind(agent);
  }
  /** ssh2 asks an agent for a SHA-2 signature only where the key calls itself ssh-rsa. */
  class OneCertificate extends OneKey {
    override sign = ((key: ParsedKey, data: Buffer, ...rest: unknown[]) => {
      const asked = key.type.startsWith("rsa-") ? Object.create(key, { type: { value: "ssh-rsa" } }) : key;
      agent.sign(asked, data, { hash: "sha512" }, rest.at(-1) as Parameters<OpenSSHAgent["sign"]>[2]);
    }) as OpenSSHAgent["sign"];
  }
  const agentKey = ({ blob, comment }: Listed): AgentKey[] => {
    const certificate = isCertificate(blob) ? parseCertificate(blob) : undefined;
    const plain = library.utils.parseKey(certificate?.key ?? blob);
    if (plain instanceof Error) return []; // A type that ssh2 does not know: a security key, say.
    const named = comment === "" ? "" : ` (${comment})`;
    const label = `the agent's ${certificate === undefined ? "" : "certificate of "}${fingerprintOf(plain.getPublicSSH())}${named}`;
    if (certificate === undefined) return [{ label, key: plain, agent: new OneKey(plain) }];
    const key = certifiedKey(plain, blob, certificateType(keyType(certificate.key) ?? ""));
    return [{ label, key, agent: new OneCertificate(key) }];
  };
  return (await listed(socket)).flatMap(agentKey);
}

interface Listed {
  readonly blob: Buffer;
  readonly comment: string;
}

/** What the agent lists. Asked here, as ssh2 leaves certificates out. */
async function listed(socket: string): Promise<Listed[]> {
  const stream = createConnection(socket);
  try {
    stream.write(Buffer.from([0, 0, 0, 1, 11])); // SSH_AGENTC_REQUEST_IDENTITIES
    let answer = Buffer.alloc(0);
    for await (const chunk of stream) {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length >= 4 && answer.length >= 4 + answer.readUInt32BE()) break;
    }
    const reader = new WireReader(new WireReader(answer).string());
    if (reader.byte() !== 12) throw new Error("it does not list its keys"); // SSH_AGENT_IDENTITIES_ANSWER
    return Array.from({ length: reader.uint32() }, () => ({ blob: reader.string(), comment: reader.text() }));
  } finally {
    stream.destroy();
  }
}
