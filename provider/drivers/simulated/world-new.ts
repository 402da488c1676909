import type { FleetSpec } from "./spec.ts";
import type { HostRow, WorkloadRow, World } from "./world.ts";
import { addFault } from "./world-faults.ts";
import { Table } from "./world-table.ts";

/** A new world at fleet time `now`. */
export function createWorld(spec: FleetSpec, now: number): World {
  const world: World = {
    facts: {
      scheme: spec.scheme,
      seed: spec.seed,
      jitter: spec.jitter,
      migration: spec.migration,
      times: spec.times,
      backward: spec.backward,
      ...(spec.noise === "off" ? {} : { noise: spec.noise }),
      ...(spec.costs.length === 0 ? {} : { costs: spec.costs }),
      ...(spec.rollback ? {} : { noWayBack: true as const }),
      ...(spec.remediations === undefined ? {} : { remediations: spec.remediations }),
    },
    now,
    dice: spec.seed,
    serial: 0,
    record: undefined,
    actors: spec.actors,
    flags: [],
    hosts: new Table(),
    workloads: new Table(),
    tasks: new Table(),
    faults: new Table(),
    events: [],
  };
  for (const host of spec.hosts) world.hosts.put(newHost(host));
  for (const workload of spec.workloads) world.workloads.put(newWorkload(workload));
  for (const fault of spec.faults) addFault(world, fault);
  return world;
}

function newWorkload(spec: FleetSpec["workloads"][number]): WorkloadRow {
  const { id, host, state, group, hosts, spread, moves, together, pinned, latency, tags, address, quiet } = spec;
  const demand = { memory: Math.round(spec.memory * 1024), cpu: spec.cpu };
  return {
    id,
    host,
    state,
    demand,
    group,
    hosts,
    spread,
    moves,
    together,
    pinned,
    latency,
    ...(quiet === undefined ? {} : { quiet }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(address === undefined ? {} : { address }),
    doing: undefined,
    failure: undefined,
  };
}

function newHost(spec: FleetSpec["hosts"][number]): HostRow {
  const { id, domain, quorums, last, class: hardware, slots, patch, boot, level, held, cordoned, mark, blocked } = spec;
  const { noWayBack, warnings } = spec;
  return {
    id,
    capacity: { memory: Math.round(spec.memory * 1024), cpu: spec.cpu },
    domain,
    quorums,
    last,
    class: hardware,
    slots,
    patch,
    boot,
    running: level,
    installed: level,
    reported: level,
    power: "on",
    hungUntil: 0,
    cutUntil: 0,
    problem: undefined,
    boots: 1,
    cordoned,
    mark,
    held,
    blocked,
    ...(noWayBack === undefined ? {} : { noWayBack }),
    ...(warnings.length === 0 ? {} : { warnings }),
    staged: undefined,
    latency: 1,
    doing: undefined,
    failure: undefined,
  };
}
