import type { Host } from "../core/fleet.ts";
import type { Plan } from "../core/plan.ts";
import type { PlanRequest } from "./request.ts";
import { isFree, isOurs } from "./standing.ts";

/** Order rules that a plan breaks, whatever the durations: who must be back before whom, and who goes last and alone. */
export function sequenceTroubles(request: PlanRequest, plan: Plan): string[] {
  const found: string[] = [];
  const late = lateHosts(request);
  const hosts = new Map(request.fleet.hosts.map((host) => [host.id, host]));
  const planned = new Set(plan.hosts.map((entry) => entry.host));
  const released = new Set<string>();
  const open = new Set<string>();
  for (const entry of plan.hosts) {
    for (const id of entry.after) {
      open.delete(id);
      released.add(id);
    }
    const host = hosts.get(entry.host);
    const inHand = host !== undefined && isOurs(request, host);
    if (!inHand) {
      for (const id of waitsFor(request, entry.host))
        if (planned.has(id) && !released.has(id))
          found.push(`${entry.host} does not wait for ${id}, against policy.order`);
      if (late.includes(entry.host)) {
        if (open.size > 0) found.push(`${entry.host} goes last and would not be alone`);
        const before = plan.hosts.find((one) => comesBefore(late, one.host, entry.host) && !released.has(one.host));
        if (before !== undefined) found.push(`${entry.host} goes last and does not wait for ${before.host}`);
      }
      const alone = [...open].find((id) => late.includes(id));
      if (alone !== undefined) found.push(`${entry.host} starts beside ${alone}, which goes last and alone`);
    }
    open.add(entry.host);
  }
  return found;
}

/** Others that could still be started, and are no canaries, have to go before it: no canary, then. */
export function cannotBeCanary(request: PlanRequest, plan: Plan): (host: Host) => boolean {
  const { fleet, policy } = request;
  const late = lateHosts(request);
  if (late.length === 0 && policy.order === undefined) return () => false;
  const pinned = new Set(
    fleet.workloads
      .filter((one) => policy.pinned === "skip" && one.pinned && one.state === "running")
      .map((one) => one.host),
  );
  const canaries = new Set(plan.hosts.filter((entry) => entry.canary).map((entry) => entry.host));
  const others = fleet.hosts.filter(({ id }) => !pinned.has(id) && !canaries.has(id));
  const free = others.filter((host) => isFree(request, host)).map(({ id }) => id);
  return ({ id }) =>
    waitsFor(request, id).some((one) => free.includes(one)) ||
    (late.includes(id) && free.some((one) => comesBefore(late, one, id)));
}

function waitsFor({ policy }: PlanRequest, id: string): string[] {
  return (policy.order ?? []).flatMap((rule) => (rule.host === id ? rule.after : []));
}

/** Hosts that go last, in their order. */
export function lateHosts({ fleet, policy }: PlanRequest): string[] {
  const told = fleet.hosts.filter((host) => host.last).map((host) => host.id);
  const declared = policy.last ?? [];
  return told
    .filter((id) => !declared.includes(id))
    .sort()
    .concat(declared);
}

const comesBefore = (late: readonly string[], one: string, other: string): boolean =>
  one !== other && late.indexOf(one) < late.indexOf(other);
