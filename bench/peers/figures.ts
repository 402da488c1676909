import type { Fleet, Host } from "../../provider/core/fleet.ts";
import type { Log } from "./roll.ts";

/** What one roll came to. */
export interface Figures {
  /** Every host is done. */
  readonly complete: boolean;
  readonly hostsDone: number;
  readonly moves: number;
  readonly movesPerWorkload: number;
  /** Most moves of one workload. */
  readonly mostMoves: number;
  /** Until the last host is released and the last workload has arrived. */
  readonly hours: number;
  /** Share of the workloads that end on another host than they started on. */
  readonly away: number;
  /** Room for the loss of one more host, the largest, was there at every moment. */
  readonly reserveKept: boolean;
  /** Moves to a host with another member of the workload's anti-affinity group. */
  readonly rulesBroken: number;
}

export function figuresOf(fleet: Fleet, log: Log): Figures {
  const moves = new Map<string, number>();
  const at = new Map(fleet.workloads.map(({ id, host }) => [id, host]));
  for (const { workload, to } of log.moves) {
    moves.set(workload.id, (moves.get(workload.id) ?? 0) + 1);
    at.set(workload.id, to.id);
  }
  const workloads = Math.max(1, fleet.workloads.length);
  const ends = [...log.outages.map(({ released }) => released), ...log.moves.map(({ end }) => end)];
  return {
    complete: log.outages.length === fleet.hosts.length,
    hostsDone: log.outages.length,
    moves: log.moves.length,
    movesPerWorkload: log.moves.length / workloads,
    mostMoves: Math.max(0, ...moves.values()),
    hours: Math.max(0, ...ends) / 3600,
    away: fleet.workloads.filter(({ id, host }) => at.get(id) !== host).length / workloads,
    reserveKept: reserveKept(fleet, log),
    rulesBroken: log.moves.filter(({ besideMate }) => besideMate).length,
  };
}

/** Whenever a host goes out, all workloads together fit on the others that are in service but the largest one. */
function reserveKept(fleet: Fleet, { outages }: Log): boolean {
  const names = [...new Set(fleet.hosts.flatMap((host) => Object.keys(host.capacity)))];
  const demand = new Map(names.map((name) => [name, sum(fleet.workloads.map((one) => one.demand[name] ?? 0))]));
  return outages.every(({ cordoned }) => {
    const out = new Set<Host>();
    for (const one of outages) if (one.cordoned <= cordoned && cordoned < one.back) out.add(one.host);
    const serving = fleet.hosts.filter((host) => !out.has(host));
    return names.every((name) => {
      const sizes = serving.map((host) => host.capacity[name] ?? 0);
      return sum(sizes) - Math.max(0, ...sizes) >= (demand.get(name) ?? 0);
    });
  });
}

/** What the rolls of one kind of fleet, one for every seed, came to on average. */
export interface Mean {
  /** Share of the rolls in which every host was done. */
  readonly completed: number;
  /** Share of hosts done, over all rolls. */
  readonly hostsDone: number;
  /** Over the rolls that completed; absent when none did. */
  readonly ofCompleted?: {
    readonly movesPerWorkload: number;
    /** Most moves of one workload in any of them. */
    readonly mostMoves: number;
    readonly hours: number;
    readonly away: number;
    /** Share of them. */
    readonly reserveKept: number;
    readonly rulesBroken: number;
  };
}

export function meanOf(hosts: number, rolls: readonly Figures[]): Mean {
  const over = (some: readonly Figures[], value: (one: Figures) => number): number =>
    rounded(sum(some.map(value)) / some.length);
  const completed = rolls.filter(({ complete }) => complete);
  return {
    completed: over(rolls, ({ complete }) => Number(complete)),
    hostsDone: over(rolls, ({ hostsDone }) => hostsDone / hosts),
    ...(completed.length > 0 && {
      ofCompleted: {
        movesPerWorkload: over(completed, (one) => one.movesPerWorkload),
        mostMoves: Math.max(...completed.map((one) => one.mostMoves)),
        hours: over(completed, (one) => one.hours),
        away: over(completed, (one) => one.away),
        reserveKept: over(completed, (one) => Number(one.reserveKept)),
        rulesBroken: over(completed, (one) => one.rulesBroken),
      },
    }),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** To three digits after the point: more is noise. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
