import type { AnyAuthMethod, AuthHandlerMiddleware } from "ssh2";
import { RollError } from "../../../core/errors.ts";
import { type AgentKey, agentKeys } from "./agent.ts";
import type { Identities } from "./identities.ts";
import { type Place, placeText } from "./place.ts";

/** What this side can prove itself with. */
export interface Credentials {
  readonly identities: Identities;
  /** Socket of an agent. */
  readonly agent: string | undefined;
}

/** One connection's attempts to authenticate. */
export interface Authentication {
  readonly handler: AuthHandlerMiddleware;
  /** The error to tell when the host refused all of them, or broke off with these words. */
  refused(host: string, words?: string): RollError;
}

/** Keys are tried one after another, as OpenSSH does: those of the agent, then those of files that the agent lacks. */
export function authenticate(place: Place, { identities, agent }: Credentials): Authentication {
  const tried: string[] = [];
  const others = [...identities.others];
  let queue: (readonly [label: string, method: AnyAuthMethod])[] | undefined;
  let accepted: readonly string[] | undefined;
  let more = false;

  const methods = async (): Promise<(readonly [string, AnyAuthMethod])[]> => {
    const held = agent === undefined ? [] : await agentKeys(agent).catch((error) => unheard(agent, error, others));
    const username = place.user;
    return [
      ...held.map(({ label, agent: one }) => [label, { type: "agent", username, agent: one }] as const),
      ...identities.usable
        .filter(({ key }) => !held.some((one) => one.key.getPublicSSH().equals(key.getPublicSSH())))
        .map(({ label, key }) => [label, { type: "publickey", username, key }] as const),
    ];
  };
  const next = (go: Parameters<AuthHandlerMiddleware>[2]): void => {
    const attempt = accepted?.includes("publickey") === false ? undefined : queue?.shift();
    if (attempt !== undefined) tried.push(attempt[0]);
    // ssh2 takes false for the end of the attempts, whatever its types say.
    go(attempt === undefined ? (false as never) : attempt[1]);
  };
  return {
    handler(left, partial, go) {
      // null before the first attempt, whatever the types say.
      accepted = (left as readonly string[] | null) ?? undefined;
      more ||= partial;
      if (queue !== undefined) return next(go);
      void methods().then((all) => {
        queue = all;
        next(go);
      });
    },
    refused(host, words) {
      const takes = accepted === undefined ? "" : ` It takes: ${accepted.join(", ")}.`;
      const broke = words === undefined ? "" : ` It broke off: ${words}.`;
      const why = more ? "wants more than a key" : `does not let ${place.user} in`;
      const offered = tried.length === 0 ? "There was no key to offer." : `Offered: ${tried.join("; ")}.`;
      const kept = others.length === 0 ? "" : ` Not offered: ${others.join("; ")}.`;
      return new RollError("denied", `${host}: ${placeText(place)} ${why}.${takes}${broke} ${offered}${kept}`, {
        host,
        hint: `Add the public key of one of them to ${place.user}'s authorized_keys on the host, name the user or other identities, or load a key into the agent.${words === undefined ? "" : " Fewer keys to try help, too."}`,
      });
    },
  };
}

function unheard(agent: string, error: unknown, others: string[]): AgentKey[] {
  others.push(`the agent at ${agent} (${error instanceof Error ? error.message : String(error)})`);
  return [];
}
