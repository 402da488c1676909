import { Config } from "@pulumi/pulumi";
import { platform, RollingPatch, simulated } from "pulumi-rolling-patch";

// Declare another version, then `pulumi preview --diff` shows what a roll to it would do: 8.0.5 is a bad patch.
const version = new Config().get("version") ?? "8.0.3";

const fleet = new RollingPatch("fleet", {
  target: simulated({ file: "examples/quickstart/fleet.db" }),
  baseline: { version },
  // Watches the service of every workload: before the first host, and longest at the first one that is patched.
  probes: [platform("service", { workloads: "all" })],
  policy: {
    maxUnavailable: 2,
    pinned: "shutdown",
    // Shorter than the defaults: a demo.
    reference: "10m",
    canarySoak: "20m",
    judged: 1,
  },
});

export const hosts = fleet.hosts;
export const compliance = fleet.compliance;
export const run = fleet.run;
