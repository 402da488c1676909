import type { Fleet } from "../core/fleet.ts";
import { own } from "../core/own.ts";
import type { RunMemory } from "../core/run.ts";

/** Longest that a host which has just fallen silent is waited for, and how often it is looked at meanwhile; fleet time. */
const PATIENCE = 120_000;
const PAUSE = 5_000;

/**
 * Hosts that answered in this roll and have fallen silent since: a link that is lost for some seconds is no reason to halt. What cannot be planned without
 * them waits, for a while.
 */
export class SilenceOfHosts {
  readonly #answered = new Set<string>();
  readonly #since = new Map<string, number>();
  readonly #patience: number;
  #told = "";

  /** @param longest a drain may take no longer: neither does this. */
  constructor(longest: number) {
    this.#patience = Math.min(PATIENCE, longest);
  }

  /** Every observation is shown to it. */
  look({ hosts, at }: Fleet): void {
    for (const { id, state } of hosts) {
      if (state === "unreachable") {
        if (this.#answered.has(id) && !this.#since.has(id)) this.#since.set(id, at);
        continue;
      }
      this.#answered.add(id);
      this.#since.delete(id);
    }
  }

  /** Those that are worth waiting for now, and when to look again; undefined: none. One that has failed was waited for already. */
  recent(
    at: number,
    memories: RunMemory["hosts"],
  ): { readonly hosts: readonly string[]; readonly lookAt: number; readonly isNew: boolean } | undefined {
    const hosts = [...this.#since].flatMap(([id, since]) =>
      at - since < this.#patience && own(memories, id)?.failed === undefined ? [id] : [],
    );
    if (hosts.length === 0) return undefined;
    const key = hosts.join(" ");
    const isNew = key !== this.#told;
    this.#told = key;
    return { hosts, lookAt: at + PAUSE, isNew };
  }
}
