import { RollingPatch, simulated } from "pulumi-rolling-patch";

// Change the version, then `pulumi preview --diff` shows what a roll to it would do.
const fleet = new RollingPatch("fleet", {
  target: simulated({ file: "examples/quickstart/fleet.db" }),
  baseline: { version: "8.0.3" },
  policy: {
    maxUnavailable: 2,
    pinned: "shutdown",
  },
});

export const hosts = fleet.hosts;
export const compliance = fleet.compliance;
export const run = fleet.run;
