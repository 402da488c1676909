import { mean, quantileSorted, sampleVariance } from "simple-statistics";
import { interquartileMean } from "./bins.ts";
import { tAbove } from "./distributions.ts";
import type { Interval } from "./question.ts";
import { SLICE } from "./samples.ts";
import type { Seen, Series } from "./seen.ts";
import { MINUTE, SETTLE } from "./settings.ts";

/** Change of tail latency over the patched hosts: for the report only, its intervals are too narrow to judge by. */
export interface Tail {
  readonly quantile: number;
  /** Mean change of ln(quantile) against the controls, over hosts. */
  readonly delta: number;
  /** 95 % interval from the spread between hosts; absent where it would promise too much. */
  readonly lower?: number;
  readonly upper?: number;
  readonly hosts: number;
}

/** One judged host: when it was looked at, and who is compared. */
export interface TailWindow {
  readonly host: string;
  readonly before: Interval;
  readonly after: Interval;
  /** Workloads that counted in the verdict, and hosts of control. */
  readonly workloads: readonly string[];
  readonly controls: ReadonlySet<string>;
}

/** An interval is shown from so many hosts on, and for p99 only with so many requests a second of each workload. */
const LEAST_HOSTS = 5;
const LEAST_RATE = 5;

/** The tail over the hosts that were judged; undefined without data, and for quantiles beyond p95 below 5 requests a second. */
export function tailOf(seen: Seen, windows: readonly TailWindow[], quantile: number): Tail | undefined {
  if (quantile > 0.95 && rateOf(seen, windows) < LEAST_RATE) return undefined;
  const changes = windows.flatMap((window) => hostChange(seen, window, quantile) ?? []);
  if (changes.length === 0) return undefined;
  const delta = mean(changes);
  if (changes.length < LEAST_HOSTS) return { quantile, delta, hosts: changes.length };
  const reach = tAbove(0.025, changes.length - 1) * Math.sqrt(sampleVariance(changes) / changes.length);
  return { quantile, delta, lower: delta - reach, upper: delta + reach, hosts: changes.length };
}

function hostChange(
  seen: Seen,
  { host, before, after, workloads, controls }: TailWindow,
  quantile: number,
): number | undefined {
  const own: number[] = [];
  const others: number[] = [];
  for (const series of seen.series) {
    const home = series.host(after.from, after.to);
    if (home === undefined || home !== series.host(before.from, before.to)) continue;
    const isOwn = home === host && workloads.includes(series.workload);
    if (!isOwn && !controls.has(home)) continue;
    const change = tailIn(series, after, quantile) - tailIn(series, before, quantile);
    if (Number.isFinite(change)) (isOwn ? own : others).push(change);
  }
  return own.length > 0 && others.length > 0 ? mean(own) - mean(others) : undefined;
}

/** ln of the quantile minute by minute, then their interquartile mean: one burst is one minute. */
function tailIn(series: Series, { from, to }: Interval, quantile: number): number {
  const minutes: number[] = [];
  for (let start = from; start + MINUTE <= to; start += MINUTE) {
    const samples = series
      .slices(start, start + MINUTE)
      .filter(({ at }) => !series.moves.some((move) => at + SLICE > move && at < move + SETTLE))
      .flatMap((slice) => slice.samples.filter((ms) => ms !== null));
    if (samples.length === 0) continue;
    minutes.push(
      Math.log(
        Math.max(
          1e-3,
          quantileSorted(
            samples.sort((a, b) => a - b),
            quantile,
          ),
        ),
      ),
    );
  }
  return interquartileMean(minutes);
}

/** Requests a second of the slowest probed workload that counts. */
function rateOf(seen: Seen, windows: readonly TailWindow[]): number {
  const rates = windows.flatMap(({ workloads, after }) =>
    seen.series
      .filter(({ workload }) => workloads.includes(workload))
      .map((series) => (1000 * series.summary(after.from, after.to).samples) / Math.max(1, after.to - after.from)),
  );
  return rates.length === 0 ? 0 : Math.min(...rates);
}
