import type { PlanRequest } from "../../provider/planner/plan.ts";

/**
 * Whether moves, one at a time, can bring about that every host below the level has been empty once, found by visiting all placements. Knows
 * capacity and anti-affinity only, and nothing of the planner. Undefined: there are more placements than may be visited.
 */
export function canRoll({ fleet }: PlanRequest, most: number): boolean | undefined {
  const hosts = fleet.hosts.map(({ id }) => id);
  const capacity = new Map(fleet.hosts.map((host) => [host.id, host.capacity]));
  const workloads = fleet.workloads.filter(({ state }) => state === "running");
  const below = hosts.filter((id) => fleet.hosts.some((host) => host.id === id && host.level !== host.wanted));
  const start = { at: workloads.map(({ host }) => host), done: "" };
  const keyOf = ({ at, done }: typeof start): string => `${at.join()}|${done}`;
  const doneWith = (state: typeof start): typeof start => ({
    ...state,
    done: below.filter((id) => state.done.split(",").includes(id) || !state.at.includes(id)).join(),
  });
  const first = doneWith(start);
  const seen = new Set([keyOf(first)]);
  const waiting = [first];
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    if (state.done === below.join()) return true;
    if (seen.size > most) return undefined;
    const { at } = state;
    for (const [index, workload] of workloads.entries()) {
      if (workload.pinned) continue;
      for (const host of hosts) {
        if (host === at[index]) continue;
        const there = workloads.filter((_, other) => at[other] === host);
        if (workload.group !== undefined && there.some(({ group }) => group === workload.group)) continue;
        const fits = Object.entries(workload.demand).every(
          ([name, need]) =>
            need + there.reduce((sum, other) => sum + (other.demand[name] ?? 0), 0) <=
            (capacity.get(host)?.[name] ?? 0) + 1e-6,
        );
        if (!fits) continue;
        const next = doneWith({ at: at.with(index, host), done: state.done });
        const key = keyOf(next);
        if (seen.has(key)) continue;
        seen.add(key);
        waiting.push(next);
      }
    }
  }
  return false;
}
