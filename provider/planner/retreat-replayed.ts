import { amountOf, type Fleet, type Host } from "../core/fleet.ts";
import type { Plan } from "../core/plan.ts";
import type { Ledger } from "./ledger.ts";
import type { Levels } from "./levels.ts";
import type { Scene } from "./scene.ts";

/** What is short of a whole by less than this share is rounding. */
const TOLERANCE = 1e-6;

/**
 * The validator's own look at whether any host at a new level could be emptied again onto others that are as new, at every moment from the
 * one on at which a plan says so.
 */
export class RetreatReplayed {
  readonly #levels: Levels;
  readonly #ledger: Ledger;
  readonly #hosts: readonly Host[];
  /** Levels that hosts are taken from. */
  readonly #old: readonly string[];
  readonly #to: ReadonlyMap<string, string>;
  readonly #claim: Plan["retreat"];
  #isClaimed: boolean;

  constructor(fleet: Fleet, { retreat, hosts }: Plan, { ledger, ours }: Scene, levels: Levels) {
    this.#levels = levels;
    this.#ledger = ledger;
    this.#hosts = fleet.hosts;
    this.#old = [...new Set(hosts.filter(({ host }) => !ours.has(host)).map(({ host }) => levels.of(host)))];
    this.#to = new Map(hosts.map(({ host, to }) => [host, to]));
    this.#claim = fleet.backward === "no" ? retreat : undefined;
    this.#isClaimed = this.#claim?.holds === true && this.#claim.after === undefined;
  }

  /** What is wrong with the claim at this moment. `open`: hosts in hand; `released`: the one that has just come back. */
  trouble(open: Iterable<string>, released?: string): string | undefined {
    if (released !== undefined && this.#claim?.after === released) this.#isClaimed = true;
    if (!this.#isClaimed) return undefined;
    const serving = this.#hosts.filter(({ id }) => this.#ledger.isServing(id));
    const isNew = ([, level]: readonly [string, string]): boolean =>
      this.#old.some((old) => this.#levels.isOlder(old, level));
    const present = serving.map(({ id }) => [id, this.#levels.of(id)] as const).filter(isNew);
    const coming = [...open].map((id) => [id, this.#to.get(id) ?? this.#levels.of(id)] as const).filter(isNew);
    for (const [id, level] of present.length > 0 ? [...present, ...coming] : []) {
      const host = this.#ledger.hosts.get(id);
      for (const [name, size] of Object.entries(host?.capacity ?? {})) {
        const free = serving
          .filter((one) => !this.#levels.mayBeOlder(this.#levels.of(one.id), level))
          .reduce((sum, one) => sum + amountOf(one.capacity, name) - this.#ledger.bookedOn(one.id, name), 0);
        if (free < size * (1 - TOLERANCE))
          return `${id} could not be emptied again after all: ${free} ${name} free on hosts as new, ${size} needed`;
      }
    }
    return undefined;
  }
}
