import type { GatePorts } from "../../provider/engine/gate-ports.ts";

/** A world in which every suite passes. */
export const noGates: GatePorts = {
  suites: { run: async () => ({ failing: [] }) },
};
