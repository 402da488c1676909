import { own } from "../own.ts";
import {
  controlsAt,
  exceededBefore,
  exceeds,
  hostAt,
  rowOfFailures,
  settledSlices,
  type Tally,
  tally,
} from "./guard-sight.ts";
import type { CountersSeen, GuestSeen, Trip, Watch } from "./guards.ts";
import type { Series } from "./seen.ts";

/** A row of failures: so many, over so many ms, while fewer than this share of the controls fail too. */
const ROW = { count: 5, length: 15_000, controls: 0.5 };

/** Still unreachable so long after a move, ms. */
const BLACKOUT = 60_000;

/** Share and number of failures on a host in so many seconds, while less than this share fails on the controls. */
const BURST = { share: 0.2, count: 10, seconds: 60, controls: 0.05 };

/** A limit counts when it is exceeded in so many windows in a row, and not by half of the controls. */
const LIMIT = { windows: 3, controls: 0.5 };

/** A counter rises by so much more than usual, and so many times as fast. */
const COUNTERS = { more: 10, times: 3 };

interface Found {
  readonly trips: Trip[];
  /** A guard would trip, but the controls fail as well. */
  trouble?: string;
}

/** What the probes' samples up to a moment trip. */
export function seriesTrips(question: Watch, at: number): Found {
  const found: Found = { trips: [] };
  const here = question.seen.series.filter((series) => hostAt(series, at) === question.host);
  for (const series of here) unreachable(question, series, at, found);
  for (const series of question.seen.series)
    if (here.includes(series) || question.workloads.includes(series.workload)) blackout(question, series, at, found);
  errorBurst(question, here, at, found);
  for (const series of here) limits(question, series, at, found);
  return found;
}

/** What the host and its guests tell of themselves. */
export function hostTrips(question: Watch): Trip[] {
  const { host, problems = [] } = question;
  const lost = problems
    .filter(({ at }) => isNew(question, at))
    .map(({ at, what }): Trip => ({ guard: "host lost", host, at, sentence: `${host}: ${what}` }));
  return [...reboots(question), ...countersUp(question), ...lost];
}

function unreachable(question: Watch, series: Series, at: number, found: Found): void {
  const row = rowOfFailures(series, at);
  if (row.count < ROW.count || at - row.from < ROW.length || wasDead(question, series)) return;
  const controls = controlsAt(question, at);
  // Over the same seconds: at the end of an outage of the network some see light before others.
  const failing = controls.filter((control) => {
    const { sent, failed } = tally(control.slices(row.from, at));
    return sent > 0 && failed >= sent / 2;
  });
  if (controls.length > 0 && failing.length >= ROW.controls * controls.length) {
    found.trouble = `${failing.length} of ${controls.length} workloads elsewhere do not answer either`;
    return;
  }
  const sentence = `${series.workload} on ${question.host} has not answered for ${seconds(at - row.from)} s (${row.count} requests in a row, ${series.probe})`;
  found.trips.push({ guard: "unreachable", host: question.host, workload: series.workload, at, sentence });
}

function blackout(question: Watch, series: Series, at: number, found: Found): void {
  const move = series.moves.findLast((moved) => moved <= at);
  if (move === undefined || at < move + BLACKOUT || hostAt(series, at) === undefined || wasDead(question, series))
    return;
  const { sent, failed } = tally(series.slices(move, at));
  if (failed < ROW.count || failed < sent) return;
  const controls = sumOf(controlsAt(question, at).map((control) => tally(control.slices(move, at))));
  if (controls.failed >= ROW.controls * controls.sent && controls.sent > 0) {
    found.trouble = `${controls.failed} of ${controls.sent} requests elsewhere fail as well`;
    return;
  }
  const sentence = `${series.workload} has not answered since its move ${seconds(at - move)} s ago (${series.probe})`;
  found.trips.push({ guard: "blackout", host: question.host, workload: series.workload, at, sentence });
}

function errorBurst(question: Watch, here: readonly Series[], at: number, found: Found): void {
  const tallies = here.map((series) =>
    tally(settledSlices(series, at, BURST.seconds).filter(({ host }) => host === question.host)),
  );
  const own = sumOf(tallies);
  if (own.failed < BURST.count || own.failed < BURST.share * own.sent) return;
  // One workload that fails is no burst of its host, however few there are; the error test and other guards see to it.
  const worst = tallies.reduce((most, one) => (one.failed > most.failed ? one : most));
  const others = { sent: own.sent - worst.sent, failed: own.failed - worst.failed };
  if (others.sent > 0 && others.failed < BURST.share * others.sent) return;
  const before = sumOf(here.map((series) => tally(series.slices(question.reference.from, question.reference.to))));
  if (before.sent > 0 && before.failed >= BURST.share * before.sent) return;
  const controls = sumOf(controlsAt(question, at).map((series) => tally(settledSlices(series, at, BURST.seconds))));
  if (controls.sent > 0 && controls.failed >= BURST.controls * controls.sent) {
    found.trouble = `${controls.failed} of ${controls.sent} requests elsewhere fail as well`;
    return;
  }
  const sentence = `${own.failed} of ${own.sent} requests on ${question.host} failed within ${BURST.seconds} s, ${controls.failed} of ${controls.sent} elsewhere`;
  found.trips.push({ guard: "error burst", host: question.host, at, sentence });
}

function limits(question: Watch, series: Series, at: number, found: Found): void {
  for (const limit of question.limits ?? []) {
    if (limit.probe !== series.probe || !exceeds(series, limit, at, LIMIT.windows)) continue;
    if (exceededBefore(series, limit, question.reference, LIMIT.windows)) continue;
    const controls = controlsAt(question, at).filter(({ probe }) => probe === limit.probe);
    const over = controls.filter((control) => exceeds(control, limit, at, LIMIT.windows));
    if (controls.length > 0 && over.length >= LIMIT.controls * controls.length) {
      found.trouble = `${over.length} of ${controls.length} workloads elsewhere exceed ${limit.ms} ms as well`;
      continue;
    }
    const sentence = `${series.workload} on ${question.host} exceeded ${limit.ms} ms (${100 * (limit.quantile ?? 0.95)} % of requests, ${limit.probe}) for ${LIMIT.windows} windows of 30 s, and did not before the drain`;
    found.trips.push({ guard: "limit", host: question.host, workload: series.workload, at, sentence });
  }
}

/** It answered nothing in the reference either. */
function wasDead({ reference }: Watch, series: Series): boolean {
  const { sent, failed } = tally(series.slices(reference.from, reference.to));
  return sent > 0 && failed === sent;
}

function reboots(question: Watch): Trip[] {
  const byWorkload = Map.groupBy(question.guests ?? [], ({ workload }) => workload);
  return [...byWorkload].flatMap(([workload, seen]) => {
    const inOrder = seen.toSorted((a, b) => a.at - b.at);
    return inOrder
      .filter((guest, index) => isNew(question, guest.at) && !guest.expected && isOtherBoot(inOrder[index - 1], guest))
      .map(({ at }): Trip => {
        const sentence = `${workload} rebooted: nobody asked it to`;
        return { guard: "guest rebooted", host: question.host, workload, at, sentence };
      });
  });
}

function isOtherBoot(before: GuestSeen | undefined, after: GuestSeen): boolean {
  if (before === undefined) return false;
  if (before.bootId !== undefined && after.bootId !== undefined) return before.bootId !== after.bootId;
  return (after.uptimeSeconds ?? 0) < (before.uptimeSeconds ?? 0) && after.uptimeSeconds !== undefined;
}

function countersUp(question: Watch): Trip[] {
  const { host, counters = [], from, reference } = question;
  const inOrder = counters.toSorted((a, b) => a.at - b.at);
  const usual = inOrder.filter(({ at }) => at >= reference.from && at <= reference.to);
  const names = [...new Set(inOrder.flatMap((seen) => Object.keys(seen.counters)))].sort();
  return inOrder
    .filter(({ at }) => isNew(question, at))
    .flatMap(({ at }) => {
      const since = inOrder.filter(
        (one, index) => one.at <= at && (one.at >= from || (inOrder[index + 1]?.at ?? 0) > from),
      );
      return names.flatMap((name): Trip[] => {
        const risen = riseOf(since, name);
        const expected = (riseOf(usual, name) / Math.max(1, lengthOf(usual))) * lengthOf(since);
        if (risen < expected + COUNTERS.more || risen < COUNTERS.times * expected) return [];
        const sentence = `${name} of ${host} rose by ${risen} in ${seconds(lengthOf(since))} s, ${expected.toFixed(1)} were usual`;
        return [{ guard: "host counters", host, at, sentence }];
      });
    });
}

/** A counter that starts again with a reboot has risen from zero. */
function riseOf(seen: readonly CountersSeen[], name: string): number {
  const values = seen.flatMap(({ counters }) => own(counters, name) ?? []);
  return values.reduce((sum, value, index) => {
    const before = values[index - 1];
    return before === undefined ? sum : sum + (value >= before ? value - before : value);
  }, 0);
}

function lengthOf(seen: readonly CountersSeen[]): number {
  return (seen.at(-1)?.at ?? 0) - (seen[0]?.at ?? 0);
}

function isNew({ from, since = from, now }: Watch, at: number): boolean {
  return at > Math.max(since, from) && at <= now;
}

function sumOf(tallies: readonly Tally[]): Tally {
  return tallies.reduce((sum, { sent, failed }) => ({ sent: sum.sent + sent, failed: sum.failed + failed }), {
    sent: 0,
    failed: 0,
  });
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}
