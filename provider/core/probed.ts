import type { Fleet } from "./fleet.ts";
import type { Inputs } from "./inputs.ts";

/** Ids of the running workloads that the declared probes measure, sorted. */
export function probedWorkloads(_inputs: Inputs, _fleet: Fleet): string[] {
  return [];
}
