import type { Act } from "../core/act.ts";
import type { CheckPoint } from "../core/check.ts";
import type { Plan } from "../core/plan.ts";

/**
 * The acts of one host of a plan, in order, as the preview promises them for a host that has not been started yet: what `up`
 * does when nothing gets in the way. `gates`: those for which a check is declared. Empty for a host that is not planned.
 */
export function planActs(plan: Pick<Plan, "hosts">, host: string, gates: ReadonlySet<CheckPoint> = new Set()): Act[] {
  const entry = plan.hosts.find((one) => one.host === host);
  if (entry === undefined) return [];
  const check = (at: "preflight" | "gate"): Act[] => (gates.has(at) ? [{ name: "check", host, at }] : []);
  return [
    { name: "stage", host },
    ...check("preflight"),
    { name: "cordon", host },
    ...entry.shutdown.map((workload): Act => ({ name: "stop", host, workload })),
    ...entry.makeRoom.map(({ workload, to }): Act => ({ name: "migrate", host, workload, to, step: "evacuate" })),
    ...entry.evacuate.map(({ workload, to }): Act => ({ name: "migrate", host, workload, to, step: "evacuate" })),
    { name: "remediate", host },
    { name: "check", host, at: "verify" },
    { name: "uncordon", host },
    ...entry.shutdown.map((workload): Act => ({ name: "start", host, workload })),
    ...entry.putBack.map(({ workload, to }): Act => ({ name: "migrate", host, workload, to, step: "put back" })),
    ...entry.undoRoom.map(({ workload, to }): Act => ({ name: "migrate", host, workload, to, step: "put back" })),
    ...check("gate"),
    { name: "release", host },
  ];
}
