import { Config } from "@pulumi/pulumi";
import { platform, RollingPatch, simulated } from "pulumi-rolling-patch";

// `pulumi config set probed true`: the service is measured while the roll goes on, and a patch that costs too much stops itself.
const probed = new Config().getBoolean("probed") ?? false;

// Change the version, then `pulumi preview --diff` shows what a roll to it would do.
const fleet = new RollingPatch("fleet", {
  target: simulated({ file: "examples/quickstart/fleet.db" }),
  baseline: { version: "8.0.3" },
  policy: {
    maxUnavailable: 2,
    pinned: "shutdown",
  },
  probes: probed ? [platform("service")] : [],
});

export const hosts = fleet.hosts;
export const compliance = fleet.compliance;
export const run = fleet.run;
