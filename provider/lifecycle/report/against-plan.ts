import type { Followed } from "../../engine/chronicle.ts";
import type { StoredEntry } from "../../engine/ports.ts";
import type { HostReport, RunReport } from "./schema.ts";
import type { Since } from "./stories.ts";

export interface PlanMade {
  readonly at: number;
  readonly plan: Followed;
}

/** The plans that the run followed, oldest first. */
export function plansOf(entries: readonly StoredEntry[], since: Since): PlanMade[] {
  return entries.flatMap((entry) =>
    entry.kind === "followed" ? [{ at: since(entry), plan: entry.data as Followed }] : [],
  );
}

/** What the run began with against what it did. Undefined: it never had a plan. */
export function againstPlan(
  plans: readonly PlanMade[],
  hosts: readonly HostReport[],
  fill: RunReport["fill"],
): RunReport["plan"] {
  const [first, ...later] = plans;
  if (first === undefined) return undefined;
  const { plan, totals, fullest, hosts: order } = first.plan;
  const begun = hosts.filter(({ begins }) => begins !== undefined);
  const from = begun.reduce((least, { begins = 0 }) => Math.min(least, begins), Number.POSITIVE_INFINITY);
  const to = begun.reduce((most, { ends, spans }) => Math.max(most, ends ?? spans.at(-1)?.to ?? 0), 0);
  const seen = fill.reduce((most, { share }) => Math.max(most, share), 0);
  return {
    id: plan,
    planned: { hosts: totals.hosts, moves: totals.moves, hours: totals.hours.expected, out: totals.out, fullest },
    actual: {
      hosts: hosts.filter(({ outcome }) => outcome === "rolled").length,
      moves: hosts.reduce((sum, { moves }) => sum + moves.filter(({ took }) => took !== undefined).length, 0),
      hours: begun.length === 0 ? 0 : Math.max(0, to - from) / 3600,
      out: mostOut(begun),
      ...(fill.length === 0 ? {} : { fullest: seen }),
    },
    outOfOrder: outOfOrder(
      order.map(({ host }) => host),
      begun.map(({ host }) => host),
    ),
    changes: later
      .filter((one, index) => one.plan.plan !== (index === 0 ? plan : later[index - 1]?.plan.plan))
      .map((one) => ({ at: one.at, why: one.plan.why, id: one.plan.plan })),
  };
}

/** Most hosts between cordon and release at one moment; one that never came back counts to the end. */
function mostOut(begun: readonly HostReport[]): number {
  const steps = begun.flatMap(({ begins = 0, ends }) => [
    { at: begins, by: 1 },
    ...(ends === undefined ? [] : [{ at: ends, by: -1 }]),
  ]);
  steps.sort((a, b) => a.at - b.at || a.by - b.by);
  let out = 0;
  return steps.reduce((most, { by }) => {
    out += by;
    return Math.max(most, out);
  }, 0);
}

/** Hosts that began after one that the plan has later: as few as explain the difference. */
function outOfOrder(planned: readonly string[], actual: readonly string[]): string[] {
  const place = new Map(planned.map((host, index) => [host, index]));
  const known = actual.filter((host) => place.has(host));
  // The longest part that is in order (patience sorting); the others are out of it.
  const tails: number[] = [];
  const before = new Map<number, number | undefined>();
  known.forEach((host, index) => {
    const own = place.get(host) ?? 0;
    let low = 0;
    for (let high = tails.length; low < high; ) {
      const middle = (low + high) >> 1;
      const rank = place.get(known[tails[middle] ?? 0] ?? "") ?? 0;
      if (rank < own) low = middle + 1;
      else high = middle;
    }
    before.set(index, low === 0 ? undefined : tails[low - 1]);
    tails[low] = index;
  });
  const kept = new Set<number>();
  for (let at = tails.at(-1); at !== undefined; at = before.get(at)) kept.add(at);
  return known.filter((_, index) => !kept.has(index));
}
