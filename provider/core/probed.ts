import type { Fleet } from "./fleet.ts";
import type { Inputs } from "./inputs.ts";
import { asksForAddress, isMeant } from "./probe-rules.ts";

/** Ids of the running workloads that the declared probes are about, in the fleet's order. */
export function probedWorkloads({ probes }: Pick<Inputs, "probes">, { workloads }: Fleet): string[] {
  return workloads.flatMap((one) => {
    const reaches = probes.some(
      (probe) => isMeant(probe.workloads, one) && (!asksForAddress(probe) || one.address !== undefined),
    );
    return one.state === "running" && reaches ? [one.id] : [];
  });
}
