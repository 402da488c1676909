import { spanOf, type Task, type WorkloadRow, type World } from "./world.ts";
import {
  already,
  begun,
  checkReach,
  conflict,
  type Effect,
  hostNamed,
  unavailable,
  workloadNamed,
} from "./world-effects.ts";
import { slowness } from "./world-faults.ts";
import { beginMove, moveProblem, roomProblem } from "./world-moves.ts";

/** Begins a live migration, or takes up the one that is under way. */
export function migrate(world: World, id: string, to: string): Effect {
  const workload = workloadNamed(world, id);
  const target = hostNamed(world, to);
  if (workload.doing?.kind === "migrate" && workload.doing.to === to)
    return { kind: "running", task: workload.doing.task };
  if (workload.host === to && workload.doing?.kind !== "migrate") {
    if (workload.state === "running") return already;
    throw conflict(to, `${id} is stopped on ${to}.`, "Start it first.");
  }
  const source = hostNamed(world, workload.host);
  checkReach(world, source);
  checkReach(world, target);
  const problem = moveProblem(world, workload, source, target);
  if (problem !== undefined) {
    throw conflict(
      to,
      `${id} cannot move from ${source.id} to ${to}: ${problem}.`,
      "Look at the fleet again and choose anew.",
    );
  }
  return begun(beginMove(world, workload, to));
}

/** Begins an orderly shutdown; calls off a start that is under way. */
export function stop(world: World, id: string): Effect {
  const workload = workloadNamed(world, id);
  if (workload.state === "stopped" && workload.doing === undefined) return already;
  return switchTo(world, workload, "stop");
}

/** Begins to start a workload on its host. */
export function start(world: World, id: string): Effect {
  const workload = workloadNamed(world, id);
  if (workload.state === "running" && workload.doing?.kind !== "stop") return already;
  return switchTo(world, workload, "start");
}

function switchTo(world: World, workload: WorkloadRow, kind: "stop" | "start"): Effect {
  const { doing, id } = workload;
  if (doing?.kind === kind) return { kind: "running", task: doing.task };
  const host = hostNamed(world, workload.host);
  const calledOff = doing?.kind === "start" && kind === "stop";
  if (doing !== undefined && !calledOff)
    throw conflict(host.id, `${id} is busy: ${doing.kind}.`, "Wait until that has ended.");
  checkReach(world, host);
  if (host.power !== "on") throw unavailable(host.id, `${host.id} is down.`);
  const problem = kind === "start" ? roomProblem(world, workload, host) : undefined;
  if (problem !== undefined)
    throw conflict(host.id, `${id} cannot start: ${problem}.`, "Make room on that host first.");
  const span = spanOf(world, world.facts.times[kind], slowness(world, { call: kind, hosts: [host.id], workload: id }));
  if (calledOff) world.tasks.remove(doing.task);
  world.serial += 1;
  const task: Task = {
    id: `t${world.serial}`,
    serial: world.serial,
    from: world.now,
    until: world.now + span,
    kind,
    workload: id,
  };
  world.tasks.put(task);
  const failure = calledOff ? { task: doing.task, why: "its start was called off" } : undefined;
  world.workloads.put({ ...workload, doing: { task: task.id, kind, to: host.id }, failure });
  return begun(task);
}
