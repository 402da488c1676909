import type { Fleet, Host } from "./fleet.ts";
import { own } from "./own.ts";
import type { Policy } from "./policy.ts";
import type { Reserve } from "./reserve.ts";
import type { RunMemory } from "./run.ts";
import { partOf } from "./share.ts";

/** What must stay free: as declared; by default one host failure, none in a fleet of two. */
export function reserveOf({ reserve }: Policy, fleet: Fleet): Reserve {
  if (typeof reserve === "string") return { kind: "share", part: partOf(reserve) };
  if (typeof reserve === "object") return { kind: "amounts", amounts: reserve };
  return { kind: "failures", count: reserve ?? (fleet.hosts.length <= 2 ? 0 : 1) };
}

/** Migrations in flight that may touch the host at once: its own slots, within the limits of policy. */
export function slotsOf(host: Host, { migrations }: Policy): number {
  return Math.min(host.slots, migrations?.perHost ?? host.slots, migrations?.total ?? host.slots);
}

/** Counts against `maxUnavailable`: draining, out, failed, held or unreachable. */
export function isUnavailable(host: Host, run: RunMemory | undefined): boolean {
  return host.state !== "up" || host.cordoned || host.held || own(run?.hosts, host.id)?.failed !== undefined;
}
