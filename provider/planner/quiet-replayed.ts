import { migrationSeconds } from "../core/fleet.ts";
import { own } from "../core/own.ts";
import { type HostPlan, movesOf, type Plan } from "../core/plan.ts";
import type { PlanRequest } from "./request.ts";
import { isOurs } from "./standing.ts";

/** What a plan says wrongly about quiet hours: moves of one turn that no time allows together, hosts that rest and are not told. */
export function quietTroubles(request: PlanRequest, plan: Plan): string[] {
  const { fleet, quiet } = request;
  if (quiet === undefined) return plan.resting === undefined ? [] : ["hosts rest, and no workload has quiet hours"];
  const hosts = new Map(fleet.hosts.map((host) => [host.id, host]));
  const workloads = new Map(fleet.workloads.map((workload) => [workload.id, workload]));
  const told = new Set(plan.resting);
  const fresh = plan.hosts.filter(({ host: id }) => {
    const host = hosts.get(id);
    return host !== undefined && !isOurs(request, host);
  });

  const need = (entry: HostPlan): number => {
    const host = hosts.get(entry.host);
    const patch = host === undefined || host.level === host.wanted ? 0 : host.estimate.patch + host.estimate.boot;
    return movesOf(entry).reduce((most, { workload: id }) => {
      const workload = workloads.get(id);
      return workload === undefined ? most : Math.max(most, patch + migrationSeconds(fleet, workload));
    }, patch);
  };
  const noTime = fresh.filter((entry) => {
    const spans = movesOf(entry).flatMap(({ workload }) => own(quiet.spans, workload) ?? []);
    const ends = spans.flatMap(({ until }) => (until === undefined ? [] : [until]));
    const isFree = (at: number): boolean =>
      spans.every(({ from, until = Number.POSITIVE_INFINITY }) => at >= until || at + 1000 * need(entry) <= from);
    return ![quiet.from, ...ends.filter((end) => end > quiet.from)].some(isFree);
  });

  const isQuiet = (id: string): boolean =>
    (own(quiet.spans, id) ?? []).some(
      ({ from, until }) => from <= quiet.from && quiet.from < (until ?? Number.POSITIVE_INFINITY),
    );
  const restless = new Set(
    fleet.workloads
      .filter(({ id, state, pinned }) => state === "running" && !pinned && isQuiet(id))
      .map(({ host, movingTo }) => movingTo ?? host),
  );
  return [
    ...noTime.map(({ host }) => `the turn of ${host} moves workloads whose quiet hours leave no time for it`),
    ...fresh
      .filter(({ host }) => restless.has(host) && !told.has(host))
      .map(({ host }) => `${host} holds a workload that must not move as the plan begins, and is not told to rest`),
    ...[...told]
      .filter((id) => !fresh.some(({ host }) => host === id))
      .map((id) => `${id} is told to rest, and is not planned`),
  ];
}
