import type { Fleet } from "./fleet.ts";
import type { Policy } from "./policy.ts";

/** Which hosts have to wait for which others. */
export interface Precedence {
  /** Go after all others, alone, in this order. */
  readonly last: readonly string[];
  /** Hosts that must be back, if they take part in the roll, before this one starts. */
  readonly after: ReadonlyMap<string, readonly string[]>;
}

type Rules = Pick<Policy, "last" | "order">;

/**
 * Order rules of policy and fleet. Hosts that only the platform knows as last ones come before those of `policy.last`, by id: who names
 * hosts in policy says which is the very last.
 */
export function precedenceOf({ last = [], order = [] }: Rules, fleet: Pick<Fleet, "hosts">): Precedence {
  const named = new Set(last);
  const observed = fleet.hosts.filter((host) => host.last === true && !named.has(host.id)).map(({ id }) => id);
  return { last: [...observed.sort(), ...last], after: new Map(order.map(({ host, after }) => [host, after])) };
}

/** Hosts that would have to wait for each other, the first one again at the end; undefined when the rules can be kept. */
export function cycleIn({ last, after }: Precedence): string[] | undefined {
  const lasts = new Set(last);
  for (const [host, before] of after) {
    const late = lasts.has(host) ? undefined : before.find((one) => lasts.has(one));
    if (late !== undefined) return [host, late, host];
  }
  const settled = new Set<string>();
  const path: string[] = [];
  const waitsFor = (host: string): string[] => {
    const place = last.indexOf(host);
    return [...(after.get(host) ?? []), ...(place > 0 ? [last[place - 1] as string] : [])];
  };
  const search = (host: string): string[] | undefined => {
    if (settled.has(host)) return undefined;
    const from = path.indexOf(host);
    if (from >= 0) return [...path.slice(from), host];
    path.push(host);
    for (const one of waitsFor(host)) {
      const found = search(one);
      if (found !== undefined) return found;
    }
    path.pop();
    settled.add(host);
    return undefined;
  };
  for (const host of [...after.keys(), ...last]) {
    const found = search(host);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `h1 waits for h2, h2 for h1`. */
export function cycleWords(cycle: readonly string[]): string {
  const steps = cycle
    .slice(0, -1)
    .map((host, index) => `${host}${index === 0 ? " waits" : ""} for ${cycle[index + 1]}`);
  return steps.join(", ");
}
