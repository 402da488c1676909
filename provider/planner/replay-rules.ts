import type { Workload } from "../core/fleet.ts";
import { type HostPlan, type Move, movesOf, type Plan } from "../core/plan.ts";

const NOTHING: readonly string[] = [];

/** Host rules that a move breaks, or gives up without a word. `flying`: it was under way before the plan. */
export function hostRuleTroubles({ id, hosts }: Workload, { to, why }: Move, flying: boolean): readonly string[] {
  if (hosts === undefined) return NOTHING;
  const found: string[] = [];
  if (!flying && hosts.only?.includes(to) === false) found.push(`moves ${id} to ${to}, where it must not run`);
  if (!flying && hosts.never?.includes(to) === true) found.push(`moves ${id} to ${to}, where it must never run`);
  if (hosts.prefer?.includes(to) === false && !why.includes("should run on"))
    found.push(`gives up a should-rule of ${id} without saying so`);
  return found;
}

/**
 * Workloads that may move once and would move in vain: a second time, onto a host where that would be needed, or off one that need
 * not be emptied.
 */
export function movedInVain({ hosts }: Plan, workloads: readonly Workload[]): string[] {
  const once = new Map(workloads.filter(({ moves }) => moves === "once").map((one) => [one.id, one]));
  if (once.size === 0) return [];
  const found: string[] = [];
  const moved = new Set<string>();
  const waiting = new Set(hosts.map(({ host }) => host));
  for (const entry of hosts) {
    for (const { workload, from, to } of [...entry.makeRoom, ...entry.evacuate, ...entry.putBack]) {
      const one = once.get(workload);
      // What is under way already is nothing that the plan decides.
      if (one === undefined || (one.host === from && one.movingTo === to)) continue;
      if (moved.has(workload)) found.push(`${entry.host} moves ${workload} again, which may move only once`);
      else if (!waiting.has(from))
        found.push(`${entry.host} moves ${workload}, which may move only once, off ${from} in vain`);
      moved.add(workload);
    }
    waiting.delete(entry.host);
  }
  return found;
}

/** A plan that gives up should-rules says how many. */
export function silentlyGivenUp({ hosts, notes }: Plan, workloads: readonly Workload[]): string[] {
  const rules = new Map(
    workloads.flatMap((one) => (one.hosts?.prefer === undefined ? [] : [[one.id, one.hosts.prefer] as const])),
  );
  const breaks = (move: Move): boolean => rules.get(move.workload)?.includes(move.to) === false;
  const given = rules.size > 0 && hosts.some((entry) => movesOf(entry).some(breaks));
  return given && !notes.some((note) => note.startsWith("Given up"))
    ? ["no note tells of the should-rules given up"]
    : [];
}

/**
 * Nothing that runs is left on a host to be remediated, but what is shut down, where policy allows that (`stopping`); a host at the level
 * is not emptied.
 */
export function leftBehind(
  { evacuate, shutdown }: HostPlan,
  remediates: boolean,
  left: readonly Workload[],
  stopping: boolean,
): string[] {
  if (!remediates) {
    return evacuate.length + shutdown.length > 0 ? ["is at the level already and would be emptied"] : [];
  }
  const ids = (pinned: boolean): string[] => left.flatMap((one) => (one.pinned === pinned ? [one.id] : []));
  const [movable, pinned] = [ids(false), ids(true)];
  const found: string[] = [];
  if (movable.length > 0) found.push(`would be remediated with ${movable.join(", ")} on it`);
  if (pinned.some((id) => !shutdown.includes(id))) found.push(`would be remediated with ${pinned.join(", ")} running`);
  if (shutdown.some((id) => !pinned.includes(id))) found.push("shuts down what could move or is not there");
  if (shutdown.length > 0 && !stopping) found.push("shuts workloads down, which policy does not allow");
  return found;
}

/** Workloads that have to stay together, as a plan is replayed: by names, where they are before each step. */
export interface Whereabouts {
  on(host: string): Iterable<Workload>;
  /** Where companions of the workload are already that were on the host before, and that still take workloads. */
  followed(workload: Workload, host: string): readonly string[];
}

/** Companions parted by the evacuation of a host, as it was before. `flying`: moves that were under way. */
export function partedByLeaving(entry: HostPlan, places: Whereabouts, flying: ReadonlySet<string>): string[] {
  const bound = [...places.on(entry.host)].filter((one) => one.together !== undefined);
  if (bound.length === 0) return [];
  const to = new Map(entry.evacuate.map((move) => [move.workload, move.to]));
  return [...Map.groupBy(bound, (one) => one.together)].flatMap(([name, members]): string[] => {
    const going = members.filter(({ id }) => !flying.has(id));
    if (!going.some(({ id }) => to.has(id))) return [];
    const targets = new Set(going.map(({ id }) => to.get(id) ?? entry.host));
    const parts = `parts ${going.map(({ id }) => id).join(", ")}, which stay together (${name})`;
    if (targets.size > 1) return [parts];
    const [target = ""] = targets;
    const led = places.followed(going[0] as Workload, entry.host);
    return led.length > 0 && !led.includes(target) ? [`${parts}, from those on ${led.join(", ")}`] : [];
  });
}

/** Companions parted by moves off a host that is not emptied. */
export function partedByMoves(moves: readonly Move[], places: Whereabouts): string[] {
  const known = new Map(moves.map((move) => [move.workload, move]));
  return moves.flatMap(({ workload: id, from }) => {
    const here = [...places.on(from)];
    const name = here.find((one) => one.id === id)?.together;
    const left = here.filter((one) => one.together === name && known.get(one.id)?.from !== from);
    return name === undefined || left.length === 0
      ? []
      : [`parts ${id} from ${left[0]?.id}, which stay together (${name})`];
  });
}
