import type { Host } from "../core/fleet.ts";
import type { HostPlan } from "../core/plan.ts";
import { hostsAllowed } from "../core/share.ts";
import type { PlanRequest } from "./request.ts";

/** What is going on when a host starts, as the validator sees it. */
interface Moment {
  /** Hosts of the plan that may still be in hand. */
  readonly others: readonly HostPlan[];
  /** Hosts that are out for reasons of their own. */
  readonly away: readonly Host[];
  /** Hosts that went beside others and have started before in this run. */
  readonly started: number;
  /** Hosts that may not be out with it, each with the rule that says so. */
  readonly rivals: ReadonlyMap<string, string> | undefined;
}

/**
 * Hosts that may not be out while a host is, by its name, each with the rule that says so: members of its quorum groups, and those
 * that it is to be kept apart from.
 */
export function rivals({ fleet, policy }: PlanRequest): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sets: [string, Set<string>][] = (policy.apart ?? []).map((line) => ["policy.apart", new Set(line)]);
  const quorums = new Map<string, Set<string>>();
  const enter = (name: string, id: string): void => {
    quorums.set(name, (quorums.get(name) ?? new Set<string>()).add(id));
  };
  for (const { id, quorums: known } of fleet.hosts) for (const name of known ?? []) enter(name, id);
  for (const [name, ids] of Object.entries(policy.quorums ?? {})) for (const id of ids) enter(name, id);
  for (const [name, ids] of quorums) sets.push([`quorum group ${name}`, ids]);
  const found = new Map<string, Map<string, string>>();
  for (const [rule, ids] of sets) {
    for (const id of ids) {
      const mine = found.get(id) ?? new Map<string, string>();
      for (const other of ids) if (other !== id) mine.set(other, rule);
      found.set(id, mine);
    }
  }
  return found;
}

/** Rules on how many are out at once that a start would break: barrier of the canaries, `maxUnavailable`, ramp, domains. */
export function beyondLimits(
  { policy, fleet }: PlanRequest,
  entry: HostPlan,
  { others, away, started, rivals }: Moment,
): string[] {
  const found: string[] = [];
  const { fleet: share, perDomain } = policy.maxUnavailable;
  if (entry.canary && others.length > 0) found.push("is a canary and does not go alone");
  if (!entry.canary && entry.judged && others.length > 0) found.push("is to be judged and does not go alone");
  if (others.some((one) => one.canary)) found.push("starts before a canary is back");
  if (others.some((one) => !one.canary && one.judged)) found.push("starts before a judged host is back");
  const out = others.length + away.length + 1;
  if (out > hostsAllowed(share, fleet.hosts.length))
    found.push(`would be one of ${out} hosts out, more than maxUnavailable allows`);
  if (
    !entry.canary &&
    !entry.judged &&
    others.length >= opened(hostsAllowed(policy.startWidth, fleet.hosts.length), started)
  ) {
    found.push(`starts beside ${others.length} others, ahead of the ramp`);
  }
  for (const id of rivals === undefined ? [] : [...others.map((one) => one.host), ...away.map((one) => one.id)]) {
    const rule = rivals?.get(id);
    if (rule !== undefined) found.push(`may be out together with ${id}, against ${rule}`);
  }
  if (perDomain === undefined) return found;
  const domain = fleet.hosts.find((host) => host.id === entry.host)?.domain;
  if (domain === undefined) return found;
  const mates = fleet.hosts.filter((host) => host.domain === domain);
  const missing = mates.filter((host) => away.includes(host) || others.some((one) => one.host === host.id)).length + 1;
  if (missing > hostsAllowed(perDomain, mates.length)) {
    found.push(`would be one of ${missing} hosts of ${domain} out, more than perDomain allows`);
  }
  return found;
}

/** The ramp: `first` places, twice as many once so many hosts have started, and so on. */
function opened(first: number, started: number): number {
  let places = first;
  for (let left = started; left >= places; places *= 2) left -= places;
  return places;
}
