import { policy } from "../provider/core/policy.ts";
import { planFor } from "../provider/planner/plan.ts";
import { rounded } from "./figures.ts";
import { generateFleet } from "./planner-fleet.ts";
import { resetPeak, usageOf } from "./usage.ts";

/** What one plan cost a process that had never made one. */
export interface PlanCost {
  readonly workloads: number;
  readonly moves: number;
  readonly seconds: number;
  /** Peak of the whole process while it planned, the fleet included; undefined where /proc does not tell. */
  readonly memoryMB?: number;
}

/** `node bench/plan-process.ts HOSTS`: plans once and prints the cost as JSON. */
const fleet = generateFleet({ hosts: Number(process.argv[2]), load: 0.75, seed: 1 });
const request = { fleet, policy: policy.parse({ maxUnavailable: "5%" }), baseline: "version=1.1.0", owners: ["bench"] };
globalThis.gc?.();
resetPeak();
const start = performance.now();
const plan = planFor(request);
const seconds = rounded((performance.now() - start) / 1000);
if (plan.kind === "refusal") throw new Error(`no plan: ${plan.reasons.map((reason) => reason.text).join(" ")}`);
const memoryMB = usageOf(process.pid)?.peakMB;
const cost: PlanCost = { workloads: fleet.workloads.length, moves: plan.totals.moves, seconds };
console.log(JSON.stringify(memoryMB === undefined ? cost : { ...cost, memoryMB }));
