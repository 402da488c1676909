import { isForbiddenBackward } from "./backward.ts";
import {
  amountOf,
  domainOf,
  type Fleet,
  type Host,
  inService,
  mayRunOn,
  type Resources,
  type Workload,
} from "./fleet.ts";
import { kept, type Reserve } from "./reserve.ts";

/** Shares of a core do not add up exactly. */
const ROUNDING = 1e-9;

/**
 * What is booked on every host at one moment: running workloads at home, migrations in flight at both ends.
 * Built from an observation; `book` adds what is about to start.
 */
export class Room {
  readonly #fleet: Fleet;
  readonly #hosts: Map<string, Host>;
  readonly #booked = new Map<string, Map<string, number>>();
  readonly #groups = new Map<string, Map<string, number>>();
  /** Members of spread groups by group and failure domain. */
  readonly #spread = new Map<string, Set<string>>();
  readonly #demand = new Map<string, number>();
  readonly #pinned: Workload[] = [];

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
    this.#hosts = new Map(fleet.hosts.map((host) => [host.id, host]));
    for (const workload of fleet.workloads) {
      if (workload.state !== "running") continue;
      this.book(workload, workload.host);
      if (workload.movingTo !== undefined) this.book(workload, workload.movingTo);
      const host = this.#hosts.get(workload.host);
      if (host === undefined || host.state === "unreachable" || host.held) continue;
      if (workload.pinned) this.#pinned.push(workload);
      add(this.#demand, workload.demand);
    }
  }

  book(workload: Workload, host: string): void {
    const booked = this.#booked.get(host) ?? new Map<string, number>();
    add(booked, workload.demand);
    this.#booked.set(host, booked);
    this.#bookSpread(workload, host);
    if (workload.group === undefined) return;
    const groups = this.#groups.get(host) ?? new Map<string, number>();
    groups.set(workload.group, (groups.get(workload.group) ?? 0) + 1);
    this.#groups.set(host, groups);
  }

  /** Share of the host's fullest resource that is booked; 0 of a host that is not there. */
  fillOf(id: string): number {
    const host = this.#hosts.get(id);
    const booked = this.#booked.get(id);
    if (host === undefined || booked === undefined) return 0;
    return [...booked].reduce((most, [name, amount]) => {
      const capacity = amountOf(host.capacity, name);
      return capacity > 0 ? Math.max(most, amount / capacity) : most;
    }, 0);
  }

  /** Why the workload may not go to the host now, or undefined when it may. */
  refuses(workload: Workload, to: string): string | undefined {
    const host = this.#hosts.get(to);
    if (host === undefined) return `${to} left the fleet`;
    if (!inService(host)) return `${to} takes no workloads now`;
    const from = this.#hosts.get(workload.host);
    if (from !== undefined && isForbiddenBackward(this.#fleet, from, host))
      return `${to} is at an older level than ${from.id}, and moves to older hosts are forbidden`;
    if (!mayRunOn(workload.hosts, to)) return `a host rule of ${workload.id} keeps it off ${to}`;
    if (workload.group !== undefined && (this.#groups.get(to)?.get(workload.group) ?? 0) > 0) {
      return `${to} runs another member of ${workload.group}`;
    }
    const mate = this.#mateInDomain(workload, host);
    if (mate !== undefined) return `${mate}, another member of ${workload.spread}, is in the failure domain of ${to}`;
    const booked = this.#booked.get(to);
    for (const [name, amount] of Object.entries(workload.demand)) {
      const free = amountOf(host.capacity, name) - (booked?.get(name) ?? 0);
      if (amount > free + ROUNDING) return `${to} has ${free} ${name} free, ${workload.id} needs ${amount}`;
    }
    return undefined;
  }

  #bookSpread({ id, spread }: Workload, to: string): void {
    const host = this.#hosts.get(to);
    if (spread === undefined || host === undefined) return;
    const key = `${spread}\n${domainOf(host)}`;
    const members = this.#spread.get(key);
    if (members === undefined) this.#spread.set(key, new Set([id]));
    else members.add(id);
  }

  /** Moving within its own failure domain is fine, whoever is there. */
  #mateInDomain({ id, spread, host: at }: Workload, to: Host): string | undefined {
    const from = this.#hosts.get(at);
    if (spread === undefined || (from !== undefined && domainOf(from) === domainOf(to))) return undefined;
    const members = this.#spread.get(`${spread}\n${domainOf(to)}`) ?? [];
    return [...members].find((other) => other !== id);
  }

  /**
   * Resource of which less than the reserve would stay free if `without` also went out (without a reserve: too little for what runs);
   * undefined when all suffice. Every workload that runs on a host that answers counts once: it ends up on a host in service. Pinned
   * ones of hosts that are out do not: they are shut down.
   */
  shortOfReserve(reserve: Reserve, without: string): string | undefined {
    const serving = [...this.#hosts.values()].filter((host) => inService(host) && host.id !== without);
    const ids = new Set(serving.map((host) => host.id));
    const shutDown = this.#pinned.filter((workload) => !ids.has(workload.host));
    for (const name of new Set(serving.flatMap((host) => Object.keys(host.capacity)))) {
      const sizes = serving.map((host) => amountOf(host.capacity, name));
      const demand = (this.#demand.get(name) ?? 0) - shutDown.map((one) => amountOf(one.demand, name)).reduce(sum, 0);
      if (sizes.reduce(sum, 0) - demand < kept(reserve, name, sizes) - ROUNDING * Math.max(1, sizes.length))
        return name;
    }
    return undefined;
  }
}

function add(amounts: Map<string, number>, more: Resources): void {
  for (const [name, amount] of Object.entries(more)) amounts.set(name, (amounts.get(name) ?? 0) + amount);
}

const sum = (a: number, b: number): number => a + b;
