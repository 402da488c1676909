import type { Policy } from "../../provider/core/policy.ts";
import { hostsAllowed } from "../../provider/core/share.ts";
import { violations, type World } from "../../provider/drivers/simulated/index.ts";

/**
 * Watches a world and throws on the first breach of a promise: those of the world itself (a workload on exactly one running
 * host, capacity, anti-affinity, patches only on empty hosts in maintenance, an operator's host left alone) and those of the
 * roll (never more hosts out than allowed by our doing, nothing drained or patched after a halt).
 */
export function rules(policy: Policy): (world: World) => void {
  let seen = 0;
  return (world) => {
    const broken = violations(world);
    if (broken.length > 0) throw new Error(`broken: ${broken.join("; ")}`);
    for (let index = world.events.length - 1; index >= 0; index--) {
      const event = world.events[index];
      if (event === undefined || event.seq <= seen) break;
      if (event.by !== "run" || (event.outcome !== "done" && event.outcome !== "begun")) continue;
      if (event.what === "cordon") tooManyOut(world, policy, event.host ?? "");
      if (event.what === "cordon" || event.what === "remediate") afterHalt(world, event.what, event.host ?? "");
    }
    seen = world.events.at(-1)?.seq ?? seen;
  };
}

function tooManyOut(world: World, policy: Policy, cordoned: string): void {
  const hosts = [...world.hosts.values()];
  const silent = (host: (typeof hosts)[number]): boolean => world.now < host.hungUntil || world.now < host.cutUntil;
  const out = hosts.filter((host) => host.cordoned || host.held || host.power !== "on" || silent(host));
  // A convicted host is drained again, whatever else is out: its load is at risk.
  if (world.record?.record.run?.convicted.includes(cordoned)) return;
  if (out.length > hostsAllowed(policy.maxUnavailable.fleet, hosts.length)) {
    throw new Error(`broken: ${out.map((host) => host.id).join(", ")} are out at once, with ${cordoned} by us`);
  }
  const { perDomain } = policy.maxUnavailable;
  const domain = world.hosts.get(cordoned)?.domain;
  if (perDomain === undefined || domain === undefined) return;
  const mates = hosts.filter((host) => host.domain === domain);
  if (out.filter((host) => host.domain === domain).length > hostsAllowed(perDomain, mates.length)) {
    throw new Error(`broken: too many hosts of ${domain} are out at once, ${cordoned} by us`);
  }
}

function afterHalt(world: World, what: string, host: string): void {
  const run = world.record?.record.run;
  if (run?.halt === undefined || run.convicted.includes(host)) return;
  throw new Error(`broken: ${what} of ${host} after the halt "${run.halt.reason}"`);
}
