import type { Host, Resources, Workload } from "../core/fleet.ts";
import { own } from "../core/own.ts";
import type { HostPlan, Move, Plan } from "../core/plan.ts";
import type { Policy } from "../core/policy.ts";
import { Ledger } from "./ledger.ts";
import { Levels } from "./levels.ts";
import { beyondLimits, rivals } from "./limits.ts";
import { crowding, mostBooked } from "./load-back.ts";
import { hostRuleTroubles, partedByLeaving, partedByMoves, type Whereabouts } from "./replay-rules.ts";
import type { PlanRequest } from "./request.ts";
import { Several } from "./several.ts";
import { isOurs } from "./standing.ts";

/**
 * Plays a plan through by its order and its `after` alone. When a host starts, every host before it that no `after` has
 * called for yet may be at any point of its turn: its moves may all have arrived, or none may have left.
 */
export function replay(request: PlanRequest, plan: Plan): string[] {
  const run = new Replay(request, plan);
  for (const entry of plan.hosts) run.start(entry);
  run.finish(plan);
  return run.found;
}

interface Open {
  readonly entry: HostPlan;
  readonly host: Host;
  /** Most that it books in service while its load comes back, beyond what is booked elsewhere. */
  readonly back: Resources;
}

class Replay {
  readonly found: string[] = [];
  readonly #request: PlanRequest;
  readonly #ledger: Ledger;
  readonly #workloads: ReadonlyMap<string, Workload>;
  readonly #at = new Map<string, string>();
  readonly #on = new Map<string, Set<string>>();
  readonly #open = new Map<string, Open>();
  /** Hosts in hand by what they may be moving, where to, and where from when load comes back. */
  readonly #carriers = new Several();
  readonly #givers = new Several();
  readonly #takers = new Several();
  /** Migrations in flight that the plan carries on: booked at both ends from the start. */
  readonly #flying = new Set<string>();
  /** Other migrations in flight, with their sources: booked there until the turn of their destination, if it has one, is over. */
  readonly #arriving = new Map<string, string>();
  readonly #away: readonly Host[];
  readonly #ours: ReadonlySet<string>;
  readonly #reserve: NonNullable<Policy["reserve"]>;
  readonly #levels: Levels;
  readonly #rivals: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Hosts that the run chose to go alone. */
  readonly #alone: ReadonlySet<string>;
  readonly #places: Whereabouts = {
    on: (host) => [...(this.#on.get(host) ?? [])].map((id) => this.#workloads.get(id) as Workload),
    followed: (workload, host) => this.#followed(workload, host),
  };
  #started: number;
  #mostOut = 0;

  constructor(request: PlanRequest, plan: Plan) {
    const { fleet, policy, memory, baseline } = request;
    const run = memory?.baseline === baseline ? memory : undefined;
    this.#request = request;
    this.#ours = new Set(fleet.hosts.filter((host) => isOurs(request, host)).map(({ id }) => id));
    this.#ledger = new Ledger(fleet, this.#ours);
    this.#workloads = new Map(fleet.workloads.map((workload) => [workload.id, workload]));
    this.#reserve = policy.reserve ?? (fleet.hosts.length <= 2 ? 0 : 1);
    this.#rivals = rivals(request);
    this.#levels = new Levels(fleet);
    const isAway = (host: Host): boolean =>
      host.state !== "up" || host.cordoned || host.held || own(run?.hosts, host.id)?.failed !== undefined;
    this.#away = fleet.hosts.filter((host) => isAway(host) && !this.#ours.has(host.id));
    this.#alone = new Set([...(run?.canaries ?? []), ...(run?.judged ?? [])]);
    this.#started = (run?.done ?? []).filter((id) => !this.#alone.has(id)).length;

    const mine = plan.hosts.filter((entry) => this.#ours.has(entry.host));
    const carried = new Set(
      mine.flatMap((entry) => entry.evacuate.map((move) => `${move.workload} ${move.from} ${move.to}`)),
    );
    for (const workload of fleet.workloads) {
      if (workload.state !== "running" || !this.#ledger.hosts.has(workload.host)) continue;
      const target =
        workload.movingTo !== undefined && this.#ledger.hosts.has(workload.movingTo) ? workload.movingTo : undefined;
      const carriedOn = target !== undefined && carried.has(`${workload.id} ${workload.host} ${target}`);
      if (carriedOn) this.#flying.add(workload.id);
      else if (target !== undefined) this.#arriving.set(workload.id, workload.host);
      this.#ledger.book(workload, workload.host);
      if (target !== undefined) this.#ledger.book(workload, target);
      this.#put(workload.id, target !== undefined && !carriedOn ? target : workload.host);
    }
    // What starts again with its host keeps its place in the failure domain.
    for (const host of fleet.hosts)
      for (const id of this.#owed(host)) this.#ledger.expect(this.#workloads.get(id) as Workload, host.id);
  }

  start(entry: HostPlan): void {
    for (const id of entry.after) this.#release(id);
    const host = this.#ledger.hosts.get(entry.host) as Host;
    const inHand = this.#ours.has(host.id);
    const others = [...this.#open.values()].map((one) => one.entry);
    if (!inHand) {
      const rivals = this.#rivals.get(host.id);
      const moment = { others, away: this.#away, started: this.#started, rivals };
      for (const what of beyondLimits(this.#request, entry, moment)) this.#wrong(entry, what);
    }
    for (const other of this.#givers.of(host.id))
      this.#wrong(entry, `starts while ${other} may still move workloads to it`);
    for (const other of this.#takers.of(host.id))
      this.#wrong(entry, `starts while ${other} may still take workloads from it`);
    this.#ledger.setServing(host.id, false);
    const remediates = !inHand || host.level !== host.wanted || host.evidence !== host.wanted;
    if (entry.makeRoom.length > 0 && others.length > 0) this.#wrong(entry, "needs room made and does not go alone");
    const alone = others.find((one) => one.makeRoom.length > 0);
    if (alone !== undefined) this.#wrong(entry, `starts beside ${alone.host}, which needs room made and goes alone`);
    if (entry.undoRoom.length > 0 && this.#request.policy.putBack !== "home")
      this.#wrong(entry, "undoes the making of room, which policy does not ask for");
    for (const move of entry.makeRoom) {
      for (const what of partedByMoves([move], this.#places)) this.#wrong(entry, what);
      this.#shift(entry, move);
    }
    for (const what of partedByLeaving(entry, this.#places, this.#flying)) this.#wrong(entry, what);
    for (const move of entry.evacuate) this.#evacuate(entry, move);
    this.#left(entry, remediates);
    const back = this.#comingBack(entry, host);
    this.#open.set(host.id, { entry, host, back });
    this.#follow(entry, "add");
    this.#mostOut = Math.max(this.#mostOut, this.#open.size);
    if (!inHand) this.#reserveHolds(entry);
    if (inHand ? !this.#alone.has(host.id) : !entry.canary && !entry.judged) this.#started += 1;
  }

  finish(plan: Plan): void {
    for (const id of [...this.#open.keys()]) this.#release(id);
    if (this.#mostOut !== plan.totals.out)
      this.found.push(`${this.#mostOut} hosts may be out at once, not ${plan.totals.out}`);
  }

  #evacuate(entry: HostPlan, move: Move): void {
    const workload = this.#workloads.get(move.workload);
    if (workload?.state !== "running") {
      this.#wrong(entry, `moves ${move.workload}, which does not run`);
      return;
    }
    if (workload.pinned) this.#wrong(entry, `moves ${workload.id}, which is pinned`);
    for (const id of [move.from, move.to]) {
      if (this.#ledger.hosts.get(id)?.slots === 0)
        this.#wrong(entry, `moves ${workload.id}, but ${id} takes part in no migrations`);
    }
    if (move.from !== entry.host || this.#at.get(workload.id) !== entry.host)
      this.#wrong(entry, `moves ${workload.id}, which is not on it then`);
    const flying = this.#flying.has(workload.id) && workload.host === move.from && workload.movingTo === move.to;
    for (const what of hostRuleTroubles(workload, move, flying)) this.#wrong(entry, what);
    if (!flying) {
      this.#backward(entry, move);
      this.#takes(entry, move.to);
      this.#spreads(entry, move, workload);
      this.#ledger.book(workload, move.to);
      this.#fits(entry, move.to, workload);
    }
    this.#put(workload.id, move.to);
  }

  /** One workload moves on between two other hosts, while nothing else does. */
  #shift(entry: HostPlan, move: Move): void {
    const workload = this.#workloads.get(move.workload);
    if (workload?.state !== "running" || workload.pinned) {
      this.#wrong(entry, `moves ${move.workload}, which does not run or cannot move`);
      return;
    }
    if (this.#flying.has(workload.id) || this.#arriving.has(workload.id))
      this.#wrong(entry, `moves ${workload.id}, which is in flight`);
    if (this.#at.get(workload.id) !== move.from || move.from === entry.host || move.from === move.to)
      this.#wrong(entry, `makes room by moving ${workload.id}, which is not on ${move.from} then`);
    if (this.#ledger.hosts.get(move.from)?.slots === 0 || this.#ledger.hosts.get(move.to)?.slots === 0)
      this.#wrong(entry, `moves ${workload.id}, but ${move.from} or ${move.to} takes part in no migrations`);
    for (const what of hostRuleTroubles(workload, move, false)) this.#wrong(entry, what);
    this.#backward(entry, move);
    this.#takes(entry, move.to);
    this.#spreads(entry, move, workload);
    this.#ledger.book(workload, move.to);
    this.#fits(entry, move.to, workload);
    const name = this.#ledger.shortOf(this.#reserve, []);
    if (name !== undefined) this.#wrong(entry, `leaves less ${name} free than the reserve while it makes room`);
    this.#ledger.book(workload, move.from, -1);
    this.#put(workload.id, move.to);
  }

  /** Nothing that runs is left on a host to be remediated, but what is shut down; a host at the level is not emptied. */
  #left(entry: HostPlan, remediates: boolean): void {
    const left = [...(this.#on.get(entry.host) ?? [])];
    const pinned = left.filter((id) => this.#workloads.get(id)?.pinned === true);
    if (!remediates) {
      if (entry.evacuate.length + entry.shutdown.length > 0)
        this.#wrong(entry, "is at the level already and would be emptied");
      return;
    }
    const movable = left.filter((id) => !pinned.includes(id));
    if (movable.length > 0) this.#wrong(entry, `would be remediated with ${movable.join(", ")} on it`);
    if (pinned.some((id) => !entry.shutdown.includes(id)))
      this.#wrong(entry, `would be remediated with ${pinned.join(", ")} running`);
    if (entry.shutdown.some((id) => !pinned.includes(id)))
      this.#wrong(entry, "shuts down what could move or is not there");
    if (entry.shutdown.length > 0 && this.#request.policy.pinned !== "shutdown")
      this.#wrong(entry, "shuts workloads down, which policy does not allow");
  }

  /** Checks the put back, and sums up what the host books in service while it goes on. */
  #comingBack(entry: HostPlan, host: Host): Resources {
    const { putBack } = this.#request.policy;
    if (entry.putBack.length > 0 && !entry.canary && !entry.judged && putBack === "none")
      this.#wrong(entry, "puts load back, which policy does not ask for");
    const ids = [...(this.#on.get(host.id) ?? []), ...this.#owed(host)];
    const stays = ids.map((id) => this.#workloads.get(id) as Workload);
    for (const what of partedByMoves(entry.putBack, this.#places)) this.#wrong(entry, what);
    const returning: Workload[] = [];
    for (const move of entry.putBack) {
      const workload = this.#workloads.get(move.workload);
      if (workload?.state !== "running" || workload.pinned)
        this.#wrong(entry, `puts back ${move.workload}, which cannot move`);
      if (workload === undefined) continue;
      for (const what of hostRuleTroubles(workload, move, false)) this.#wrong(entry, what);
      this.#backward(entry, move, this.#levelAfter(entry, host));
      if (returning.includes(workload)) this.#wrong(entry, `puts ${workload.id} back twice`);
      if (move.to !== host.id || move.from === host.id || this.#at.get(workload.id) !== move.from) {
        this.#wrong(entry, `puts back ${workload.id}, which is not on ${move.from} then`);
      }
      if (this.#open.has(move.from))
        this.#wrong(entry, `takes ${workload.id} from ${move.from}, which may be out then`);
      const [carrier] = this.#carriers.of(workload.id);
      if (carrier !== undefined) this.#wrong(entry, `puts back ${workload.id}, which ${carrier} may still be moving`);
      this.#spreads(entry, move, workload);
      this.#ledger.expect(workload, host.id);
      returning.push(workload);
    }
    const trouble = crowding(this.#request.fleet, host, stays, returning);
    if (trouble !== undefined) this.#wrong(entry, `cannot take its workloads back: ${trouble}`);
    const { perHost = host.slots, total = host.slots } = this.#request.policy.migrations ?? {};
    return mostBooked(stays, returning, Math.min(host.slots, perHost, total));
  }

  /** With all hosts in hand out, with any one of them back, and with all of those back that leave less room when they are. */
  #reserveHolds(entry: HostPlan): void {
    const short = (back: readonly Open[]): string | undefined =>
      this.#ledger.shortOf(
        this.#reserve,
        back.map((one) => [one.host, one.back] as const),
      );
    const returning = [...this.#open.values()].filter((one) => Object.keys(one.back).length > 0);
    const moments = [[], ...returning.map((one) => [one]), returning];
    const name = moments.map(short).find((resource) => resource !== undefined);
    if (name !== undefined) this.#wrong(entry, `leaves less ${name} free than the reserve`);
  }

  #release(id: string): void {
    const turn = this.#open.get(id);
    if (turn === undefined) return;
    this.#open.delete(id);
    this.#follow(turn.entry, "remove");
    const level = this.#levelAfter(turn.entry, turn.host);
    if (level !== undefined) this.#levels.set(id, level);
    for (const { workload: name } of turn.entry.evacuate) {
      const workload = this.#workloads.get(name);
      if (workload !== undefined) this.#ledger.book(workload, id, -1);
    }
    for (const name of this.#ours.has(id) ? (this.#on.get(id) ?? []) : []) {
      const source = this.#arriving.get(name);
      if (source !== undefined) this.#ledger.book(this.#workloads.get(name) as Workload, source, -1);
    }
    for (const name of this.#owed(turn.host)) this.#ledger.book(this.#workloads.get(name) as Workload, id);
    for (const { workload: name, from } of turn.entry.putBack) {
      const workload = this.#workloads.get(name);
      if (workload === undefined) continue;
      this.#ledger.expect(workload, id, -1);
      this.#ledger.book(workload, id);
      this.#ledger.book(workload, from, -1);
      this.#put(name, id);
    }
    this.#ledger.setServing(id, true);
    for (const move of turn.entry.undoRoom) this.#shift(turn.entry, move);
  }

  #follow({ host, evacuate, putBack }: HostPlan, change: "add" | "remove"): void {
    for (const { workload, to } of evacuate) {
      this.#carriers[change](workload, host);
      this.#givers[change](to, host);
    }
    for (const { from } of putBack) this.#takers[change](from, host);
  }

  /** Moves from newer to older hosts, where the platform forbids them. */
  #backward(entry: HostPlan, move: Move, level?: string): void {
    const trouble = this.#levels.trouble(move, level);
    if (trouble !== undefined) this.#wrong(entry, trouble);
  }

  /** What a host is at once it is back; undefined: what it is at now. */
  #levelAfter({ to }: HostPlan, host: Host): string | undefined {
    return !this.#ours.has(host.id) || host.level !== host.wanted || host.evidence !== host.wanted ? to : undefined;
  }

  #takes(entry: HostPlan, to: string): void {
    const host = this.#ledger.hosts.get(to);
    if (host === undefined) this.#wrong(entry, `moves to ${to}, which is not in the fleet`);
    else if (to === entry.host || this.#open.has(to)) this.#wrong(entry, `moves to ${to}, which may be out then`);
    else if (!this.#ledger.isServing(to) || this.#away.includes(host))
      this.#wrong(entry, `moves to ${to}, which takes no workloads`);
  }

  #fits(entry: HostPlan, to: string, workload: Workload): void {
    const trouble = this.#ledger.trouble(to, workload.group);
    if (trouble !== undefined) this.#wrong(entry, `moves ${workload.id} to ${to}: ${trouble}`);
  }

  /** On their way, or there already, from a host in hand. */
  #followed({ together, id: self }: Workload, from: string): string[] {
    const { memory } = this.#request;
    const isThere = (id: string): boolean => id !== self && this.#workloads.get(id)?.together === together;
    const flying = [...this.#flying].filter((id) => isThere(id) && this.#workloads.get(id)?.host === from);
    const homes = this.#ours.has(from) ? (own(memory?.hosts, from)?.homes ?? []) : [];
    const gone = homes.filter((id) => isThere(id) && this.#at.has(id) && this.#at.get(id) !== from);
    const hosts = [...flying.map((id) => this.#workloads.get(id)?.movingTo), ...gone.map((id) => this.#at.get(id))];
    return hosts.filter((id) => id !== undefined).filter((id) => this.#canTake(id));
  }

  /** Nobody's, serving, and it takes part in migrations. */
  #canTake(id: string): boolean {
    const host = this.#ledger.hosts.get(id);
    const { memory, baseline } = this.#request;
    const isConvicted = memory?.baseline === baseline && memory.convicted.includes(id);
    if (host === undefined || isConvicted || host.mark !== undefined || host.slots === 0) return false;
    return this.#ledger.isServing(id) && !this.#away.includes(host);
  }

  #spreads(entry: HostPlan, { from, to }: Move, workload: Workload): void {
    const mate = this.#ledger.mateInDomain(workload, from, to);
    if (mate !== undefined)
      this.#wrong(entry, `moves ${workload.id} to ${to}, whose failure domain holds ${mate} of ${workload.spread}`);
  }

  /** Stopped workloads that start again with their host. */
  #owed(host: Host): string[] {
    const stopped = own(this.#request.memory?.hosts, host.id)?.stopped ?? [];
    return stopped.filter(
      (id) => this.#workloads.get(id)?.host === host.id && this.#workloads.get(id)?.state === "stopped",
    );
  }

  #put(workload: string, host: string): void {
    this.#on.get(this.#at.get(workload) ?? "")?.delete(workload);
    this.#at.set(workload, host);
    const here = this.#on.get(host);
    if (here === undefined) this.#on.set(host, new Set([workload]));
    else here.add(workload);
  }

  #wrong(entry: HostPlan, what: string): void {
    this.found.push(`${entry.host} ${what}`);
  }
}
