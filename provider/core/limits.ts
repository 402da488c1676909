import type { Fleet, Host } from "./fleet.ts";
import { own } from "./own.ts";
import type { Policy } from "./policy.ts";
import type { RunMemory } from "./run.ts";

/** Host failures whose capacity must stay free: as declared; by default one, none in a fleet of two. */
export function reserveOf(policy: Policy, fleet: Fleet): number {
  return policy.reserve ?? (fleet.hosts.length <= 2 ? 0 : 1);
}

/** Counts against `maxUnavailable`: draining, out, failed, held or unreachable. */
export function isUnavailable(host: Host, run: RunMemory | undefined): boolean {
  return host.state !== "up" || host.cordoned || host.held || own(run?.hosts, host.id)?.failed !== undefined;
}
