import { amountOf } from "../../core/fleet.ts";
import { dateAt, fleetClock } from "../../engine/clock.ts";
import { openFleetFile } from "./file-store.ts";
import { Service } from "./service.ts";
import { answers, type HostRow, NEVER, type Task, type World, type WorldEvent } from "./world.ts";
import { violations } from "./world-check.ts";
import { occupants } from "./world-moves.ts";
import { serviceLatency } from "./world-view.ts";

/** What `describeWorld` tells: plain JSON, for printing. Memory in GiB, times as ISO 8601 of fleet time. */
export type WorldDescription = ReturnType<typeof describe>;

/** Looks at a fleet file as its owner sees it, faults and lies included. Changes nothing. */
export function describeWorld(path: string, { events = 20 }: { events?: number } = {}) {
  const store = openFleetFile(path);
  try {
    return describe(
      store.look(fleetClock(store.clock), (world) => world),
      store.clock.scale,
      store.events(events),
    );
  } finally {
    store.close();
  }
}

function describe(world: World, scale: number, events: readonly WorldEvent[]) {
  const service = new Service(world, world.now);
  const { lease, run, stop, halt } = world.record?.record ?? {};
  return {
    fleetTime: iso(world.now),
    scale,
    hosts: Array.from(world.hosts.values(), (host) => describeHost(world, host)),
    workloads: Array.from(world.workloads.values(), (one) => ({
      id: one.id,
      host: one.host,
      state: one.state,
      memory: (one.demand.memory ?? 0) / 1024,
      cpu: one.demand.cpu ?? 0,
      group: one.group,
      pinned: one.pinned,
      latency: Math.round(10 * serviceLatency(world, one, service)) / 10,
      doing: one.doing?.kind,
      to: one.doing?.kind === "migrate" ? one.doing.to : undefined,
    })),
    tasks: Array.from(world.tasks.values(), (task) => ({ what: nameOf(world, task), until: iso(task.until) })),
    faults: Array.from(world.faults.values(), ({ id, left, fault }) => ({
      id,
      left: left === NEVER ? ("always" as const) : left,
      ...fault,
    })),
    actors: world.actors,
    record: { version: world.record?.version ?? 0, lease, run: run?.id, ending: run?.ending, stop, halt },
    violations: violations(world),
    events: events.map((event) => ({ ...event, at: iso(event.at) })),
  };
}

function describeHost(world: World, host: HostRow) {
  const there = occupants(world, host.id);
  const sum = (resource: string) => there.reduce((total, one) => total + amountOf(one.demand, resource), 0);
  return {
    id: host.id,
    level: host.reported,
    runs: host.running,
    state: answers(world, host) ? (host.power === "on" ? "up" : host.power) : "unreachable",
    cordoned: host.cordoned,
    held: host.held,
    blocked: host.blocked,
    mark: host.mark,
    problem: host.problem,
    domain: host.domain,
    last: host.last === true ? true : undefined,
    quorums: host.quorums?.length === 0 ? undefined : host.quorums,
    class: host.class,
    costs: costsOf(world, host),
    errors: host.errors,
    workloads: there.length,
    memory: { used: sum("memory") / 1024, of: (host.capacity.memory ?? 0) / 1024 },
    cpu: { used: sum("cpu"), of: host.capacity.cpu ?? 0 },
    boots: host.boots,
  };
}

/** What its level costs the service now, in percent; undefined: nothing. */
function costsOf(world: World, { latency, cost }: HostRow): { latency: number; errors: number } | undefined {
  const leaked = cost === undefined ? 0 : (cost.leak * (world.now - cost.since)) / 3_600_000;
  const slower = latency * (1 + leaked) - 1;
  if (Math.abs(slower) < 1e-9 && cost === undefined) return undefined;
  return { latency: Math.round(1000 * slower) / 10, errors: Math.round(1000 * (cost?.errors ?? 0)) / 10 };
}

function nameOf(world: World, task: Task): string {
  switch (task.kind) {
    case "migrate":
      return `migrate ${task.workload} to ${task.to}`;
    case "stop":
    case "start":
      return `${task.kind} ${task.workload}`;
    case "fault":
      return `fault ${world.faults.get(task.fault)?.fault.kind ?? task.fault} ${task.host ?? ""}`.trim();
    default:
      return `${task.kind} ${task.host}`;
  }
}

function iso(fleetTime: number): string {
  return fleetTime > 8.64e15 ? "never" : dateAt(fleetTime).toISOString();
}
