import type { Fleet, Host, Workload } from "../../provider/core/fleet.ts";
import type { Move, Plan } from "../../provider/core/plan.ts";
import type { Policy } from "../../provider/core/policy.ts";
import { planFor } from "../../provider/planner/plan.ts";
import { type Leg, type Log, Roll } from "./roll.ts";

/** Our own plan, carried out as the engine does: hosts in order, each as soon as those that it comes after are released. */
export function rollingPatch(fleet: Fleet, policy: Policy): Log {
  const roll = new Roll(fleet);
  const answer = planFor({ fleet, policy, baseline: "version=1.1.0", owners: ["bench"] });
  if (answer.kind === "refusal") return roll.end(`refused: ${answer.reasons[0]?.text ?? "no reason"}`);
  carryOut(roll, answer);
  return roll.end();
}

function carryOut(roll: Roll, plan: Plan): void {
  const hosts = new Map<string, Host>(roll.fleet.hosts.map((host) => [host.id, host]));
  const workloads = new Map<string, Workload>(roll.fleet.workloads.map((workload) => [workload.id, workload]));
  const leg = (move: Move): Leg => ({
    workload: workloads.get(move.workload) as Workload,
    to: hosts.get(move.to) as Host,
  });
  for (const entry of plan.hosts) {
    while (entry.after.some((id) => roll.inHand.has(hosts.get(id) as Host))) roll.next();
    const around = { before: entry.makeRoom.map(leg), after: entry.undoRoom.map(leg) };
    roll.start(hosts.get(entry.host) as Host, entry.evacuate.map(leg), entry.putBack.map(leg), around);
  }
}
