import { type Act, actKey, stepOf } from "../act.ts";
import { type Host, type Workload, workloadsByHost } from "../fleet.ts";
import { slotsOf } from "../limits.ts";
import { own } from "../own.ts";
import type { HostPlan } from "../plan.ts";
import { quietAt } from "../quiet.ts";
import { Room } from "../room.ts";
import type { HostMemory } from "../run.ts";
import type { View } from "./view.ts";

/** The working surface of one decision: what is busy, what is booked, what has been started so far. */
export class Desk {
  readonly started: Act[] = [];
  readonly hosts: ReadonlyMap<string, Host>;
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly #view: View;
  readonly #done: ReadonlySet<string>;
  readonly #plans: ReadonlyMap<string, HostPlan>;
  readonly #keys = new Set<string>();
  readonly #moving = new Map<string, number>();
  readonly #touched = new Set<string>();
  /** Some act waits for the end of its back-off. */
  resting = false;
  #room: Room | undefined;
  #onHost: ReadonlyMap<string, Workload[]> | undefined;
  #remediating = 0;
  #flights = 0;
  #lookAt = Number.POSITIVE_INFINITY;

  constructor(view: View) {
    this.#view = view;
    this.hosts = new Map(view.fleet.hosts.map((host) => [host.id, host]));
    this.workloads = new Map(view.fleet.workloads.map((workload) => [workload.id, workload]));
    this.#done = new Set(view.run.done);
    this.#plans = new Map((view.plan?.hosts ?? []).map((entry) => [entry.host, entry]));
    const ours = new Set<string>();
    for (const act of view.inFlight) {
      this.#occupy(act);
      if (act.name !== "migrate") continue;
      ours.add(act.workload);
      const workload = this.workloads.get(act.workload);
      if (workload === undefined || workload.host === act.to) continue;
      this.#countMove(workload.host, act.to);
    }
    for (const workload of view.fleet.workloads) {
      if (workload.movingTo !== undefined && !ours.has(workload.id)) this.#countMove(workload.host, workload.movingTo);
    }
  }

  /** What is booked, acts in flight and those started so far included. */
  get room(): Room {
    this.#room ??= roomOf(this.#view, this.workloads);
    return this.#room;
  }

  /** Hosts that bear our mark, in fleet order: started and not released. */
  get handsOn(): Host[] {
    return this.#view.fleet.hosts.filter((host) => this.isInHand(host.id));
  }

  /** The plan's hosts that have not been cordoned yet, in order. */
  get waiting(): HostPlan[] {
    return [...this.#plans.values()].filter(({ host }) => !this.isInHand(host) && !this.isDone(host));
  }

  /** Released at the level in this run. */
  isDone(id: string): boolean {
    return this.#done.has(id);
  }

  isInHand(id: string): boolean {
    const mark = this.hosts.get(id)?.mark;
    return mark !== undefined && this.#view.owners.includes(mark.owner);
  }

  /** Being prepared (stage, preflight, cordon) before its mark is set. A host that only receives workloads is not. */
  isPreparing(id: string): boolean {
    return !this.isInHand(id) && this.#keys.has(`host ${id}`);
  }

  /** Some act is in flight (or just started) on the host itself or on a workload that it gives or takes. */
  busy(id: string): boolean {
    return this.#touched.has(id);
  }

  /** An act is in flight (or just started) on the workload. */
  isActedOn(workload: string): boolean {
    return this.#keys.has(workload);
  }

  memory(id: string): HostMemory | undefined {
    return own(this.#view.run.hosts, id);
  }

  plan(id: string): HostPlan | undefined {
    return this.#plans.get(id);
  }

  workloadsOn(id: string): readonly Workload[] {
    this.#onHost ??= workloadsByHost(this.#view.fleet);
    return this.#onHost.get(id) ?? [];
  }

  /** In its quiet hours it does not begin to move; their end is a moment to look again. */
  mustStay(workload: string): boolean {
    const span = quietAt(this.#view.quiet, workload, this.#view.fleet.at);
    if (span?.until !== undefined) this.lookAgain(span.until);
    return span !== undefined;
  }

  /** Where an act, in flight or started now, takes the workload. */
  goingTo(workload: string): string | undefined {
    const acts = [...this.#view.inFlight, ...this.started];
    return acts.flatMap((act) => (act.name === "migrate" && act.workload === workload ? [act.to] : [])).at(-1);
  }

  /** Migrations in flight that touch the host. */
  moves(id: string): number {
    return this.#moving.get(id) ?? 0;
  }

  /** Migrations in flight over the whole fleet, whoever started them. */
  get flights(): number {
    return this.#flights;
  }

  get mostFlights(): number {
    return this.#view.policy.migrations?.total ?? Number.POSITIVE_INFINITY;
  }

  /** Most migrations in flight that may touch the host. */
  slots(id: string): number {
    const host = this.hosts.get(id);
    return host === undefined ? 0 : slotsOf(host, this.#view.policy);
  }

  get remediating(): number {
    return this.#remediating;
  }

  /** Starts the act unless its subject is busy, its retries are used up or the host's back-off has not passed. True when started. */
  start(act: Act): boolean {
    if (this.#keys.has(actKey(act))) return false;
    if ("host" in act) {
      const memory = this.memory(act.host);
      const step = stepOf(act, memory);
      if ((memory?.tries[step] ?? 0) > this.#view.policy.retries) return false;
      const notBefore = memory?.lastStep === step ? (memory.notBefore ?? 0) : 0;
      if (notBefore > this.#view.fleet.at) {
        this.resting = true;
        this.lookAgain(notBefore);
        return false;
      }
    }
    if (act.name === "migrate") {
      const workload = this.workloads.get(act.workload);
      if (workload === undefined) return false;
      this.room.book(workload, act.to);
      this.#countMove(workload.host, act.to);
    }
    this.#occupy(act);
    this.started.push(act);
    return true;
  }

  /** A host's turn waits until this fleet time (a deadline). */
  lookAgain(at: number): void {
    this.#lookAt = Math.min(this.#lookAt, at);
  }

  look(): { lookAt?: number } {
    return Number.isFinite(this.#lookAt) ? { lookAt: this.#lookAt } : {};
  }

  #occupy(act: Act): void {
    this.#keys.add(actKey(act));
    if (act.name === "remediate" || act.name === "rollback") this.#remediating += 1;
    if ("host" in act) this.#touched.add(act.host);
    if (act.name === "migrate") {
      this.#touched.add(act.to);
      const from = this.workloads.get(act.workload)?.host;
      if (from !== undefined) this.#touched.add(from);
    }
  }

  #countMove(from: string, to: string): void {
    this.#flights += 1;
    this.#moving.set(from, (this.#moving.get(from) ?? 0) + 1);
    this.#moving.set(to, (this.#moving.get(to) ?? 0) + 1);
  }
}

/** Bookings as they are once every migration in flight has reached its host. */
function roomOf({ fleet, inFlight }: View, workloads: ReadonlyMap<string, Workload>): Room {
  const room = new Room(fleet);
  for (const act of inFlight) {
    const workload = act.name === "migrate" ? workloads.get(act.workload) : undefined;
    if (act.name !== "migrate" || workload === undefined || workload.host === act.to) continue;
    if (workload.movingTo === undefined) room.book(workload, act.to);
  }
  return room;
}
