import type { Fleet } from "../../provider/core/fleet.ts";
import { type PolicyInput, policy } from "../../provider/core/policy.ts";
import { clusterAwareUpdating } from "./cluster-aware-updating.ts";
import { hroller } from "./hroller.ts";
import { leastLoaded } from "./least-loaded.ts";
import { ovirt } from "./ovirt.ts";
import { pegaProx } from "./pegaprox.ts";
import type { Log } from "./roll.ts";
import { rollingPatch } from "./rolling-patch.ts";
import { xenOrchestra } from "./xen-orchestra.ts";

export interface Scheduler {
  readonly name: string;
  /** Rolls the whole fleet; those that have no such limits go by their own. */
  readonly roll: (fleet: Fleet, limits: PolicyInput) => Log;
}

export const SCHEDULERS: readonly Scheduler[] = [
  { name: "Xen Orchestra before #10295", roll: xenOrchestra.before10295 },
  { name: "Xen Orchestra with #10295", roll: xenOrchestra.since10295 },
  { name: "Cluster-Aware Updating", roll: clusterAwareUpdating },
  { name: "oVirt cluster_upgrade", roll: ovirt },
  { name: "Ganeti hroller", roll: hroller },
  { name: "PegaProx", roll: pegaProx },
  { name: "least loaded (like DRS)", roll: (fleet, limits) => leastLoaded(fleet, policy.parse(limits)) },
  ours("one at a time, put back none", { maxUnavailable: 1, putBack: "none" }),
  ours("put back none", { putBack: "none" }),
  ours("put back bounded", { putBack: "bounded" }),
  ours("put back home", { putBack: "home" }),
];

/** No canary, since no other scheduler has one. */
function ours(how: string, settings: PolicyInput): Scheduler {
  return {
    name: `rolling-patch, ${how}`,
    roll: (fleet, limits) => rollingPatch(fleet, policy.parse({ canary: 0, ...limits, ...settings })),
  };
}
