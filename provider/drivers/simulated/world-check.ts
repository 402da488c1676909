import { amountOf } from "../../core/fleet.ts";
import type { HostRow, WorkloadRow, World } from "./world.ts";

/**
 * Everything that is wrong with the world now, one sentence each; empty when all rules hold: every workload on exactly one
 * host that exists and runs, capacity and anti-affinity with migrations booked at both ends, patches only on hosts that are
 * out and empty, and no breach in the past.
 */
export function violations(world: World): string[] {
  const found = [...world.flags];
  const present = new Map<string, WorkloadRow[]>();
  for (const host of world.hosts.values()) present.set(host.id, []);
  for (const workload of world.workloads.values()) checkWorkload(world, workload, present, found);
  for (const host of world.hosts.values()) checkHost(host, present.get(host.id) ?? [], found);
  for (const task of world.tasks.values()) {
    const owner =
      "workload" in task
        ? world.workloads.get(task.workload)?.doing?.task
        : doesWork(task.kind)
          ? hostOf(world, task)?.doing
          : task.id;
    if (owner !== task.id) found.push(`task ${task.id} (${task.kind}) belongs to nobody`);
  }
  return found;
}

function checkWorkload(
  world: World,
  workload: WorkloadRow,
  present: Map<string, WorkloadRow[]>,
  found: string[],
): void {
  const { id, doing } = workload;
  const host = world.hosts.get(workload.host);
  if (host === undefined) {
    found.push(`${id} is lost: there is no host ${workload.host}`);
    return;
  }
  if (workload.state === "running" && host.power !== "on")
    found.push(`${id} is lost: it ran on ${host.id}, which is ${host.power}`);
  if (doing !== undefined && !world.tasks.has(doing.task)) found.push(`${id} waits for a task that is no more`);
  if (workload.state === "running" || doing?.kind === "start") present.get(host.id)?.push(workload);
  if (doing?.kind !== "migrate") return;
  const arriving = present.get(doing.to);
  if (arriving === undefined) found.push(`${id} moves to ${doing.to}, which does not exist`);
  else arriving.push(workload);
}

function checkHost(host: HostRow, there: readonly WorkloadRow[], found: string[]): void {
  for (const [resource, amount] of Object.entries(host.capacity)) {
    const booked = there.reduce((sum, workload) => sum + amountOf(workload.demand, resource), 0);
    if (booked > amount) found.push(`${host.id} has ${amount} of ${resource}, but ${booked} are booked`);
  }
  const members = new Map<string, string>();
  for (const { id, group } of there) {
    if (group === undefined) continue;
    const other = members.get(group);
    if (other !== undefined) found.push(`${id} and ${other} of group ${group} are both on ${host.id}`);
    members.set(group, id);
  }
  if (host.power === "patching" && (there.length > 0 || !host.cordoned || host.mark === undefined)) {
    found.push(`${host.id} is being patched, but it is not empty, cordoned and marked`);
  }
}

const doesWork = (kind: string) => kind === "stage" || kind === "patch" || kind === "boot";
const hostOf = (world: World, task: object) => ("host" in task ? world.hosts.get(String(task.host)) : undefined);
