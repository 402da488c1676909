import type { Fleet, Host, Workload } from "../../provider/core/fleet.ts";

/** Shares of a core do not add up exactly. */
const ROUNDING = 1e-9;

/** What is booked on every host, in every resource. Copies are cheap: a scheduler tries its placements on one. */
export class Room {
  readonly #booked: Map<string, Record<string, number>>;
  /** Members of an anti-affinity group on a host, by `<host> <group>`. */
  readonly #members: Map<string, number>;

  private constructor(booked: Map<string, Record<string, number>>, members: Map<string, number>) {
    this.#booked = booked;
    this.#members = members;
  }

  static of(fleet: Fleet): Room {
    const room = new Room(new Map(fleet.hosts.map((host) => [host.id, {}])), new Map());
    for (const workload of fleet.workloads) room.book(workload, workload.host);
    return room;
  }

  copy(): Room {
    return new Room(new Map([...this.#booked].map(([id, amounts]) => [id, { ...amounts }])), new Map(this.#members));
  }

  book(workload: Workload, host: string, sign: 1 | -1 = 1): void {
    const booked = this.#booked.get(host) ?? {};
    for (const [name, amount] of Object.entries(workload.demand)) booked[name] = (booked[name] ?? 0) + sign * amount;
    if (workload.group === undefined) return;
    const key = `${host} ${workload.group}`;
    this.#members.set(key, (this.#members.get(key) ?? 0) + sign);
  }

  fits({ demand }: Workload, host: Host): boolean {
    const booked = this.#booked.get(host.id) ?? {};
    for (const name in demand) {
      if ((booked[name] ?? 0) + (demand[name] ?? 0) > (host.capacity[name] ?? 0) * (1 + ROUNDING)) return false;
    }
    return true;
  }

  /** The host runs another member of the workload's anti-affinity group, or one is on its way there. */
  hasMate(workload: Workload, host: Host): boolean {
    return workload.group !== undefined && (this.#members.get(`${host.id} ${workload.group}`) ?? 0) > 0;
  }

  /** MiB. */
  freeMemory(host: Host): number {
    return (host.capacity.memory ?? 0) - (this.#booked.get(host.id)?.memory ?? 0);
  }

  /** Booked share of the host's fullest resource. */
  fill(host: Host): number {
    const booked = this.#booked.get(host.id) ?? {};
    let fullest = 0;
    for (const name in host.capacity)
      fullest = Math.max(fullest, (booked[name] ?? 0) / (host.capacity[name] || Number.POSITIVE_INFINITY));
    return fullest;
  }
}
