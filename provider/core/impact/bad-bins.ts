import { ERROR_BIN, GAP } from "./bins.ts";
import { binomialAtLeast } from "./distributions.ts";
import type { ErrorFigures, Interval, Question } from "./question.ts";
import { MINUTE } from "./settings.ts";
import { isPatched, placeboPairs, stateKey } from "./windows.ts";

/** A workload's own past counts as its bins; the fleet's as so many of them: rare errors are not taken for none. */
const FLEET_BINS = 60;

/** The treated host's worst stretch is left out: one burst is not the patch. */
const WORST = MINUTE / ERROR_BIN;

/** Excess of bad bins that matters: one percentage point. */
const LEAST_EXCESS = 0.01;

/** Errors of the treated host in a window after, and whether they are significantly and noticeably more. */
export interface ErrorTest {
  readonly figures: ErrorFigures;
  readonly hit: boolean;
}

/** The test at one level; undefined where nothing can be compared. Workloads away from their reference host do not count. */
export function testErrors(question: Question, after: Interval, minutes: number, level: number): ErrorTest | undefined {
  const counts = countsOf(question, baselineOf(question), after);
  const treated = counts.filter(({ host }) => host === question.host);
  const controls = counts.filter((count) => count.host !== question.host && isSteady(question, count));
  if (treated.length === 0 || controls.length === 0) return undefined;
  const kept = withoutWorst(treated);
  const { bad: badC, expected: expectedC } = total(controls);
  // Trimmed like the treated host: its chances are measured by others that may leave out their worst minute as well.
  const hosts = hostTotals(controls);
  const dispersion = dispersionOf([hosts, ...placebos(question, minutes)]);
  const tries = Math.floor((kept.bad + badC) / dispersion);
  const p = binomialAtLeast(Math.floor(kept.bad / dispersion), tries, kept.expected / (kept.expected + expectedC));
  const expected = kept.expected * (expectedC > 0 ? badC / expectedC : 1);
  const figures = {
    minutes,
    bad: kept.bad,
    bins: kept.bins,
    expected,
    controls: { bad: badC, bins: total(controls).bins, hosts: hosts.length },
    dispersion,
    p,
  };
  const hit = kept.bins > 0 && p < level && (kept.bad - expected) / kept.bins >= LEAST_EXCESS;
  return { figures, hit };
}

/** Bad bins of a workload after, and how many were to be expected. */
interface Count {
  readonly workload: string;
  readonly host: string;
  /** Windows that its expectation is from. */
  readonly before: readonly Interval[];
  readonly after: Interval;
  readonly marks: Uint8Array;
  readonly bad: number;
  readonly bins: number;
  readonly expected: number;
}

/** Undisturbed intervals, all of them: the more past, the better errors that are rare are known. */
function baselineOf({ undisturbed }: Question): readonly Interval[] {
  return undisturbed.map(({ kind, from, to }) => ({ from: kind === "soak" ? Math.min(from + MINUTE, to) : from, to }));
}

function countsOf(question: Counted, before: readonly Interval[], after: Interval): Count[] {
  const rows = pastAndPresent(question, before, after);
  const bad = rows.reduce((sum, row) => sum + row.past.bad, 0);
  const bins = rows.reduce((sum, row) => sum + row.past.bins, 0);
  // Half an error more: a fleet that never had one may have one.
  const share = (bad + 0.5) / (bins + 1);
  return rows.map(({ past, marks, ...row }) => {
    const now = tallyOf(marks);
    const rate = (past.bad + FLEET_BINS * share) / (past.bins + FLEET_BINS);
    return { ...row, after, marks, ...now, expected: now.bins * rate };
  });
}

type Counted = Pick<Question, "seen" | "patchedSince">;

/** Workloads that are after where they were at the end of the time before, with what is known of them there in the same patch state. */
function pastAndPresent(question: Counted, before: readonly Interval[], after: Interval) {
  return question.seen.series.flatMap((series) => {
    const marks = series.bad(after.from, after.to);
    if (marks.every((mark) => mark === GAP)) return [];
    const host = series.host(after.from, after.to);
    if (host === undefined) return [];
    const there = before.filter(({ from, to }) => series.host(from, to) === host);
    const last = there.at(-1);
    if (last === undefined) return [];
    const state = isPatched(question, host, last);
    const same = there.filter((window) => isPatched(question, host, window) === state);
    const past = tally(same.map(({ from, to }) => series.bad(from, to)));
    return [{ workload: series.workload, host, before: same, past, marks }];
  });
}

/** A control's patch state after is that of its past. */
function isSteady(question: Counted, { host, before, after }: Count): boolean {
  const state = isPatched(question, host, after);
  return state !== undefined && before.every((window) => isPatched(question, host, window) === state);
}

function tally(marks: readonly Uint8Array[]): { bad: number; bins: number } {
  let bad = 0;
  let bins = 0;
  for (const window of marks) {
    const part = tallyOf(window);
    bad += part.bad;
    bins += part.bins;
  }
  return { bad, bins };
}

/** Windows are asked about again and again, and nobody changes them. */
const tallies = new WeakMap<Uint8Array, { readonly bad: number; readonly bins: number }>();

function tallyOf(window: Uint8Array): { readonly bad: number; readonly bins: number } {
  let known = tallies.get(window);
  if (known === undefined) {
    let bad = 0;
    let bins = 0;
    for (const mark of window) {
      if (mark === GAP) continue;
      bins += 1;
      bad += mark;
    }
    known = { bad, bins };
    tallies.set(window, known);
  }
  return known;
}

function total(counts: readonly Pick<Count, "bad" | "bins" | "expected">[]): {
  bad: number;
  bins: number;
  expected: number;
} {
  const sum = { bad: 0, bins: 0, expected: 0 };
  for (const { bad, bins, expected } of counts) {
    sum.bad += bad;
    sum.bins += bins;
    sum.expected += expected;
  }
  return sum;
}

/** Of one host, without its worst contiguous minute. */
function withoutWorst(counts: readonly Count[]): { bad: number; bins: number; expected: number } {
  const all = total(counts);
  const length = Math.max(0, ...counts.map(({ marks }) => marks.length));
  const bad = new Float64Array(length);
  const bins = new Float64Array(length);
  for (const { marks } of counts) {
    for (const [index, mark] of marks.entries()) {
      if (mark === GAP) continue;
      bins[index] = (bins[index] ?? 0) + 1;
      bad[index] = (bad[index] ?? 0) + mark;
    }
  }
  let worst = { bad: -1, bins: 0 };
  for (let start = 0; start + WORST <= length; start++) {
    const found = sum(bad.subarray(start, start + WORST));
    if (found > worst.bad) worst = { bad: found, bins: sum(bins.subarray(start, start + WORST)) };
  }
  if (worst.bad < 0) return all;
  const kept = all.bins - worst.bins;
  return { bad: all.bad - worst.bad, bins: kept, expected: all.bins > 0 ? (all.expected * kept) / all.bins : 0 };
}

function sum(numbers: Float64Array): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

interface HostTotal {
  readonly bad: number;
  readonly expected: number;
}

function hostTotals(counts: readonly Count[]): HostTotal[] {
  const byHost = Map.groupBy(counts, ({ host }) => host);
  return [...byHost.values()].map(withoutWorst);
}

/** Pearson's chi square per degree of freedom over hosts that nothing was done to, several windows together; at least 1. */
function dispersionOf(windows: readonly (readonly HostTotal[])[]): number {
  let chiSquare = 0;
  let df = 0;
  for (const hosts of windows) {
    const bad = hosts.reduce((sum, host) => sum + host.bad, 0);
    const expected = hosts.reduce((sum, host) => sum + host.expected, 0);
    if (bad === 0 || expected === 0) continue;
    df += hosts.length - 1;
    for (const host of hosts) {
      const usual = (host.expected * bad) / expected;
      chiSquare += (host.bad - usual) ** 2 / usual;
    }
  }
  return df > 0 ? Math.max(1, chiSquare / df) : 1;
}

/** The baseline against itself. */
function placebos(question: Question, minutes: number): HostTotal[][] {
  return question.undisturbed
    .filter(({ kind }) => kind === "baseline")
    .flatMap((baseline) =>
      placeboPairs(baseline, minutes).map(({ before, after }) =>
        question.seen.remember(`placebo errors ${stateKey(question, baseline)}`, baseline.from, after.to, () =>
          hostTotals(countsOf(question, [{ from: baseline.from, to: before.to }], after)),
        ),
      ),
    );
}
