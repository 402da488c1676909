import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { repository } from "../tools/setup/context.mjs";
import { type Figure, medianOf } from "./figures.ts";
import type { PlanCost } from "./plan-process.ts";

export interface PlanSize {
  readonly hosts: number;
  readonly rounds: number;
}

/** The whole roll of a fleet that is 75 % full, planned and validated, each time in a fresh process. */
export function planPart(sizes: readonly PlanSize[]): Figure[] {
  return sizes.flatMap(({ hosts, rounds }) => {
    const costs = Array.from({ length: rounds }, () => planOnce(hosts));
    const { workloads = 0, moves = 0 } = costs[0] ?? {};
    const part = "plan";
    const about = `${hosts.toLocaleString("en")} hosts`;
    const note = `${workloads.toLocaleString("en")} workloads, ${moves.toLocaleString("en")} moves`;
    const memory = costs.flatMap((cost) => cost.memoryMB ?? []);
    return [
      { part, figure: `time, ${about}`, ...medianOf(costs.map((cost) => cost.seconds)), unit: "s", note },
      ...(memory.length === 0 ? [] : [{ part, figure: `peak memory, ${about}`, ...medianOf(memory), unit: "MB" }]),
    ];
  });
}

function planOnce(hosts: number): PlanCost {
  const flags = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning", "--expose-gc"];
  const script = join(repository, "bench", "plan-process.ts");
  return JSON.parse(execFileSync(process.execPath, [...flags, script, String(hosts)], { encoding: "utf8" }));
}
