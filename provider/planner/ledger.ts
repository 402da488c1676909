import { amountOf, type Fleet, type Host, inService, type Resources, type Workload } from "../core/fleet.ts";
import type { Policy } from "../core/policy.ts";

/** Fractions do not add up exactly; what is larger than this share of a capacity is a violation. */
const TOLERANCE = 1e-6;

/**
 * The validator's own book of who occupies what, kept by names and apart from the planner's. Migrations in flight are in it
 * at both ends.
 */
export class Ledger {
  readonly hosts: ReadonlyMap<string, Host>;
  readonly #booked = new Map<string, Map<string, number>>();
  /** Anti-affinity groups of what is on each host, one entry each. */
  readonly #members = new Map<string, string[]>();
  /** By spread group and failure domain, its members with how many times each is booked there. */
  readonly #spread = new Map<string, Map<string, number>>();
  readonly #serving: Set<string>;
  /** Sums over the hosts in service, by resource. */
  readonly #capacity = new Map<string, number>();
  readonly #load = new Map<string, number>();
  readonly #bySize = new Map<string, Host[]>();

  /** `taken`: hosts that count as out of service from the start. */
  constructor(fleet: Fleet, taken: ReadonlySet<string>) {
    this.hosts = new Map(fleet.hosts.map((host) => [host.id, host]));
    const serving = fleet.hosts.filter((host) => inService(host) && !taken.has(host.id));
    this.#serving = new Set(serving.map(({ id }) => id));
    for (const host of serving) addTo(this.#capacity, host.capacity, 1);
    for (const name of new Set(fleet.hosts.flatMap((host) => Object.keys(host.capacity)))) {
      this.#bySize.set(
        name,
        [...fleet.hosts].sort((a, b) => amountOf(b.capacity, name) - amountOf(a.capacity, name)),
      );
    }
  }

  isServing(host: string): boolean {
    return this.#serving.has(host);
  }

  setServing(id: string, serving: boolean): void {
    const host = this.hosts.get(id);
    if (host === undefined || this.isServing(id) === serving) return;
    const sign = serving ? 1 : -1;
    addTo(this.#capacity, host.capacity, sign);
    addTo(this.#load, Object.fromEntries(this.#booked.get(id) ?? []), sign);
    if (serving) this.#serving.add(id);
    else this.#serving.delete(id);
  }

  bookedOn(host: string, name: string): number {
    return this.#booked.get(host)?.get(name) ?? 0;
  }

  book(workload: Workload, host: string, sign: 1 | -1 = 1): void {
    const booked = entry(this.#booked, host);
    addTo(booked, workload.demand, sign);
    if (this.isServing(host)) addTo(this.#load, workload.demand, sign);
    this.expect(workload, host, sign);
    if (workload.group !== undefined) this.#count(workload.group, host, sign);
  }

  #count(group: string, host: string, sign: 1 | -1): void {
    const groups = this.#members.get(host) ?? [];
    const index = sign > 0 ? groups.length : groups.indexOf(group);
    if (index >= 0) groups.splice(index, 1, ...(sign > 0 ? [group] : []));
    this.#members.set(host, groups);
  }

  /** Books the workload in the failure domain of a host only: it is to come there. */
  expect({ id, spread }: Workload, host: string, sign: 1 | -1 = 1): void {
    if (spread === undefined) return;
    const members = entry(this.#spread, this.#spreadKey(spread, host));
    members.set(id, (members.get(id) ?? 0) + sign);
  }

  /** Another member of its spread group in the failure domain of `to`, if the workload comes there from another domain. */
  mateInDomain({ id, spread }: Workload, from: string, to: string): string | undefined {
    if (spread === undefined || this.#spreadKey(spread, from) === this.#spreadKey(spread, to)) return undefined;
    for (const [other, count] of this.#spread.get(this.#spreadKey(spread, to)) ?? [])
      if (other !== id && count > 0) return other;
    return undefined;
  }

  #spreadKey(spread: string, id: string): string {
    const domain = this.hosts.get(id)?.domain;
    return domain === undefined ? `${spread}\nhost ${id}` : `${spread}\ndomain ${domain}`;
  }

  /** What is wrong on a host as it is booked now, in words; undefined when nothing is. */
  trouble(id: string, group: string | undefined): string | undefined {
    const host = this.hosts.get(id);
    for (const [name, load] of this.#booked.get(id) ?? []) {
      const capacity = amountOf(host?.capacity, name);
      if (load > capacity + TOLERANCE * Math.max(1, capacity)) return `${id} holds ${load} of ${capacity} ${name}`;
    }
    const groups = group === undefined ? undefined : this.#members.get(id);
    if (group !== undefined && groups !== undefined && groups.indexOf(group) !== groups.lastIndexOf(group))
      return `${id} holds two members of ${group}`;
    return undefined;
  }

  /** Resource of which less than the reserve is free if `back` were in service as well, each with so much booked; undefined: none. */
  shortOf(reserve: NonNullable<Policy["reserve"]>, back: readonly (readonly [Host, Resources])[]): string | undefined {
    const isBack = new Set(back.map(([host]) => host));
    for (const [name, hosts] of this.#bySize) {
      let capacity = this.#capacity.get(name) ?? 0;
      let load = this.#load.get(name) ?? 0;
      for (const [host, need] of back) {
        capacity += amountOf(host.capacity, name);
        load += amountOf(need, name);
      }
      let kept = 0;
      let taken = 0;
      for (const host of hosts) {
        if (typeof reserve !== "number" || taken >= reserve) break;
        if (!this.isServing(host.id) && !isBack.has(host)) continue;
        kept += amountOf(host.capacity, name);
        taken += 1;
      }
      if (typeof reserve === "string") kept = (Number.parseFloat(reserve) / 100) * capacity;
      else if (typeof reserve === "object") kept = amountOf(reserve, name);
      if (capacity - load < kept - TOLERANCE * Math.max(1, capacity)) return name;
    }
    return undefined;
  }
}

/** Adds amounts, by name. */
export function addTo(sum: Map<string, number>, amounts: Resources, sign: 1 | -1): void {
  for (const name of Object.keys(amounts)) sum.set(name, (sum.get(name) ?? 0) + sign * amountOf(amounts, name));
}

function entry(map: Map<string, Map<string, number>>, key: string): Map<string, number> {
  const found = map.get(key);
  if (found !== undefined) return found;
  const fresh = new Map<string, number>();
  map.set(key, fresh);
  return fresh;
}
