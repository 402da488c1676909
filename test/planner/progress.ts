import type { Fleet, Host, Workload } from "../../provider/core/fleet.ts";
import { movesOf, type Plan } from "../../provider/core/plan.ts";
import { freshHost, newRun, type RunMemory } from "../../provider/core/run.ts";
import type { PlanRequest } from "../../provider/planner/plan.ts";
import { BASELINE, OWNER } from "./arbitraries.ts";

/**
 * The request as it would be after the first `over` hosts of a plan have been released, the next `started` ones have been
 * cordoned, and the first of these has made `moved` steps of its turn: each move that makes it empty, remediation with return into
 * service, each move that puts load back. `flying`: the next move is in flight.
 */
export function midway(
  request: PlanRequest,
  plan: Plan,
  over: number,
  several: number,
  moved: number,
  flying = false,
): PlanRequest {
  // A host that needs room made is out alone.
  const alone = plan.hosts.slice(over, over + several).some((entry) => entry.makeRoom.length > 0);
  const started = alone ? Math.min(1, several) : several;
  const hosts = new Map(request.fleet.hosts.map((host) => [host.id, host]));
  const at = new Map(request.fleet.workloads.map((workload) => [workload.id, workload.host]));
  const homes = new Map<string, string[]>();
  const inFlight = new Map<string, string>();
  const patch = (id: string, change: Partial<Host>): void =>
    void hosts.set(id, { ...(hosts.get(id) as Host), ...change });

  for (const [index, entry] of plan.hosts.slice(0, over + started).entries()) {
    const own = [...at].filter(([id, host]) => host === entry.host && isRunning(request.fleet, id)).map(([id]) => id);
    homes.set(entry.host, own);
    if (index < over) {
      for (const move of movesOf(entry)) at.set(move.workload, move.to);
      patch(entry.host, { level: entry.to, evidence: entry.to });
    } else {
      patch(entry.host, { cordoned: true, mark: { run: "r1", owner: OWNER, token: 1 } });
      if (index > over) continue;
      const emptying = [...entry.makeRoom, ...entry.evacuate];
      const steps = [...emptying, "remediation" as const, ...entry.putBack, ...entry.undoRoom];
      for (const move of steps.slice(0, moved)) {
        if (move === "remediation") patch(entry.host, { level: entry.to, evidence: entry.to, cordoned: false });
        else at.set(move.workload, move.to);
      }
      const next = flying ? steps[moved] : undefined;
      if (next !== undefined && next !== "remediation") inFlight.set(next.workload, next.to);
    }
  }
  const inHand = plan.hosts.slice(over, over + started).map((entry) => entry.host);
  const canaries = plan.hosts.filter((entry) => entry.canary).map((entry) => entry.host);
  const done = plan.hosts.slice(0, over).map((entry) => entry.host);
  const memory: RunMemory = {
    ...newRun("r1", OWNER, BASELINE, ""),
    canaries,
    judged: plan.hosts.slice(0, over + started).flatMap((entry) => (entry.judged ? [entry.host] : [])),
    canaryPassed: canaries.every((id) => done.includes(id)),
    done,
    hosts: Object.fromEntries(inHand.map((id) => [id, { ...freshHost, homes: homes.get(id) ?? [] }])),
  };
  const workloads = request.fleet.workloads.map((workload): Workload => {
    const to = inFlight.get(workload.id);
    return { ...workload, host: at.get(workload.id) ?? workload.host, ...(to === undefined ? {} : { movingTo: to }) };
  });
  return { ...request, fleet: { ...request.fleet, hosts: [...hosts.values()], workloads }, memory, previous: plan };
}

function isRunning(fleet: Fleet, id: string): boolean {
  return fleet.workloads.find((workload) => workload.id === id)?.state === "running";
}
