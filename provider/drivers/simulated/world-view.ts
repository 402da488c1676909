import type { Baseline } from "../../core/baseline.ts";
import { RollError } from "../../core/errors.ts";
import type { Fleet, Host, Workload } from "../../core/fleet.ts";
import { satisfies, versionProblem } from "../../core/version.ts";
import { answers, type HostRow, type WorkloadRow, type World } from "./world.ts";
import { occupants } from "./world-moves.ts";

/** What the platform tells about the fleet now. */
export function view(world: World, target: string, baseline: Baseline): Fleet {
  const { scheme, migration } = world.facts;
  const problem = versionProblem(scheme, baseline.version);
  if (problem !== undefined)
    throw new RollError("invalid", `baseline.version: ${problem}.`, { hint: "Nothing was touched." });
  const hosts = Array.from(world.hosts.values(), (host) => viewHost(world, host, baseline.version)).sort(byId);
  const workloads = Array.from(world.workloads.values(), viewWorkload).sort(byId);
  return { target, at: world.now, scheme, hosts, workloads, migration };
}

/** Milliseconds that the workload's service needs for an answer now: more on a busy host, after a costly patch and while it moves. */
export function serviceLatency(world: World, workload: WorkloadRow): number {
  const host = world.hosts.get(workload.host);
  if (host === undefined || workload.state === "stopped" || host.power !== "on" || world.now < host.hungUntil) {
    return Number.POSITIVE_INFINITY;
  }
  const cpu = occupants(world, host.id).reduce((sum, other) => sum + (other.demand.cpu ?? 0), 0);
  const load = cpu / Math.max(1, host.capacity.cpu ?? 1);
  const moving = workload.doing?.kind === "migrate" ? 1.2 : 1;
  return workload.latency * (1 + load * load) * host.latency * moving;
}

function viewHost(world: World, host: HostRow, declared: string): Host {
  const compliant = satisfies(world.facts.scheme, declared, host.reported);
  return {
    id: host.id,
    level: host.reported,
    wanted: compliant ? host.reported : declared,
    evidence: host.running,
    state: !answers(world, host) ? "unreachable" : host.power === "on" ? "up" : "down",
    ...(host.problem === undefined ? {} : { problem: host.problem }),
    bootId: bootId(world, host),
    cordoned: host.cordoned,
    ...(host.mark === undefined ? {} : { mark: host.mark }),
    held: host.held,
    capacity: host.capacity,
    ...(host.domain === undefined ? {} : { domain: host.domain }),
    ...(host.class === undefined ? {} : { class: host.class }),
    slots: host.slots,
    estimate: { patch: host.patch, boot: host.boot },
  };
}

function viewWorkload(workload: WorkloadRow): Workload {
  const { id, host, state, demand, group, pinned, doing } = workload;
  return {
    id,
    host,
    state,
    ...(doing?.kind === "migrate" ? { movingTo: doing.to } : {}),
    demand,
    ...(group === undefined ? {} : { group }),
    pinned,
  };
}

/** A hash of host and boot: looks like one of Linux, differs at every boot. */
function bootId(world: World, host: HostRow): string {
  let hash = 0x811c9dc5 ^ world.facts.seed;
  for (const char of host.id) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  const hex = (hash >>> 0).toString(16).padStart(8, "0");
  return `${hex}-${host.boots.toString(16).padStart(4, "0")}`;
}

const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
