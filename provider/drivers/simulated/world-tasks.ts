import { RollError } from "../../core/errors.ts";
import { answers, type Failure, log, NEVER, type Task, type World } from "./world.ts";
import type { Subject } from "./world-calls.ts";
import { failMove } from "./world-moves.ts";

/** How far something has come. */
export interface Step {
  /** Fleet time at which this part of it ends, if nothing gets in between. */
  readonly until: number;
  /** 0 to 1. */
  readonly done: number;
  readonly words: string;
}

/**
 * Looks after a task: how far it has come, or undefined when it has succeeded.
 * @throws RollError `failed` when it has ended otherwise, `conflict` when what it was about has left the fleet.
 */
export function follow(world: World, id: string, subject: Subject): Step | undefined {
  const task = world.tasks.get(id);
  const host = subject.host === undefined ? undefined : world.hosts.get(subject.host);
  // Without an answer from the host nobody can tell how far it is.
  if (host !== undefined && !answers(world, host))
    return { until: NEVER, done: 0, words: `${host.id} does not answer` };
  if (task !== undefined) return { until: task.until, done: share(world, task), words: wordsFor(task) };
  const row = host ?? (subject.workload === undefined ? undefined : world.workloads.get(subject.workload));
  const name = subject.workload ?? subject.host ?? "";
  if (row === undefined)
    throw new RollError("conflict", `${name} has left the fleet.`, {
      host: subject.host,
      hint: "Look at the fleet again.",
    });
  const failure: Failure | undefined = row.failure;
  if (failure?.task !== id) return undefined;
  throw new RollError("failed", `${name}: ${failure.why}.`, { host: subject.host ?? subject.to });
}

/** The caller waits no longer: a migration is called off, anything else goes on by itself. */
export function giveUp(world: World, id: string): void {
  const task = world.tasks.get(id);
  if (task?.kind !== "migrate") return;
  log(world, { by: "run", what: "cancel migration", outcome: "done", workload: task.workload, to: task.to });
  failMove(world, task, "it was called off at its deadline");
}

function share(world: World, task: Task): number {
  const done = Math.min(1, Math.max(0, (world.now - task.from) / Math.max(1, task.until - task.from)));
  if (task.kind === "patch") return done * 0.6;
  return task.kind === "boot" ? 0.6 + done * 0.4 : done;
}

function wordsFor(task: Task): string {
  switch (task.kind) {
    case "migrate":
      return `${task.workload} moves to ${task.to}`;
    case "patch":
      return `installing ${task.level}`;
    case "boot":
      return "rebooting";
    case "stage":
      return `downloading ${task.level}`;
    case "stop":
      return `${task.workload} shuts down`;
    case "start":
      return `${task.workload} starts`;
    default:
      return "waiting";
  }
}
