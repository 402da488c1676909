import { type Detectable, detectable } from "../core/impact/detectable.ts";
import { looksOf, MINUTE } from "../core/impact/settings.ts";
import type { Plan } from "../core/plan.ts";
import { partOf } from "../core/share.ts";
import type { PlanRequest } from "../planner/plan.ts";

/** How a roll measures what the patch costs the service, and what that costs itself. */
export interface Measuring {
  /** Probed workloads. */
  readonly workloads: number;
  /** Hours that the service is watched before the first host is touched. */
  readonly reference: number;
  /** Canaries, other judged hosts, and most hours that they are watched, all together. */
  readonly canaries: number;
  readonly canaryHours: number;
  readonly judged: number;
  readonly judgedHours: number;
  /** Hours after the last release in which errors are still looked at. */
  readonly after: number;
  /** Smallest losses that it finds in four of five cases, as shares: on one host, and over all judged hosts. Absent: none. */
  readonly finds: Detectable;
}

/** Undefined: nothing is probed, so the impact of the patch is not tested. */
export function measuringOf({ probed = [], policy, fleet }: PlanRequest, plan: Plan): Measuring | undefined {
  if (probed.length === 0) return undefined;
  const canaries = plan.hosts.filter(({ canary }) => canary);
  const judged = plan.hosts.filter((host) => host.judged && !host.canary);
  const known = new Set(probed);
  const homes = new Map<string, number>();
  for (const { id, host } of fleet.workloads) if (known.has(id)) homes.set(host, (homes.get(host) ?? 0) + 1);
  const hours = (hosts: Plan["hosts"]): number => hosts.reduce((sum, { soak }) => sum + soak, 0) / 3600;
  const measured = [...canaries, ...judged].map(({ host }) => homes.get(host) ?? 0).filter((count) => count > 0);
  const mean = measured.reduce((sum, count) => sum + count, 0) / Math.max(1, measured.length);
  return {
    workloads: probed.length,
    reference: plan.watch.before / 3600,
    canaries: canaries.length,
    canaryHours: hours(canaries),
    judged: judged.length,
    judgedHours: hours(judged),
    after: plan.watch.after / 3600,
    finds:
      measured.length === 0
        ? {}
        : detectable({
            tolerance: partOf(policy.tolerance),
            hosts: plan.hosts.length,
            probedHosts: homes.size,
            workloadsPerHost: Math.max(1, Math.round(mean)),
            judged: measured.length,
            looks: looksOf("judged", policy.soak / MINUTE),
          }),
  };
}
