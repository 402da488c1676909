import { complianceOf } from "../core/compliance.ts";
import type { Host } from "../core/fleet.ts";
import { own } from "../core/own.ts";
import type { PlanRequest } from "./request.ts";

/** Bears our mark, and nothing speaks against going on with it. */
export function isOurs({ owners, memory, baseline }: PlanRequest, host: Host): boolean {
  const run = memory?.baseline === baseline ? memory : undefined;
  const stays = own(run?.hosts, host.id)?.failed !== undefined || run?.convicted.includes(host.id) === true;
  return host.mark !== undefined && owners.includes(host.mark.owner) && !host.held && !stays;
}

/** Below the level, in service, and nobody's. */
export function isFree({ fleet, memory, baseline }: PlanRequest, host: Host): boolean {
  const run = memory?.baseline === baseline ? memory : undefined;
  const usable = host.state === "up" && !host.cordoned && !host.held && host.mark === undefined;
  if (!usable || complianceOf(host, fleet.scheme).compliance !== "drifted") return false;
  // Looked up last: in mid-roll these are long.
  return (
    own(run?.hosts, host.id)?.failed === undefined &&
    run?.convicted.includes(host.id) !== true &&
    run?.done.includes(host.id) !== true
  );
}
