import type { Limit, Watch } from "./guards.ts";
import type { Interval } from "./question.ts";
import { SLICE, type Slice } from "./samples.ts";
import type { Series } from "./seen.ts";
import { SETTLE } from "./settings.ts";

const SECOND = 1_000;

/** Requests and failures of a stretch of time. */
export interface Tally {
  readonly sent: number;
  readonly failed: number;
}

/** Windows of a limit, seconds. */
const LIMIT_SECONDS = 30;

/** Fewer samples do not make a quantile. */
const LEAST_SAMPLES = 5;

/** Where a series is at a moment: the host of the slice that ends there; undefined in a gap. */
export function hostAt(series: Series, at: number): string | undefined {
  return series.slices(at - SLICE, at)[0]?.host;
}

export function isSettling({ moves }: Series, at: number): boolean {
  return moves.some((move) => at + SLICE > move && at < move + SETTLE);
}

/** Seconds before a moment, without what has to settle. */
export function settledSlices(series: Series, at: number, seconds: number): Slice[] {
  return series.slices(at - seconds * SECOND, at).filter((slice) => !isSettling(series, slice.at));
}

export function tally(slices: readonly Slice[]): Tally {
  let sent = 0;
  let failed = 0;
  for (const { samples } of slices) {
    sent += samples.length;
    for (const ms of samples) if (ms === null) failed += 1;
  }
  return { sent, failed };
}

/** The unbroken row of failures that ends at a moment; a gap, a success and a settling move break it. */
export function rowOfFailures(series: Series, at: number): { readonly count: number; readonly from: number } {
  let count = 0;
  let from = at;
  for (let start = at - SLICE; !isSettling(series, start); start -= SLICE) {
    const [slice] = series.slices(start, start + SLICE);
    if (slice === undefined) break;
    const good = slice.samples.findLastIndex((ms) => ms !== null);
    count += slice.samples.length - 1 - good;
    if (good >= 0) {
      // Samples are sent evenly: the row began with the one after the last success.
      if (good < slice.samples.length - 1) from = start + (SLICE * (good + 1)) / slice.samples.length;
      break;
    }
    if (slice.samples.length > 0) from = start;
  }
  return { count, from };
}

/** Series that nothing was done to: on other hosts, without a fresh move. */
export function controlsAt({ seen, touched, host }: Watch, at: number): Series[] {
  return seen.series.filter((series) => {
    const there = hostAt(series, at);
    return there !== undefined && there !== host && !touched.has(there) && !isSettling(series, at - SLICE);
  });
}

/** Whether a limit was exceeded in each of so many successive windows that end at a moment. */
export function exceeds(series: Series, limit: Limit, at: number, windows: number): boolean {
  return windowsBefore(series, at, windows).every((slices) => isOver(slices, limit) === true);
}

/** Whether it was so before already: in any such row of windows of the reference. */
export function exceededBefore(series: Series, limit: Limit, { from, to }: Interval, windows: number): boolean {
  const length = LIMIT_SECONDS * SECOND;
  for (let end = from + windows * length; end <= to; end += length)
    if (exceeds(series, limit, end, windows)) return true;
  return false;
}

/** For so many windows up to now no limit of this series' probe was exceeded. */
export function isUnderLimit(series: Series, { limits = [], now }: Watch, windows: number): boolean {
  const own = limits.filter(({ probe }) => probe === series.probe);
  return own.every((limit) => windowsBefore(series, now, windows).every((slices) => isOver(slices, limit) === false));
}

/** At most this share failed in these seconds, and there is data. With `host`: of what ran there. */
export function isQuiet(all: readonly Series[], now: number, seconds: number, share: number, host?: string): boolean {
  const slices = all
    .flatMap((series) => series.slices(now - seconds * SECOND, now))
    .filter((slice) => host === undefined || slice.host === host);
  const { sent, failed } = tally(slices);
  const covered = new Set(slices.map(({ at }) => at)).size;
  return sent > 0 && covered * SLICE >= seconds * SECOND && (share === 0 ? failed === 0 : failed < share * sent);
}

function windowsBefore(series: Series, at: number, windows: number): Slice[][] {
  const length = LIMIT_SECONDS * SECOND;
  // Where it was before is another story.
  const host = hostAt(series, at);
  return Array.from({ length: windows }, (_, index) =>
    settledSlices(series, at - (windows - 1 - index) * length, LIMIT_SECONDS).filter((slice) => slice.host === host),
  );
}

/** Undefined: too little data. */
function isOver(slices: readonly Slice[], { quantile = 0.95, ms: limit }: Limit): boolean | undefined {
  const samples = slices.flatMap((slice) => slice.samples);
  if (samples.length < LEAST_SAMPLES) return undefined;
  return samples.filter((ms) => ms === null || ms > limit).length > (1 - quantile) * samples.length;
}
