import { complianceOf } from "../core/compliance.ts";
import type { Host } from "../core/fleet.ts";
import { type HostPlan, movesOf, type Plan } from "../core/plan.ts";
import { planId } from "../core/plan-id.ts";
import { phaseTroubles } from "./phase-troubles.ts";
import { quietTroubles } from "./quiet-replayed.ts";
import { replay } from "./replay.ts";
import { movedInVain, silentlyGivenUp } from "./replay-rules.ts";
import type { PlanRequest } from "./request.ts";
import { cannotBeCanary, lateHosts, sequenceTroubles } from "./sequence.ts";
import { isFree, isOurs } from "./standing.ts";

/**
 * Replays a plan against the rules, independently of how it was made: it shares nothing with the planner but the vocabulary
 * of core. Looks at the worst moment that any durations could bring about, not at the forecast. Returns what is wrong, one
 * sentence each; empty when the plan is sound.
 */
export function validatePlan(request: PlanRequest, plan: Plan): string[] {
  const found = [
    ...coverage(request, plan),
    ...order(request, plan),
    ...sequenceTroubles(request, plan),
    ...phaseTroubles(request, plan),
    ...sums(request, plan),
    ...tooFast(request, plan),
    ...silentlyGivenUp(plan, request.fleet.workloads),
    ...movedInVain(plan, request.fleet.workloads),
    ...quietTroubles(request, plan),
  ];
  return found.length > 0 ? found : replay(request, plan);
}

/** Every host to be done is planned once, or skipped with a reason; nothing else is planned. */
function coverage(request: PlanRequest, plan: Plan): string[] {
  const { fleet, policy } = request;
  const found: string[] = [];
  const hosts = new Map(fleet.hosts.map((host) => [host.id, host]));
  const planned = new Set(plan.hosts.map((entry) => entry.host));
  const skipped = new Map(plan.skipped.map((entry) => [entry.host, entry.why]));
  if (planned.size < plan.hosts.length) found.push("a host is planned twice");
  for (const { host: id, from, to } of plan.hosts) {
    const host = hosts.get(id);
    if (host === undefined) found.push(`${id} is not in the fleet`);
    else if (host.level !== from || host.wanted !== to)
      found.push(`${id} goes from ${host.level} to ${host.wanted}, not from ${from} to ${to}`);
  }
  for (const host of fleet.hosts) {
    const ours = isOurs(request, host);
    const free = isFree(request, host);
    if (planned.has(host.id) && !ours && !free) found.push(`${host.id} is planned, but it is not ours to touch`);
    if (planned.has(host.id) && skipped.has(host.id)) found.push(`${host.id} is both planned and skipped`);
    if (ours && !planned.has(host.id)) found.push(`${host.id} is in hand, but not planned`);
    const { compliance } = complianceOf(host, fleet.scheme);
    const atLevel = compliance === "compliant" || compliance === "ahead";
    if (planned.has(host.id) || atLevel || ours) continue;
    if ((skipped.get(host.id) ?? "") === "") found.push(`${host.id} is neither planned nor skipped with a reason`);
    const pinned = fleet.workloads.some((one) => one.host === host.id && one.pinned && one.state === "running");
    const allowed = policy.mode === "canary" || (policy.pinned === "skip" && pinned);
    if (free && !allowed) found.push(`${host.id} is skipped without need`);
  }
  return found;
}

/** Hosts in hand first, then the canaries, as many as asked for; `after` names hosts that come before. */
function order(request: PlanRequest, plan: Plan): string[] {
  const { fleet, policy, memory, baseline } = request;
  const run = memory?.baseline === baseline ? memory : undefined;
  const hosts = new Map(fleet.hosts.map((host) => [host.id, host]));
  const ours = (entry: HostPlan): boolean => isOurs(request, hosts.get(entry.host) as Host);
  const found: string[] = [];
  const rank = (entry: HostPlan): number =>
    ours(entry) ? 0 : entry.canary ? 1 : late.has(entry.host) ? 4 : entry.judged ? 2 : 3;
  const late = new Set(lateHosts(request));
  const tooEarly = cannotBeCanary(request, plan);
  const seen = new Set<string>();
  let last: HostPlan | undefined;
  for (const entry of plan.hosts) {
    if (!hosts.has(entry.host)) return found;
    if (last !== undefined && rank(entry) < rank(last)) found.push(`${entry.host} comes too late in the order`);
    if (last !== undefined && entry.start < last.start)
      found.push(`${entry.host} starts before ${last.host}, which comes before it`);
    if (ours(entry) && entry.after.length > 0) found.push(`${entry.host} is in hand and waits for nobody`);
    if (entry.end < entry.start) found.push(`${entry.host} ends before it starts`);
    for (const id of entry.after)
      if (!seen.has(id)) found.push(`${entry.host} comes after ${id}, which does not come before it`);
    seen.add(entry.host);
    last = entry;
  }
  const passed = policy.canary === 0 || run?.canaryPassed === true;
  const fresh = plan.hosts.filter((entry) => !ours(entry));
  if (passed && fresh.some((entry) => entry.canary)) found.push("there is a canary, although none is asked for");
  if (policy.mode === "canary" && fresh.some((entry) => !entry.canary)) found.push("more than the canary is planned");
  const classOf = (id: string): string => hosts.get(id)?.class ?? "";
  for (const name of passed ? [] : new Set(fresh.map((entry) => classOf(entry.host)))) {
    const gone = new Set([
      ...(run?.done ?? []),
      ...(run?.canaries ?? []).filter((id) => plan.hosts.some((one) => one.host === id && ours(one))),
    ]);
    const quota = Math.max(0, policy.canary - [...gone].filter((id) => hosts.has(id) && classOf(id) === name).length);
    const all = fresh.filter((entry) => classOf(entry.host) === name);
    const members = all.filter((entry) => !tooEarly(hosts.get(entry.host) as Host));
    const canaries = all.filter((entry) => entry.canary).length;
    for (const { host, canary } of all)
      if (canary && tooEarly(hosts.get(host) as Host)) found.push(`${host} is a canary, although others go before it`);
    if (canaries !== Math.min(quota, members.length))
      found.push(`${canaries} canaries of class "${name}" instead of ${Math.min(quota, members.length)}`);
  }
  return found;
}

/** Totals, bounds and id say what the plan holds. */
function sums({ baseline }: PlanRequest, plan: Plan): string[] {
  const found: string[] = [];
  const { totals, bounds, hosts } = plan;
  const moves = hosts.flatMap(movesOf);
  if (totals.hosts !== hosts.length) found.push(`${hosts.length} hosts are planned, not ${totals.hosts}`);
  if (totals.moves !== moves.length) found.push(`${moves.length} moves are planned, not ${totals.moves}`);
  if (bounds.moves > totals.moves)
    found.push(`the bound of ${bounds.moves} moves is not one: the plan has ${totals.moves}`);
  if (bounds.hours > totals.hours.expected)
    found.push(`the bound of ${bounds.hours} hours is not one: the plan takes ${totals.hours.expected}`);
  const id = planId({
    hosts,
    moves: totals.moves,
    out: totals.out,
    hours: totals.hours.high,
    effort: plan.effort,
    baseline,
  });
  if (plan.id !== id) found.push(`its id is ${id}, not ${plan.id}`);
  return found;
}

/** A forecast that limits on what goes on at once cannot be kept in. */
function tooFast({ fleet, policy }: PlanRequest, { hosts, totals }: Plan): string[] {
  if (fleet.remediations === undefined && policy.migrations?.total === undefined) return [];
  const all = new Map(fleet.hosts.map((host) => [host.id, host]));
  const workloads = new Map(fleet.workloads.map((workload) => [workload.id, workload]));
  let patching = 0;
  let moving = 0;
  for (const entry of hosts) {
    const host = all.get(entry.host);
    const due = host !== undefined && (host.level !== host.wanted || host.evidence !== host.wanted);
    if (due) patching += host.estimate.patch + host.estimate.boot;
    for (const { workload: id } of movesOf(entry)) {
      const workload = workloads.get(id);
      if (workload !== undefined)
        moving += fleet.migration.fixed + (fleet.migration.perGiB * (workload.demand.memory ?? 0)) / 1024;
    }
  }
  const seconds = totals.hours.expected * 3600 + 20;
  const found: string[] = [];
  if (patching > seconds * (fleet.remediations ?? Number.POSITIVE_INFINITY))
    found.push(
      `would remediate more than ${fleet.remediations} hosts at once to end in ${totals.hours.expected} hours`,
    );
  if (moving > seconds * (policy.migrations?.total ?? Number.POSITIVE_INFINITY))
    found.push(
      `would have more than ${policy.migrations?.total} migrations in flight to end in ${totals.hours.expected} hours`,
    );
  return found;
}
