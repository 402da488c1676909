import { RollError } from "../../core/errors.ts";
import { answers, type HostRow, type Task, type WorkloadRow, type World } from "./world.ts";

/** What an act came to: a task that now runs (taken up or begun), something done at once, or nothing to do. */
export type Effect =
  | { readonly kind: "begun" | "running"; readonly task: string }
  | { readonly kind: "done" }
  | { readonly kind: "already" };

export const already: Effect = { kind: "already" };
export const done: Effect = { kind: "done" };
export const begun = (task: Task): Effect => ({ kind: "begun", task: task.id });

/** Throws unless the host answers and is no operator's. */
export function checkReach(world: World, host: HostRow): void {
  if (!answers(world, host)) throw unavailable(host.id, `${host.id} does not answer.`);
  if (host.held)
    throw conflict(host.id, `${host.id} is held by an operator.`, "Wait until the operator gives it back.");
}

export function hostNamed(world: World, id: string): HostRow {
  const host = world.hosts.get(id);
  if (host === undefined)
    throw conflict(id, `There is no host ${id} in this fleet.`, "It has left; look at the fleet again.");
  return host;
}

export function workloadNamed(world: World, id: string): WorkloadRow {
  const workload = world.workloads.get(id);
  if (workload === undefined)
    throw new RollError("conflict", `There is no workload ${id} in this fleet.`, { hint: "Look at the fleet again." });
  return workload;
}

export const conflict = (host: string, message: string, hint: string) =>
  new RollError("conflict", message, { host, hint });
export const unavailable = (host: string, message: string) =>
  new RollError("unavailable", message, { host, hint: "Wait until it answers again." });
