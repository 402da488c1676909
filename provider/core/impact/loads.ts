import type { Interval, LoadSeen } from "./question.ts";
import type { Series } from "./seen.ts";

/** Mean load of a host over a window. */
export type LoadsOf = (host: string, window: Interval) => number;

/** From what was told of hosts; where nothing is, by counting probed workloads. `windows`: all that will be asked about. */
export function loadsOf(
  all: readonly Series[],
  windows: readonly Interval[],
  loads: readonly LoadSeen[] | undefined,
): LoadsOf {
  return loads === undefined ? countedLoads(all, windows) : toldLoads(loads);
}

function countedLoads(all: readonly Series[], windows: readonly Interval[]): LoadsOf {
  // One that is silent for a while has not left its host.
  const steady = all.filter((series) => windows.every(({ from, to }) => series.host(from, to) !== undefined));
  const known = new Map<string, ReadonlyMap<string, ReadonlySet<string>>>();
  return (host, { from, to }) => {
    const key = `${from} ${to}`;
    let count = known.get(key);
    if (count === undefined) {
      count = workloadsByHost(steady, from, to);
      known.set(key, count);
    }
    return count.get(host)?.size ?? 0;
  };
}

function workloadsByHost(all: readonly Series[], from: number, to: number): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const series of all) {
    const host = series.host(from, to);
    if (host === undefined) continue;
    const there = found.get(host) ?? new Set();
    found.set(host, there.add(series.workload));
  }
  return found;
}

function toldLoads(loads: readonly LoadSeen[]): LoadsOf {
  const byHost = new Map<string, LoadSeen[]>();
  for (const load of loads) byHost.set(load.host, [...(byHost.get(load.host) ?? []), load]);
  for (const steps of byHost.values()) steps.sort((a, b) => a.at - b.at);
  return (host, { from, to }) => {
    const steps = byHost.get(host) ?? [];
    let total = 0;
    for (const [index, { at, load }] of steps.entries()) {
      // What is known first is taken to have been so before.
      const start = index === 0 ? from : Math.max(from, at);
      const end = Math.min(to, steps[index + 1]?.at ?? to);
      if (end > start) total += load * (end - start);
    }
    return to > from ? total / (to - from) : 0;
  };
}
