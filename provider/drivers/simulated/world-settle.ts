import { log, type Task, type WorkloadRow, type World } from "./world.ts";
import { timedFault } from "./world-faults.ts";
import { endMove } from "./world-moves.ts";
import { operatorGives, powerOn } from "./world-operator.ts";
import { staying } from "./world-past.ts";
import { endBoot, endPatch } from "./world-patches.ts";
import { strikeNow } from "./world-strikes.ts";

/**
 * Brings the world to fleet time `now`: everything whose time has come happens, in the order of time. Settling twice on the
 * way gives the same world as settling once. A `now` in the past changes nothing. `watch` is told after every event.
 */
export function settle(world: World, now: number, watch?: (world: World) => void): void {
  for (let task = nextDue(world, now); task !== undefined; task = nextDue(world, now)) {
    world.now = Math.max(world.now, task.until);
    world.tasks.remove(task.id);
    end(world, task);
    watch?.(world);
  }
  world.now = Math.max(world.now, now);
}

function nextDue(world: World, now: number): Task | undefined {
  let first: Task | undefined;
  for (const task of world.tasks.values()) {
    if (task.until > now) continue;
    if (first === undefined || task.until < first.until || (task.until === first.until && task.serial < first.serial))
      first = task;
  }
  return first;
}

function end(world: World, task: Task): void {
  switch (task.kind) {
    case "migrate":
      endMove(world, task);
      break;
    case "patch":
      endPatch(world, task);
      break;
    case "boot":
      endBoot(world, task);
      break;
    case "stop":
    case "start":
      endSwitch(world, task.workload, task.kind);
      break;
    case "stage":
      endStage(world, task.host, task.level);
      break;
    case "operator gives":
      operatorGives(world, task.host);
      break;
    case "power on":
      powerOn(world, task.host);
      break;
    case "fault": {
      const fault = timedFault(world, task.fault);
      if (fault !== undefined) strikeNow(world, fault, task.host);
    }
  }
}

function endSwitch(world: World, id: string, kind: "stop" | "start"): void {
  const workload = world.workloads.get(id);
  if (workload === undefined) return;
  const after: WorkloadRow =
    kind === "stop"
      ? { ...workload, state: "stopped", doing: undefined }
      : { ...workload, state: "running", doing: undefined, boots: (workload.boots ?? 0) + 1 };
  world.workloads.put(staying(world, workload, after));
  log(world, { by: "platform", what: kind, outcome: "done", host: workload.host, workload: id });
}

function endStage(world: World, id: string, level: string): void {
  const host = world.hosts.get(id);
  if (host === undefined) return;
  world.hosts.put({ ...host, staged: level, doing: undefined });
  log(world, { by: "platform", what: "stage", outcome: "done", host: id, note: level });
}
