import { type Fleet, migrationSeconds, type Workload } from "./fleet.ts";
import { own } from "./own.ts";
import type { Span } from "./run.ts";

/** When workloads must not move, as far as it is in sight. */
export interface QuietHours {
  /** Fleet time from which on hosts may start: now, or when the next window opens. */
  readonly from: number;
  /** By workload id: in order and apart, without those that are over. `until` absent: longer than is in sight. */
  readonly spans: Readonly<Record<string, readonly Span[]>>;
}

/** Spans in which one or another of these workloads must not move, in order and apart. */
export function quietSpans(quiet: QuietHours | undefined, workloads: Iterable<string>): readonly Span[] {
  // Many workloads have the same ones.
  const lists = new Set<readonly Span[]>();
  if (quiet !== undefined) {
    for (const id of workloads) {
      const spans = own(quiet.spans, id);
      if (spans !== undefined) lists.add(spans);
    }
  }
  const [first] = lists;
  return lists.size < 2 ? (first ?? []) : merged([...lists].flat());
}

function merged(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last === undefined || span.from > endOf(last)) all.push(span);
    else if (endOf(span) > endOf(last)) all[all.length - 1] = { ...span, from: last.from };
  }
  return all;
}

/** The first moment from `from` on that is followed by so many milliseconds outside of the spans; undefined: none is in sight. */
export function firstCalm(spans: readonly Span[], from: number, ms: number): number | undefined {
  let at = from;
  for (const span of spans) {
    if (at + ms <= span.from) return at;
    if (span.until === undefined) return undefined;
    at = Math.max(at, span.until);
  }
  return at;
}

/** The span that a moment lies in; undefined: the workload may move then. */
export function quietAt(quiet: QuietHours | undefined, workload: string, at: number): Span | undefined {
  return own(quiet?.spans, workload)?.find((span) => span.from <= at && at < endOf(span));
}

/**
 * Hosts that could not be emptied and patched next, because some workload on them must not move meanwhile: others go first. Told from the
 * fleet alone, so that whoever plans and whoever carries out agree on it.
 */
export function restingHosts(fleet: Fleet, quiet: QuietHours | undefined): ReadonlySet<string> {
  if (quiet === undefined) return new Set();
  const loads = new Map<string, Workload[]>();
  for (const workload of fleet.workloads) {
    if (workload.state !== "running" || workload.pinned) continue;
    const host = workload.movingTo ?? workload.host;
    const load = loads.get(host);
    if (load === undefined) loads.set(host, [workload]);
    else load.push(workload);
  }
  const isResting = fleet.hosts.filter(({ id, slots, estimate }) => {
    const load = loads.get(id) ?? [];
    const seconds = load.map((workload) => migrationSeconds(fleet, workload));
    const leaving = Math.max(0, ...seconds, seconds.reduce((sum, one) => sum + one, 0) / Math.max(1, slots));
    const spans = quietSpans(
      quiet,
      load.map((workload) => workload.id),
    );
    return firstCalm(spans, quiet.from, (leaving + estimate.patch + estimate.boot) * 1000) !== quiet.from;
  });
  return new Set(isResting.map(({ id }) => id));
}

const endOf = ({ until = Number.POSITIVE_INFINITY }: Span): number => until;
