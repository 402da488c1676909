import { findingOf } from "../provider/core/plan.ts";
import { policy } from "../provider/core/policy.ts";
import { planFor } from "../provider/planner/plan.ts";
import { type Instance, TIGHT_INSTANCES } from "./peers/instances.ts";

/** What becomes of tight clusters: each is planned, proven impossible, or neither. */
export interface Tight {
  readonly instance: string;
  readonly seeds: number;
  readonly planned: number;
  readonly impossible: number;
  /** Seeds of the clusters that are neither. */
  readonly neither: readonly number[];
  /** Means over the planned ones. */
  readonly movesPerWorkload: number;
  /** Processor time of all, and of the slowest. */
  readonly seconds: number;
  readonly slowest: number;
}

/** Canary off, put-back none; at 75 % with one host failure in reserve, at 80 %, where nobody can keep one, without. */
export function measureTight(row: (tight: Tight) => void, seeds = Number.POSITIVE_INFINITY): void {
  for (const instance of TIGHT_INSTANCES) row(measure(instance, Math.min(seeds, instance.seeds)));
}

function measure({ name, fleet, limits }: Instance, seeds: number): Tight {
  const rules = policy.parse({ ...limits, canary: 0, putBack: "none" });
  let [planned, impossible, moves, workloads, seconds, slowest] = [0, 0, 0, 0, 0, 0];
  const neither: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const request = { fleet: fleet(seed), policy: rules, baseline: "version=1.1.0", owners: ["bench"] };
    const before = process.cpuUsage();
    const answer = planFor(request);
    const { user, system } = process.cpuUsage(before);
    seconds += (user + system) / 1e6;
    slowest = Math.max(slowest, (user + system) / 1e6);
    if (answer.kind === "plan") {
      planned += 1;
      moves += answer.totals.moves;
      workloads += request.fleet.workloads.length;
    } else if (findingOf(answer) === "impossible") impossible += 1;
    else neither.push(seed);
  }
  return {
    instance: name,
    seeds,
    planned,
    impossible,
    neither,
    movesPerWorkload: rounded(moves / Math.max(1, workloads)),
    seconds: rounded(seconds),
    slowest: rounded(slowest),
  };
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
