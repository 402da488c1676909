import type { Fleet, Host, Workload } from "../../provider/core/fleet.ts";
import type { Log } from "./roll.ts";

/** Shares of a core do not add up exactly. */
const ROUNDING = 1e-9;

/**
 * What is wrong in a log, one sentence each; empty when nothing is. Knows nothing of how the log came about. A workload is
 * where the log says that it is, a migration in flight occupies both ends and a slot at each, and no host holds more than its
 * capacity, takes workloads while it is out, or is remediated with anything on it.
 */
export function audit(fleet: Fleet, log: Log): string[] {
  const books = new Books(fleet);
  // Of one moment, what makes room comes first.
  const events = [
    ...log.moves.map(({ end, workload, from, to }) => ({ at: end, act: () => books.arrive(workload, from, to) })),
    ...log.outages.map(({ back, host }) => ({ at: back, act: () => books.out.delete(host) })),
    ...log.outages.map(({ cordoned, host }) => ({ at: cordoned, act: () => books.cordon(host) })),
    ...log.outages.map(({ emptied, host }) => ({ at: emptied, act: () => books.remediate(host) })),
    ...log.moves.map(({ start, workload, from, to }) => ({ at: start, act: () => books.leave(workload, from, to) })),
  ];
  for (const { act } of events.sort((a, b) => a.at - b.at)) act();
  return books.found;
}

/** Who occupies what at one moment. */
class Books {
  readonly found: string[] = [];
  readonly out = new Set<Host>();
  /** Present on a host: what runs there, and what is on its way from or to it. */
  readonly #present: ReadonlyMap<Host, Set<Workload>>;
  readonly #flying = new Map<Workload, Host>();

  constructor(fleet: Fleet) {
    const residents = Map.groupBy(fleet.workloads, ({ host }) => host);
    this.#present = new Map(fleet.hosts.map((host) => [host, new Set(residents.get(host.id))]));
  }

  leave(workload: Workload, from: Host, to: Host): void {
    if (!this.#on(from).has(workload) || this.#flying.has(workload))
      this.found.push(`${workload.id} leaves ${from.id}, where it is not`);
    if (this.out.has(to)) this.found.push(`${workload.id} goes to ${to.id}, which is out`);
    this.#flying.set(workload, to);
    this.#on(to).add(workload);
    for (const [name, capacity] of Object.entries(to.capacity)) {
      let held = 0;
      for (const { demand } of this.#on(to)) held += demand[name] ?? 0;
      if (held > capacity * (1 + ROUNDING)) this.found.push(`${to.id} holds ${held} of ${capacity} ${name}`);
    }
    for (const host of [from, to]) {
      if (this.#migrations(host) > host.slots) this.found.push(`${host.id} has more migrations than slots`);
    }
  }

  arrive(workload: Workload, from: Host, to: Host): void {
    if (this.#flying.get(workload) !== to) this.found.push(`${workload.id} arrives at ${to.id} without having left`);
    this.#flying.delete(workload);
    this.#on(from).delete(workload);
  }

  cordon(host: Host): void {
    this.out.add(host);
    for (const [workload, to] of this.#flying)
      if (to === host) this.found.push(`${workload.id} is on its way to ${host.id}, which goes out`);
  }

  remediate(host: Host): void {
    for (const { id } of this.#on(host)) this.found.push(`${host.id} is remediated with ${id} on it`);
  }

  #migrations(host: Host): number {
    let count = 0;
    for (const workload of this.#on(host)) if (this.#flying.has(workload)) count += 1;
    return count;
  }

  #on(host: Host): Set<Workload> {
    return this.#present.get(host) as Set<Workload>;
  }
}
