import type { Fleet } from "./fleet.ts";
import type { Inputs } from "./inputs.ts";
import { capsOf, shareOf } from "./probe-rules.ts";

/** Ids of the running workloads that the declared probes measure, in the fleet's order. */
export function probedWorkloads({ probes }: Pick<Inputs, "probes">, { workloads }: Fleet): string[] {
  const caps = capsOf(probes);
  const measured = new Set(probes.flatMap((probe, index) => shareOf(probe, caps[index] ?? 0, workloads).measured));
  return workloads.flatMap((one) => (one.state === "running" && measured.has(one) ? [one.id] : []));
}
