import { complianceOf } from "../compliance.ts";
import type { Fleet, Host, Workload } from "../fleet.ts";
import { own } from "../own.ts";
import type { HostPlan, Move } from "../plan.ts";
import type { Desk } from "./desk.ts";
import { restSurprise } from "./resting.ts";
import type { View } from "./view.ts";

/**
 * What the plan did not foresee, each in a few words; empty while the remainder can be carried out as announced.
 * Follows the remaining moves in thought, from where every workload is now (or is being moved to).
 */
export function surprises(view: View, desk: Desk): string[] {
  const { plan } = view;
  if (plan === undefined) return [];
  const places = new Places(view.fleet, desk);
  for (const entry of plan.hosts) {
    if (desk.isDone(entry.host) && !desk.isInHand(entry.host)) continue;
    const found = hostSurprise(view, desk, entry) ?? evacuationSurprise(view, desk, entry, places);
    if (found !== undefined) return [found];
    for (const move of [...entry.putBack, ...entry.undoRoom])
      if (places.of(move.workload) === move.from) places.move(move.workload, move.to);
  }
  const strange = strangers(view, desk);
  const rest = strange.length > 0 ? undefined : restSurprise(view, desk);
  return rest === undefined ? strange : [rest];
}

function hostSurprise(view: View, desk: Desk, { host: id, from }: HostPlan): string | undefined {
  const host = desk.hosts.get(id);
  if (host === undefined) return `${id} left the fleet`;
  if (own(view.run.hosts, id)?.failed !== undefined) return `${id} failed`;
  if (host.held) return `an operator has taken ${id}`;
  if (desk.isInHand(id)) return undefined;
  if (host.state !== "up") return `${id} is ${host.state}`;
  if (host.finding?.compliance === "blocked") return `${id} is blocked: ${host.finding.reason}`;
  if (host.cordoned || host.mark !== undefined) return `somebody else has cordoned ${id}`;
  return host.level === from ? undefined : `${id} is at ${host.level} now`;
}

function evacuationSurprise(view: View, desk: Desk, entry: HostPlan, places: Places): string | undefined {
  const host = desk.hosts.get(entry.host);
  if (host === undefined || !beforeRemediation(host)) return undefined;
  const room = roomSurprise(desk, entry, places);
  if (room !== undefined) return room;
  const foreseen = new Map(entry.evacuate.map((move) => [move.workload, move]));
  for (const id of places.on(entry.host)) {
    const workload = desk.workloads.get(id);
    if (workload === undefined || foreseen.has(id)) continue;
    if (workload.pinned && view.policy.pinned === "shutdown") continue;
    return `${id} is on ${entry.host}`;
  }
  for (const move of entry.evacuate) {
    const at = places.of(move.workload);
    if (at === move.from) places.move(move.workload, move.to);
    else if (!desk.isInHand(entry.host)) return `${move.workload} is not on ${move.from} any more`;
  }
  return entry.evacuate.map((move) => closedTo(desk, move)).find((found) => found !== undefined);
}

/** Room that is to be made by workloads which are no longer where they make it, nor on their way there. Makes the moves in thought. */
function roomSurprise(desk: Desk, { host, makeRoom }: HostPlan, places: Places): string | undefined {
  const steps = Map.groupBy(makeRoom, (move) => move.workload);
  for (const [id, moves] of steps) {
    const at = places.of(id);
    const [first] = moves;
    if (at === undefined || first === undefined) continue;
    const made = moves.findLastIndex((move) => move.to === at);
    if (at !== first.from && (made < 0 || !desk.isInHand(host))) return `${id} is not on ${first.from} any more`;
    for (const move of moves.slice(made + 1)) {
      const closed = closedTo(desk, move);
      if (closed !== undefined) return closed;
      places.move(id, move.to);
    }
  }
  return undefined;
}

function closedTo(desk: Desk, move: Move): string | undefined {
  const to = desk.hosts.get(move.to);
  const isOpen = to !== undefined && (desk.isInHand(to.id) || !(to.held || to.state === "unreachable"));
  return isOpen ? undefined : `${move.to} takes no workloads any more`;
}

/** Hosts of ours that the plan does not hold, and drifted ones that turned up since. */
function strangers(view: View, desk: Desk): string[] {
  const planned = new Set([
    ...(view.plan?.hosts ?? []).map((entry) => entry.host),
    ...(view.plan?.skipped ?? []).flatMap(({ host, silent }) => (silent === true ? [] : [host])),
  ]);
  for (const host of desk.handsOn) {
    if (
      !planned.has(host.id) &&
      !host.held &&
      own(view.run.hosts, host.id)?.failed === undefined &&
      !view.run.convicted.includes(host.id)
    ) {
      return [`${host.id} is out under our mark`];
    }
  }
  if (view.policy.mode === "canary") return [];
  for (const host of view.fleet.hosts) {
    const plain = host.state === "up" && !host.held && !host.cordoned && host.mark === undefined;
    if (!plain || planned.has(host.id) || desk.isDone(host.id) || own(view.run.hosts, host.id) !== undefined) continue;
    if (complianceOf(host, view.fleet.scheme).compliance === "drifted") return [`${host.id} has drifted`];
  }
  return [];
}

const beforeRemediation = (host: Host): boolean =>
  host.state === "up" && (host.level !== host.wanted || host.evidence !== host.wanted);

/** Where every running workload is, moves in thought included: told apart from the observation only where they differ. */
class Places {
  readonly #desk: Desk;
  readonly #moved = new Map<string, string>();
  readonly #arrived = new Map<string, Set<string>>();
  /** On their way in the fleet itself, by destination. */
  readonly #coming: ReadonlyMap<string, Workload[]>;

  constructor(fleet: Fleet, desk: Desk) {
    this.#desk = desk;
    this.#coming = Map.groupBy(fleet.workloads.filter(isMoving), (workload) => workload.movingTo ?? "");
  }

  of(id: string): string | undefined {
    const moved = this.#moved.get(id);
    if (moved !== undefined) return moved;
    const workload = this.#desk.workloads.get(id);
    return workload?.state === "running" ? (workload.movingTo ?? workload.host) : undefined;
  }

  /** Those that are there as observed, in the fleet's order; then arrivals in thought. */
  on(host: string): string[] {
    const here = this.#desk.workloadsOn(host).filter((one) => one.state === "running" && one.movingTo === undefined);
    const coming = this.#coming.get(host) ?? [];
    const seen = coming.length === 0 ? here : [...here, ...coming].sort((a, b) => (a.id < b.id ? -1 : 1));
    const stay = seen.flatMap(({ id }) => (this.#moved.has(id) ? [] : [id]));
    return [...stay, ...(this.#arrived.get(host) ?? [])];
  }

  move(id: string, to: string): void {
    this.#arrived.get(this.#moved.get(id) ?? "")?.delete(id);
    this.#moved.set(id, to);
    const there = this.#arrived.get(to) ?? new Set<string>();
    there.add(id);
    this.#arrived.set(to, there);
  }
}

const isMoving = (workload: Workload): boolean => workload.state === "running" && workload.movingTo !== undefined;
