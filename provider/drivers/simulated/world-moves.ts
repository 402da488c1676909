import { mayBeOlder } from "../../core/backward.ts";
import { amountOf, mayRunOn } from "../../core/fleet.ts";
import { answers, type HostRow, log, NEVER, spanOf, type Task, type WorkloadRow, type World } from "./world.ts";
import { slowness, strike } from "./world-faults.ts";
import { staying } from "./world-past.ts";

/** How long the platform lets a migration run that does not converge. */
const GIVE_UP = 3_600_000;

/** Workloads that take up room on the host: that run there, are about to, or are on their way there. */
export function occupants(world: World, host: string): WorkloadRow[] {
  return world.workloads.having(host, hostsOf);
}

/** Hosts on which the workload takes up room. */
function hostsOf({ host, state, doing }: WorkloadRow): string[] {
  const at = state === "running" || doing?.kind === "start" ? [host] : [];
  return doing?.kind === "migrate" && doing.to !== host ? [...at, doing.to] : at;
}

/** Why the host would not let the workload run on it, for want of room or by its group; undefined when it would. */
export function roomProblem(
  world: World,
  workload: Pick<WorkloadRow, "id" | "demand" | "group">,
  host: HostRow,
): string | undefined {
  const there = occupants(world, host.id).filter((other) => other.id !== workload.id);
  const companion = there.find((other) => workload.group !== undefined && other.group === workload.group);
  if (companion !== undefined) {
    return `${host.id} has ${companion.id}, of the same anti-affinity group ${workload.group} as ${workload.id}`;
  }
  for (const [resource, amount] of Object.entries(workload.demand)) {
    const booked = there.reduce((sum, other) => sum + amountOf(other.demand, resource), 0);
    const free = amountOf(host.capacity, resource) - booked;
    if (amount > free) return `${host.id} has ${free} of ${resource} free, ${workload.id} takes ${amount}`;
  }
  return undefined;
}

/** Why the host takes no new workloads now; undefined when it does. */
export function serviceProblem(world: World, host: HostRow): string | undefined {
  if (!answers(world, host)) return `${host.id} does not answer`;
  if (host.power !== "on") return `${host.id} is down`;
  if (host.held) return `${host.id} is held by an operator`;
  if (host.cordoned) return `${host.id} is cordoned`;
  return undefined;
}

/** Why the platform would refuse this migration; undefined when it would begin. */
export function moveProblem(world: World, workload: WorkloadRow, source: HostRow, target: HostRow): string | undefined {
  if (workload.doing !== undefined) {
    return `${workload.id} is busy: ${workload.doing.kind}${workload.doing.kind === "migrate" ? ` to ${workload.doing.to}` : ""}`;
  }
  if (workload.state === "stopped") return `${workload.id} is stopped`;
  if (workload.pinned) return `${workload.id} is pinned to ${source.id}`;
  if (source.power !== "on") return `${source.id} is down`;
  const problem = serviceProblem(world, target);
  if (problem !== undefined) return problem;
  for (const host of [source, target]) {
    const moving = movesOf(world, host.id);
    if (moving >= host.slots) return `${host.id} has ${moving} migrations in flight, its most is ${host.slots}`;
  }
  const { backward, scheme } = world.facts;
  if (backward === "no" && mayBeOlder(scheme, target.running, source.running))
    return `${target.id} runs ${target.running}, which is older than ${source.running}`;
  if (!mayRunOn(workload.hosts, target.id)) return `a host rule of ${workload.id} keeps it off ${target.id}`;
  return roomProblem(world, workload, target);
}

/** Begins a migration that was found to be possible. */
export function beginMove(world: World, workload: WorkloadRow, to: string): Task {
  const occasion = { call: "migrate" as const, hosts: [workload.host, to], workload: workload.id };
  const converges = strike(world, "migration-never-converges", occasion) === undefined;
  const { fixed, perGiB } = world.facts.migration;
  const seconds = fixed + (perGiB * (workload.demand.memory ?? 0)) / 1024;
  const until = world.now + (converges ? spanOf(world, seconds, slowness(world, occasion)) : GIVE_UP);
  world.serial += 1;
  const id = `t${world.serial}`;
  const task: Task = {
    id,
    serial: world.serial,
    from: world.now,
    until,
    kind: "migrate",
    workload: workload.id,
    to,
    converges,
  };
  world.tasks.put(task);
  const going: WorkloadRow = { ...workload, doing: { task: id, kind: "migrate", to }, failure: undefined };
  world.workloads.put(staying(world, workload, going, "going"));
  return task;
}

/** The migration's time has come. */
export function endMove(world: World, task: Extract<Task, { kind: "migrate" }>): void {
  const workload = world.workloads.get(task.workload);
  if (workload === undefined) return;
  const hosts = [workload.host, task.to];
  const fails = task.converges && strike(world, "migration-fails", { hosts, workload: workload.id }) !== undefined;
  if (fails || !task.converges) {
    failMove(world, task, fails ? "the migration failed" : "it did not converge");
    return;
  }
  world.workloads.put(staying(world, workload, { ...workload, host: task.to, doing: undefined }, "came"));
  log(world, {
    by: "platform",
    what: "migrate",
    outcome: "done",
    host: workload.host,
    workload: workload.id,
    to: task.to,
  });
}

/** Ends a migration with the workload where it was. */
export function failMove(world: World, task: Extract<Task, { kind: "migrate" }>, why: string): void {
  world.tasks.remove(task.id);
  const workload = world.workloads.get(task.workload);
  if (workload === undefined) return;
  world.workloads.put(staying(world, workload, { ...workload, doing: undefined, failure: { task: task.id, why } }));
  log(world, {
    by: "platform",
    what: "migrate",
    outcome: "failed",
    host: workload.host,
    workload: workload.id,
    to: task.to,
    note: why,
  });
}

/** Makes all that the host does take until `until` longer: it stands still as long. */
export function stall(world: World, host: string, by: number): void {
  for (const task of [...world.tasks.values()]) {
    if (!concerns(world, task, host)) continue;
    world.tasks.put({ ...task, until: by >= NEVER || task.until >= NEVER ? NEVER : task.until + by });
  }
}

/** Tasks that need the host to go on. */
function concerns(world: World, task: Task, host: string): boolean {
  switch (task.kind) {
    case "migrate":
      return task.to === host || world.workloads.get(task.workload)?.host === host;
    case "stop":
    case "start":
      return world.workloads.get(task.workload)?.host === host;
    case "stage":
    case "patch":
    case "boot":
      return task.host === host;
    default:
      return false;
  }
}

function movesOf(world: World, host: string): number {
  let count = 0;
  for (const task of world.tasks.values()) if (task.kind === "migrate" && concerns(world, task, host)) count += 1;
  return count;
}
