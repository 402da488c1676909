import type { BaseAgent, OpenSSHAgent, ParsedKey } from "ssh2";
import { fingerprintOf } from "./fingerprint.ts";
import { loadSsh2 } from "./ssh2.ts";

/** A key of an agent, and an agent that has only this one: ssh2 tries keys in its own order and does not tell which ones it tried. */
export interface AgentKey {
  readonly label: string;
  readonly key: ParsedKey;
  readonly agent: BaseAgent;
}

/** Throws an Error when the agent does not answer. */
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
  const keys = await new Promise<ParsedKey[]>((resolve, reject) =>
    agent.getIdentities((error, found) => (found === undefined ? reject(error) : resolve(found as ParsedKey[]))),
  );
  return keys.map((key) => ({
    label: `the agent's ${fingerprintOf(key.getPublicSSH())}${key.comment === "" ? "" : ` (${key.comment})`}`,
    key,
    agent: new OneKey(key),
  }));
}
