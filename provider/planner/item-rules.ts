import type { Workload } from "../core/fleet.ts";
import type { Item } from "./facts.ts";

/** Rules of one workload besides anti-affinity, indexed once; hosts by their index. */
export interface ItemRules {
  /** Must run on one of these; undefined: on any. */
  readonly only: ReadonlySet<number> | undefined;
  readonly never: ReadonlySet<number>;
  /** Should run on one of these; undefined: it does not matter. */
  readonly prefer: ReadonlySet<number> | undefined;
  /** Index of its spread group, or -1. */
  readonly spread: number;
  /** May move only off a host to be emptied, to one that is not to be. */
  readonly once: boolean;
  /** Index of its together group, or -1. */
  readonly together: number;
  /** For several that are placed as one: these, where they must follow others to, and whether nothing can be right for all. */
  readonly members?: readonly Item[];
  readonly anchored?: ReadonlySet<number> | undefined;
  readonly clash?: boolean;
}

const NONE: ReadonlySet<number> = new Set();

/** Indexes the rules of workloads; many of them have the same ones. */
export class RuleReader {
  readonly #indexOf: (host: string) => number | undefined;
  readonly #spreads = new Map<string, number>();
  readonly #together = new Map<string, number>();
  readonly #sets = new Map<string, ReadonlySet<number>>();

  /** `indexOf`: of a host by its id; undefined when it is not in the fleet. */
  constructor(indexOf: (host: string) => number | undefined) {
    this.#indexOf = indexOf;
  }

  /** Undefined when the workload has none. */
  read({ hosts, spread, moves, together }: Workload): ItemRules | undefined {
    if (hosts === undefined && spread === undefined && moves === undefined && together === undefined) return undefined;
    return {
      only: this.#set(hosts?.only),
      never: this.#set(hosts?.never) ?? NONE,
      prefer: this.#set(hosts?.prefer),
      spread: spread === undefined ? -1 : numberOf(this.#spreads, spread),
      once: moves === "once",
      together: together === undefined ? -1 : numberOf(this.#together, together),
    };
  }

  #set(hosts: readonly string[] | undefined): ReadonlySet<number> | undefined {
    if (hosts === undefined) return undefined;
    const key = hosts.join("\n");
    let set = this.#sets.get(key);
    if (set === undefined) {
      set = new Set(hosts.map(this.#indexOf).filter((index) => index !== undefined));
      this.#sets.set(key, set);
    }
    return set;
  }
}

/** Numbers names in the order in which they come. */
export function numberOf(numbers: Map<string, number>, name: string): number {
  const number = numbers.get(name) ?? numbers.size;
  numbers.set(name, number);
  return number;
}

/** A must-rule keeps the workload off the host. */
export function isKeptOff(
  { rules }: { readonly rules: ItemRules | undefined },
  host: { readonly index: number },
): boolean {
  return rules !== undefined && (rules.only?.has(host.index) === false || rules.never.has(host.index));
}

/** A should-rule asks for other hosts than this one. */
export function isDisliked(
  { rules }: { readonly rules: ItemRules | undefined },
  host: { readonly index: number },
): boolean {
  return rules?.prefer?.has(host.index) === false;
}

/** The items that are placed as one: those of a together group on one host; for any other item, itself. */
export const membersOf = (unit: Item): readonly Item[] => unit.rules?.members ?? [unit];
