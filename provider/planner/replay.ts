import type { Host, Resources, Workload } from "../core/fleet.ts";
import type { HostPlan, Move, Plan } from "../core/plan.ts";
import type { Policy } from "../core/policy.ts";
import type { Ledger } from "./ledger.ts";
import { Levels } from "./levels.ts";
import { beyondLimits, rivals } from "./limits.ts";
import { crowding, mostBooked } from "./load-back.ts";
import { hostRuleTroubles, leftBehind, partedByLeaving, partedByMoves } from "./replay-rules.ts";
import type { PlanRequest } from "./request.ts";
import { type Returning, shortOnTheWay } from "./reserve-replayed.ts";
import { RetreatReplayed } from "./retreat-replayed.ts";
import { Scene } from "./scene.ts";
import { Traffic } from "./several.ts";

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

interface Open extends Returning {
  readonly entry: HostPlan;
}

class Replay {
  readonly found: string[] = [];
  readonly #request: PlanRequest;
  readonly #scene: Scene;
  readonly #ledger: Ledger;
  readonly #open = new Map<string, Open>();
  readonly #traffic = new Traffic();
  readonly #reserve: NonNullable<Policy["reserve"]>;
  readonly #levels: Levels;
  readonly #retreat: RetreatReplayed;
  readonly #rivals: ReadonlyMap<string, ReadonlyMap<string, string>>;
  #started: number;
  #mostOut = 0;

  constructor(request: PlanRequest, plan: Plan) {
    this.#request = request;
    this.#scene = new Scene(request, plan);
    this.#ledger = this.#scene.ledger;
    this.#reserve = request.policy.reserve ?? (request.fleet.hosts.length <= 2 ? 0 : 1);
    this.#rivals = rivals(request);
    this.#levels = new Levels(request.fleet);
    this.#retreat = new RetreatReplayed(request.fleet, plan, this.#scene, this.#levels);
    this.#started = this.#scene.startedBefore;
  }

  start(entry: HostPlan): void {
    for (const id of entry.after) this.#release(id);
    const host = this.#ledger.hosts.get(entry.host) as Host;
    const inHand = this.#scene.ours.has(host.id);
    const others = [...this.#open.values()].map((one) => one.entry);
    if (!inHand) {
      const rivals = this.#rivals.get(host.id);
      const moment = { others, away: this.#scene.away, started: this.#started, rivals };
      for (const what of beyondLimits(this.#request, entry, moment)) this.#wrong(entry, what);
    }
    for (const other of this.#traffic.giversTo(host.id))
      this.#wrong(entry, `starts while ${other} may still move workloads to it`);
    for (const other of this.#traffic.takersFrom(host.id))
      this.#wrong(entry, `starts while ${other} may still take workloads from it`);
    this.#ledger.setServing(host.id, false);
    const remediates = !inHand || host.level !== host.wanted || host.evidence !== host.wanted;
    if (entry.makeRoom.length + entry.undoRoom.length > 0 && others.length > 0)
      this.#wrong(entry, "needs room made and does not go alone");
    const alone = others.find((one) => one.makeRoom.length + one.undoRoom.length > 0);
    if (alone !== undefined) this.#wrong(entry, `starts beside ${alone.host}, which needs room made and goes alone`);
    if (entry.undoRoom.length > 0 && this.#request.policy.putBack !== "home")
      this.#wrong(entry, "undoes the making of room, which policy does not ask for");
    for (const move of entry.makeRoom) {
      for (const what of partedByMoves([move], this.#scene)) this.#wrong(entry, what);
      this.#shift(entry, move);
    }
    for (const what of partedByLeaving(entry, this.#scene, this.#scene.flying)) this.#wrong(entry, what);
    for (const move of entry.evacuate) this.#evacuate(entry, move);
    const stopping = this.#request.policy.pinned === "shutdown";
    for (const what of leftBehind(entry, remediates, this.#scene.on(host.id), stopping)) this.#wrong(entry, what);
    const back = this.#comingBack(entry, host);
    this.#open.set(host.id, { entry, host, back });
    this.#traffic.follow(entry, "add");
    this.#mostOut = Math.max(this.#mostOut, this.#open.size);
    const name = inHand ? undefined : shortOnTheWay(this.#ledger, this.#reserve, [...this.#open.values()]);
    if (name !== undefined) this.#wrong(entry, `leaves less ${name} free than the reserve`);
    this.#mayRetreat();
    if (inHand ? !this.#scene.alone.has(host.id) : !entry.canary && !entry.judged) this.#started += 1;
  }

  finish(plan: Plan): void {
    for (const id of [...this.#open.keys()]) this.#release(id);
    if (this.#mostOut !== plan.totals.out)
      this.found.push(`${this.#mostOut} hosts may be out at once, not ${plan.totals.out}`);
  }

  #evacuate(entry: HostPlan, move: Move): void {
    const workload = this.#scene.workloads.get(move.workload);
    if (workload?.state !== "running") {
      this.#wrong(entry, `moves ${move.workload}, which does not run`);
      return;
    }
    if (workload.pinned) this.#wrong(entry, `moves ${workload.id}, which is pinned`);
    for (const id of [move.from, move.to]) {
      if (this.#ledger.hosts.get(id)?.slots === 0)
        this.#wrong(entry, `moves ${workload.id}, but ${id} takes part in no migrations`);
    }
    if (move.from !== entry.host || this.#scene.at.get(workload.id) !== entry.host)
      this.#wrong(entry, `moves ${workload.id}, which is not on it then`);
    const flying = this.#scene.flying.has(workload.id) && workload.host === move.from && workload.movingTo === move.to;
    for (const what of hostRuleTroubles(workload, move, flying)) this.#wrong(entry, what);
    if (!flying) {
      this.#backward(entry, move);
      this.#takes(entry, move.to);
      this.#spreads(entry, move, workload);
      this.#ledger.book(workload, move.to);
      this.#fits(entry, move.to, workload);
    }
    this.#scene.put(workload.id, move.to);
  }

  /** One workload moves on between two other hosts, while nothing else does. */
  #shift(entry: HostPlan, move: Move): void {
    const workload = this.#scene.workloads.get(move.workload);
    if (workload?.state !== "running" || workload.pinned) {
      this.#wrong(entry, `moves ${move.workload}, which does not run or cannot move`);
      return;
    }
    if (this.#scene.flying.has(workload.id) || this.#scene.arriving.has(workload.id))
      this.#wrong(entry, `moves ${workload.id}, which is in flight`);
    if (this.#scene.at.get(workload.id) !== move.from || move.from === entry.host || move.from === move.to)
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
    this.#scene.put(workload.id, move.to);
  }

  /** Checks the put back, and sums up what the host books in service while it goes on. */
  #comingBack(entry: HostPlan, host: Host): Resources {
    const { putBack } = this.#request.policy;
    if (entry.putBack.length > 0 && !entry.canary && !entry.judged && putBack === "none")
      this.#wrong(entry, "puts load back, which policy does not ask for");
    const owed = this.#scene.owed(host).map((id) => this.#scene.workloads.get(id) as Workload);
    const stays = [...this.#scene.on(host.id), ...owed];
    for (const what of partedByMoves(entry.putBack, this.#scene)) this.#wrong(entry, what);
    const returning: Workload[] = [];
    for (const move of entry.putBack) {
      const workload = this.#scene.workloads.get(move.workload);
      if (workload?.state !== "running" || workload.pinned)
        this.#wrong(entry, `puts back ${move.workload}, which cannot move`);
      if (workload === undefined) continue;
      for (const what of hostRuleTroubles(workload, move, false)) this.#wrong(entry, what);
      this.#backward(entry, move, this.#scene.levelAfter(entry, host));
      if (returning.includes(workload)) this.#wrong(entry, `puts ${workload.id} back twice`);
      if (move.to !== host.id || move.from === host.id || this.#scene.at.get(workload.id) !== move.from) {
        this.#wrong(entry, `puts back ${workload.id}, which is not on ${move.from} then`);
      }
      if (this.#open.has(move.from))
        this.#wrong(entry, `takes ${workload.id} from ${move.from}, which may be out then`);
      const [carrier] = this.#traffic.carriersOf(workload.id);
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

  #release(id: string): void {
    const turn = this.#open.get(id);
    if (turn === undefined) return;
    this.#open.delete(id);
    this.#traffic.follow(turn.entry, "remove");
    const level = this.#scene.levelAfter(turn.entry, turn.host);
    if (level !== undefined) this.#levels.set(id, level);
    for (const { workload: name } of turn.entry.evacuate) {
      const workload = this.#scene.workloads.get(name);
      if (workload !== undefined) this.#ledger.book(workload, id, -1);
    }
    for (const name of this.#scene.ours.has(id) ? this.#scene.idsOn(id) : []) {
      const source = this.#scene.arriving.get(name);
      if (source !== undefined) this.#ledger.book(this.#scene.workloads.get(name) as Workload, source, -1);
    }
    for (const name of this.#scene.owed(turn.host)) this.#ledger.book(this.#scene.workloads.get(name) as Workload, id);
    for (const { workload: name, from } of turn.entry.putBack) {
      const workload = this.#scene.workloads.get(name);
      if (workload === undefined) continue;
      this.#ledger.expect(workload, id, -1);
      this.#ledger.book(workload, id);
      this.#ledger.book(workload, from, -1);
      this.#scene.put(name, id);
    }
    this.#ledger.setServing(id, true);
    for (const move of turn.entry.undoRoom) this.#shift(turn.entry, move);
    this.#mayRetreat(id);
  }

  /** Moves from newer to older hosts, where the platform forbids them. */
  #backward(entry: HostPlan, move: Move, level?: string): void {
    const trouble = this.#levels.trouble(move, level);
    if (trouble !== undefined) this.#wrong(entry, trouble);
  }

  #mayRetreat(released?: string): void {
    const trouble = this.#retreat.trouble(this.#open.keys(), released);
    if (trouble !== undefined) this.found.push(trouble);
  }

  #takes(entry: HostPlan, to: string): void {
    const host = this.#ledger.hosts.get(to);
    if (host === undefined) this.#wrong(entry, `moves to ${to}, which is not in the fleet`);
    else if (to === entry.host || this.#open.has(to)) this.#wrong(entry, `moves to ${to}, which may be out then`);
    else if (!this.#ledger.isServing(to) || this.#scene.away.includes(host))
      this.#wrong(entry, `moves to ${to}, which takes no workloads`);
  }

  #fits(entry: HostPlan, to: string, workload: Workload): void {
    const trouble = this.#ledger.trouble(to, workload.group);
    if (trouble !== undefined) this.#wrong(entry, `moves ${workload.id} to ${to}: ${trouble}`);
  }

  #spreads(entry: HostPlan, { from, to }: Move, workload: Workload): void {
    const mate = this.#ledger.mateInDomain(workload, from, to);
    if (mate !== undefined)
      this.#wrong(entry, `moves ${workload.id} to ${to}, whose failure domain holds ${mate} of ${workload.spread}`);
  }

  #wrong(entry: HostPlan, what: string): void {
    this.found.push(`${entry.host} ${what}`);
  }
}
