import type { Fleet, Host } from "../core/fleet.ts";
import { own } from "../core/own.ts";
import type { Outlook } from "./outlook.ts";

/** Level by host name. */
export type HostLevels = Record<string, string>;

/**
 * The level that each host is seen at. A host that cannot be reached keeps the level it was last seen at; a host that has left
 * the fleet is gone.
 */
export function observedLevels(fleet: Fleet, last: Readonly<HostLevels>): HostLevels {
  return byName(fleet.hosts.map((host) => [host.id, seenLevel(host, last)]));
}

/**
 * The level that each host should have: the declared one where `up` takes the host to it, else its own, so that nothing shows
 * a change that will not happen.
 */
export function wantedLevels(fleet: Fleet, outlook: Outlook, last: Readonly<HostLevels>): HostLevels {
  const pending = pendingHosts(outlook);
  return byName(fleet.hosts.map((host) => [host.id, pending.has(host.id) ? host.wanted : seenLevel(host, last)]));
}

/** Hosts that `up` would take to the level, or would if the plan were not refused. */
function pendingHosts(outlook: Outlook): Set<string> {
  if (outlook.kind === "left alone" || outlook.kind === "nothing") return new Set();
  if (outlook.plan !== undefined) return new Set(outlook.plan.hosts.map((entry) => entry.host));
  return new Set(outlook.findings.filter((finding) => finding.compliance === "drifted").map((finding) => finding.host));
}

/** What can be proved: a host that claims the declared level and runs another one is at that other one. */
function seenLevel(host: Host, last: Readonly<HostLevels>): string {
  if (host.state === "unreachable") return own(last, host.id) ?? host.level;
  return host.level === host.wanted ? host.evidence : host.level;
}

function byName(entries: [string, string][]): HostLevels {
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
