import type { Host, Workload } from "../core/fleet.ts";
import { own } from "../core/own.ts";
import type { HostPlan, Plan } from "../core/plan.ts";
import { Ledger } from "./ledger.ts";
import type { Whereabouts } from "./replay-rules.ts";
import type { PlanRequest } from "./request.ts";
import { isOurs } from "./standing.ts";

/** Who is where, and what is booked, while the validator replays a plan: the fleet as it is observed to begin with. */
export class Scene implements Whereabouts {
  readonly ledger: Ledger;
  readonly workloads = new Map<string, Workload>();
  readonly at = new Map<string, string>();
  /** Migrations in flight that the plan carries on: booked at both ends from the start. */
  readonly flying = new Set<string>();
  /** Other migrations in flight, with their sources: booked there until the turn of their destination, if it has one, is over. */
  readonly arriving = new Map<string, string>();
  /** Out for reasons of their own. */
  readonly away: readonly Host[];
  /** Hosts that bear our mark. */
  readonly ours: ReadonlySet<string>;
  /** Hosts that the run chose to go alone. */
  readonly alone: ReadonlySet<string>;
  /** Other hosts that this run has released before. */
  readonly startedBefore: number;
  readonly #request: PlanRequest;
  readonly #on = new Map<string, string[]>();

  constructor(request: PlanRequest, plan: Plan) {
    const { fleet, memory, baseline } = request;
    const run = memory?.baseline === baseline ? memory : undefined;
    this.#request = request;
    this.ours = new Set(fleet.hosts.filter((host) => isOurs(request, host)).map(({ id }) => id));
    this.ledger = new Ledger(fleet, this.ours);
    for (const workload of fleet.workloads) this.workloads.set(workload.id, workload);
    const isAway = (host: Host): boolean =>
      host.state !== "up" || host.cordoned || host.held || own(run?.hosts, host.id)?.failed !== undefined;
    this.away = fleet.hosts.filter((host) => isAway(host) && !this.ours.has(host.id));
    this.alone = new Set([...(run?.canaries ?? []), ...(run?.judged ?? [])]);
    this.startedBefore = (run?.done ?? []).filter((id) => !this.alone.has(id)).length;

    const mine = plan.hosts.filter((entry) => this.ours.has(entry.host));
    const carried = new Set(
      mine.flatMap((entry) => entry.evacuate.map((move) => `${move.workload} ${move.from} ${move.to}`)),
    );
    for (const workload of fleet.workloads) {
      if (workload.state !== "running" || !this.ledger.hosts.has(workload.host)) continue;
      const target =
        workload.movingTo !== undefined && this.ledger.hosts.has(workload.movingTo) ? workload.movingTo : undefined;
      const carriedOn = target !== undefined && carried.has(`${workload.id} ${workload.host} ${target}`);
      if (carriedOn) this.flying.add(workload.id);
      else if (target !== undefined) this.arriving.set(workload.id, workload.host);
      this.ledger.book(workload, workload.host);
      if (target !== undefined) this.ledger.book(workload, target);
      this.put(workload.id, target !== undefined && !carriedOn ? target : workload.host);
    }
    // What starts again with its host keeps its place in the failure domain.
    for (const host of fleet.hosts)
      for (const id of this.owed(host)) this.ledger.expect(this.workloads.get(id) as Workload, host.id);
  }

  /** Names of what is on a host. */
  idsOn(host: string): readonly string[] {
    return this.#on.get(host) ?? [];
  }

  on(host: string): Workload[] {
    return this.idsOn(host).map((id) => this.workloads.get(id) as Workload);
  }

  /** What a host is at once it is back; undefined: what it is at now. */
  levelAfter({ to }: HostPlan, host: Host): string | undefined {
    return !this.ours.has(host.id) || host.level !== host.wanted || host.evidence !== host.wanted ? to : undefined;
  }

  /** On their way, or there already, from a host in hand. */
  followed({ together, id: self }: Workload, from: string): string[] {
    const { memory } = this.#request;
    const isThere = (id: string): boolean => id !== self && this.workloads.get(id)?.together === together;
    const flying = [...this.flying].filter((id) => isThere(id) && this.workloads.get(id)?.host === from);
    const homes = this.ours.has(from) ? (own(memory?.hosts, from)?.homes ?? []) : [];
    const gone = homes.filter((id) => isThere(id) && this.at.has(id) && this.at.get(id) !== from);
    const hosts = [...flying.map((id) => this.workloads.get(id)?.movingTo), ...gone.map((id) => this.at.get(id))];
    return hosts.filter((id) => id !== undefined).filter((id) => this.#canTake(id));
  }

  /** Nobody's, serving, and it takes part in migrations. */
  #canTake(id: string): boolean {
    const host = this.ledger.hosts.get(id);
    const { memory, baseline } = this.#request;
    const isConvicted = memory?.baseline === baseline && memory.convicted.includes(id);
    if (host === undefined || isConvicted || host.mark !== undefined || host.slots === 0) return false;
    return this.ledger.isServing(id) && !this.away.includes(host);
  }

  /** Stopped workloads that start again with their host. */
  owed(host: Host): string[] {
    const stopped = own(this.#request.memory?.hosts, host.id)?.stopped ?? [];
    return stopped.filter(
      (id) => this.workloads.get(id)?.host === host.id && this.workloads.get(id)?.state === "stopped",
    );
  }

  put(workload: string, host: string): void {
    const left = this.#on.get(this.at.get(workload) ?? "");
    left?.splice(left.indexOf(workload), 1);
    this.at.set(workload, host);
    const here = this.#on.get(host);
    if (here === undefined) this.#on.set(host, [workload]);
    else here.push(workload);
  }
}
