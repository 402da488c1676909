import { type Fleet, type Host, migrationSeconds, type Workload } from "../../provider/core/fleet.ts";
import { Room } from "./room.ts";

/** A workload and where it is to go. */
export interface Leg {
  readonly workload: Workload;
  readonly to: Host;
}

/** Moves between other hosts, each made when the one before it is over: before and after those of the host itself. */
export interface Around {
  readonly before: readonly Leg[];
  readonly after: readonly Leg[];
}

/** What happened, in seconds from the start; everything that is measured is read from it. */
export interface Log {
  readonly moves: readonly Moved[];
  readonly outages: readonly Outage[];
  /** Why not every host is done. */
  readonly stuck?: string;
}

export interface Moved {
  readonly workload: Workload;
  readonly from: Host;
  readonly to: Host;
  readonly start: number;
  readonly end: number;
  /** It went to a host with another member of its anti-affinity group. */
  readonly besideMate: boolean;
}

export interface Outage {
  readonly host: Host;
  readonly cordoned: number;
  /** Nothing is left on it: remediation starts. */
  emptied: number;
  /** Remediated, rebooted and in service again. */
  back: number;
  /** Load that comes back with it has arrived. */
  released: number;
}

/** A migration that has its room, and waits for a slot at both ends. */
interface Waiting extends Leg {
  readonly from: Host;
  readonly besideMate: boolean;
  readonly arrived: () => void;
}

/**
 * A fleet while a scheduler rolls it, in virtual time. Durations are those of our own forecast: a migration holds a slot at both
 * ends and is booked at both ends until it is over; a host is remediated as soon as it is empty, and takes its time to patch
 * and boot. Schedulers act, then let time pass with `next` or `wait`.
 */
export class Roll {
  readonly fleet: Fleet;
  /** As booked now. */
  readonly room: Room;
  /** Cordoned and not yet released. */
  readonly inHand = new Set<Host>();
  #now = 0;
  readonly #moves: Moved[] = [];
  readonly #outages: Outage[] = [];
  /** Cordoned and not yet in service again. */
  readonly #out = new Set<Host>();
  readonly #hosts: ReadonlyMap<string, Host>;
  /** Where every workload is, or will be when its migration is over. */
  readonly #at: Map<string, string>;
  readonly #atOnce: number;
  #waiting: readonly Waiting[] = [];
  /** Migrations at a host, in or out, that have begun. */
  readonly #busy = new Map<Host, number>();
  /** Migrations to a host that are not over. */
  readonly #inbound = new Map<Host, number>();
  readonly #events: { readonly at: number; readonly act: () => void }[] = [];

  /** `atOnce`: most migrations that the platform runs at one host, if that is less than its slots. */
  constructor(fleet: Fleet, atOnce = Number.POSITIVE_INFINITY) {
    this.fleet = fleet;
    this.room = Room.of(fleet);
    this.#hosts = new Map(fleet.hosts.map((host) => [host.id, host]));
    this.#at = new Map(fleet.workloads.map(({ id, host }) => [id, host]));
    this.#atOnce = atOnce;
  }

  /** What runs on a host or is on its way there, as the platform lists it. */
  on(host: Host): Workload[] {
    return this.fleet.workloads.filter(({ id }) => this.#at.get(id) === host.id);
  }

  /** Hosts that take workloads while this one is emptied. */
  others(host: Host): Host[] {
    return this.fleet.hosts.filter((one) => one !== host && !this.#out.has(one));
  }

  hasInbound(host: Host): boolean {
    return (this.#inbound.get(host) ?? 0) > 0;
  }

  /** Cordons the host, moves its load away, remediates it and, when it is in service again, moves load back. */
  start(host: Host, legs: readonly Leg[], back: readonly Leg[] = [], around: Around = NOTHING): void {
    const outage: Outage = { host, cordoned: this.#now, emptied: 0, back: 0, released: 0 };
    this.#outages.push(outage);
    this.#out.add(host);
    this.inHand.add(host);
    const release = (): void => {
      outage.released = this.#now;
      this.inHand.delete(host);
    };
    const refill = (): void => {
      outage.back = this.#now;
      this.#out.delete(host);
      this.migrate(back, () => this.#inTurn(around.after, release));
    };
    const empty = (): void =>
      this.migrate(legs, () => {
        outage.emptied = this.#now;
        this.#after(host.estimate.patch + host.estimate.boot, refill);
      });
    this.#inTurn(around.before, empty);
  }

  #inTurn([first, ...rest]: readonly Leg[], then: () => void): void {
    if (first === undefined) then();
    else this.migrate([first], () => this.#inTurn(rest, then));
  }

  /** Books room for all of them at once; starts each as soon as both ends have a slot, the first ones first. */
  migrate(legs: readonly Leg[], then: () => void = () => {}): void {
    let left = legs.length;
    const arrived = (): void => {
      left -= 1;
      if (left === 0) then();
    };
    const waiting = legs.map((leg): Waiting => ({ ...leg, ...this.#reserve(leg), arrived }));
    this.#waiting = [...this.#waiting, ...waiting];
    this.#startWaiting();
    if (legs.length === 0) then();
  }

  /** Lets time pass until something is over; false when nothing is under way. */
  next(): boolean {
    const [first] = this.#events;
    if (first === undefined) return false;
    this.#now = first.at;
    while (this.#events[0]?.at === this.#now) this.#events.shift()?.act();
    this.#startWaiting();
    return true;
  }

  /** Lets time pass until everything is over. */
  wait(): void {
    while (this.next());
  }

  /** The roll is over, or its scheduler knows no way on. */
  end(stuck?: string): Log {
    this.wait();
    return { moves: this.#moves, outages: this.#outages, ...(stuck === undefined ? {} : { stuck }) };
  }

  #reserve({ workload, to }: Leg): Pick<Waiting, "from" | "besideMate"> {
    const from = this.#hosts.get(this.#at.get(workload.id) ?? "") as Host;
    const besideMate = this.room.hasMate(workload, to);
    this.#at.set(workload.id, to.id);
    this.room.book(workload, to.id);
    change(this.#inbound, to, 1);
    return { from, besideMate };
  }

  #startWaiting(): void {
    this.#waiting = this.#waiting.filter((one) => !this.#startOne(one));
  }

  #startOne({ workload, from, to, besideMate, arrived }: Waiting): boolean {
    if (!this.#hasSlot(from) || !this.#hasSlot(to)) return false;
    const seconds = migrationSeconds(this.fleet, workload);
    this.#moves.push({ workload, from, to, start: this.#now, end: this.#now + seconds, besideMate });
    for (const host of [from, to]) change(this.#busy, host, 1);
    this.#after(seconds, () => {
      for (const host of [from, to]) change(this.#busy, host, -1);
      change(this.#inbound, to, -1);
      this.room.book(workload, from.id, -1);
      arrived();
    });
    return true;
  }

  #hasSlot(host: Host): boolean {
    return (this.#busy.get(host) ?? 0) < Math.min(host.slots, this.#atOnce);
  }

  /** Events of one moment come in the order in which they were foreseen. */
  #after(seconds: number, act: () => void): void {
    const at = this.#now + seconds;
    const later = this.#events.findIndex((event) => event.at > at);
    this.#events.splice(later < 0 ? this.#events.length : later, 0, { at, act });
  }
}

const NOTHING: Around = { before: [], after: [] };

function change(counts: Map<Host, number>, host: Host, by: 1 | -1): void {
  counts.set(host, (counts.get(host) ?? 0) + by);
}
