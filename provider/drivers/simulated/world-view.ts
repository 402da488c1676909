import { type Baseline, versionOf } from "../../core/baseline.ts";
import { RollError } from "../../core/errors.ts";
import type { Fleet, Host, Workload } from "../../core/fleet.ts";
import { compareVersions, satisfies, versionProblem } from "../../core/version.ts";
import { Service } from "./service.ts";
import { answers, type HostRow, type WorkloadRow, type World } from "./world.ts";
import { staysOf } from "./world-past.ts";

/** What the platform tells about the fleet now. */
export function view(world: World, target: string, baseline: Baseline): Fleet {
  const { scheme, migration, remediations, backward = "yes" } = world.facts;
  const version = versionOf(baseline);
  const problem = versionProblem(scheme, version);
  if (problem !== undefined)
    throw new RollError("invalid", `baseline.version: ${problem}.`, { hint: "Nothing was touched." });
  const hosts = world.hosts.sorted().map((host) => rememberedHost(world, host, version));
  const workloads = world.workloads.sorted().map((one) => rememberedWorkload(world, one));
  return {
    target,
    at: world.now,
    scheme,
    hosts,
    workloads,
    migration,
    ...(backward === "yes" ? {} : { backward }),
    ...(remediations === undefined ? {} : { remediations }),
  };
}

/** Milliseconds that the workload's service needs for an answer now, noise aside: more on a busy host, after a costly patch and while it moves. */
export function serviceLatency(
  world: World,
  workload: WorkloadRow,
  service: Service = new Service(world, world.now),
): number {
  const stay = staysOf(workload).at(-1);
  const host = world.hosts.get(workload.host);
  if (stay === undefined || host?.power !== "on") return Number.POSITIVE_INFINITY;
  return service.typical(workload, stay, world.now);
}

/** Rows are never altered, so what was told of one holds as long as it is there, and while its silence lasts. */
function rememberedHost(world: World, host: HostRow, declared: string): Host {
  const silent = !answers(world, host);
  const known = toldHosts.get(host);
  if (known?.declared === declared && known.silent === silent) return known.told;
  const told = viewHost(world, host, declared);
  toldHosts.set(host, { declared, silent, told });
  return told;
}

function rememberedWorkload(world: World, workload: WorkloadRow): Workload {
  let told = toldWorkloads.get(workload);
  if (told === undefined) {
    told = viewWorkload(world, workload);
    toldWorkloads.set(workload, told);
  }
  return told;
}

const toldHosts = new WeakMap<HostRow, { declared: string; silent: boolean; told: Host }>();
const toldWorkloads = new WeakMap<WorkloadRow, Workload>();

function viewHost(world: World, host: HostRow, declared: string): Host {
  const finding = findingOf(world, host, declared);
  const compliant = satisfies(world.facts.scheme, declared, host.reported);
  return {
    id: host.id,
    level: host.reported,
    wanted: compliant ? host.reported : declared,
    evidence: host.running,
    ...(finding === undefined ? {} : { finding }),
    state: !answers(world, host) ? "unreachable" : host.power === "on" ? "up" : "down",
    ...(host.problem === undefined ? {} : { problem: host.problem }),
    ...(host.warnings === undefined ? {} : { warnings: host.warnings }),
    bootId: bootId(world, host),
    cordoned: host.cordoned,
    ...(host.mark === undefined ? {} : { mark: host.mark }),
    held: host.held,
    capacity: host.capacity,
    ...(host.domain === undefined ? {} : { domain: host.domain }),
    ...(host.quorums === undefined || host.quorums.length === 0 ? {} : { quorums: host.quorums }),
    ...(host.last === true ? { last: true } : {}),
    ...(host.class === undefined ? {} : { class: host.class }),
    ...(host.errors === undefined ? {} : { errors: host.errors }),
    slots: host.slots,
    estimate: { patch: host.patch, boot: host.boot },
  };
}

/** Only of a host that is behind, or lies about it: who is there already has nothing to reach. */
function findingOf(world: World, host: HostRow, declared: string): Host["finding"] {
  if (host.blocked === undefined) return undefined;
  const { scheme } = world.facts;
  const there = satisfies(scheme, declared, host.reported) && host.running === host.reported;
  if (there || compareVersions(scheme, host.reported, declared) > 0) return undefined;
  return { compliance: "blocked", reason: host.blocked };
}

function viewWorkload(world: World, workload: WorkloadRow): Workload {
  const { id, host, state, demand, group, hosts, spread, moves, together, pinned, tags, address, doing, quiet } =
    workload;
  return {
    id,
    host,
    // One that is being started holds its place, and may run at any moment.
    state: doing?.kind === "start" ? "running" : state,
    ...(doing?.kind === "migrate" ? { movingTo: doing.to } : {}),
    demand,
    ...(group === undefined ? {} : { group }),
    ...(hosts === undefined ? {} : { hosts }),
    ...(spread === undefined ? {} : { spread }),
    ...(moves === undefined ? {} : { moves }),
    ...(quiet === undefined ? {} : { quiet }),
    ...(together === undefined ? {} : { together }),
    pinned,
    ...(tags === undefined ? {} : { tags }),
    ...(address === undefined ? {} : { address }),
    bootId: bootId(world, workload),
  };
}

/** A hash of name and boot: looks like one of Linux, differs at every boot. */
function bootId(world: World, { id, boots = 0 }: { readonly id: string; readonly boots?: number }): string {
  let hash = 0x811c9dc5 ^ world.facts.seed;
  for (const char of id) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  const hex = (hash >>> 0).toString(16).padStart(8, "0");
  return `${hex}-${boots.toString(16).padStart(4, "0")}`;
}
