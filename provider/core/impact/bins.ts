import { SLICE, type Slice } from "./samples.ts";

/** Slices of a bin of latency (15 s) and of errors (10 s). */
const LATENCY_SLICES = 3;
const ERROR_SLICES = 2;
export const ERROR_BIN = ERROR_SLICES * SLICE;

/** A bin of fewer successes is merged with the next: its median would be one request's luck. */
const LEAST_PER_BIN = 3;

/** The slice at a place of a window: `gap` where nothing was seen, `settling` soon after a move. */
export type Place = Slice | "gap" | "settling";

/** Latency of a series over a window. */
export interface Summary {
  /** Interquartile mean of the bins' medians of ln(latency in ms). Meaningless without bins. */
  readonly value: number;
  /** Filled bins. */
  readonly bins: number;
  /** Successes and all samples. */
  readonly requests: number;
  readonly samples: number;
  /** Slices that were seen, and that could have been: the window without what had to settle. */
  readonly present: number;
  readonly possible: number;
  /** Where the workload was all the time; absent when it was seen on more than one host or not at all. */
  readonly host?: string;
}

/** Summary of a window given slice by slice. */
export function summaryOfPlaces(places: readonly Place[]): Summary {
  const slices = places.filter((place) => typeof place === "object");
  let samples = 0;
  let requests = 0;
  for (const slice of slices) {
    samples += slice.samples.length;
    for (const ms of slice.samples) if (ms !== null) requests += 1;
  }
  const host = onlyHost(places);
  return summaryOf(latencyBins(places), {
    requests,
    samples,
    present: slices.length,
    possible: places.filter((place) => place !== "settling").length,
    ...(host === undefined ? {} : { host }),
  });
}

/** Summary of a window given by its bins' medians. */
export function summaryOf(medians: readonly number[], facts: Omit<Summary, "value" | "bins">): Summary {
  return { value: interquartileMean(medians), bins: medians.length, ...facts };
}

/** Medians of ln(latency) in bins of 15 s from the start of the window on. */
export function latencyBins(places: readonly Place[]): number[] {
  const medians: number[] = [];
  let open: number[] = [];
  for (let start = 0; start < places.length; start += LATENCY_SLICES) {
    let isGap = true;
    for (let index = start; index < Math.min(start + LATENCY_SLICES, places.length); index++) {
      const place = places[index];
      if (typeof place !== "object") continue;
      isGap = false;
      for (const ms of place.samples) if (ms !== null) open.push(ms);
    }
    // What was left over does not wait across a gap.
    if (isGap) open = [];
    if (open.length < LEAST_PER_BIN) continue;
    sortFew(open);
    medians.push(lnMedian(open));
    open = [];
  }
  return medians;
}

/** A window has thousands of bins, of fifteen samples each: for so few the library's sort is slow. */
function sortFew(values: number[]): void {
  if (values.length > FEW) {
    values.sort((a, b) => a - b);
    return;
  }
  for (let index = 1; index < values.length; index++) {
    const value = values[index] ?? 0;
    let place = index;
    for (; place > 0 && (values[place - 1] ?? 0) > value; place--) values[place] = values[place - 1] ?? 0;
    values[place] = value;
  }
}

const FEW = 64;

/** Median of ln(latency): the logarithm keeps the order, so only the middle needs it. */
function lnMedian(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const upper = lnOf(sorted[middle] ?? 0);
  return sorted.length % 2 === 1 ? upper : (lnOf(sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Mean without the lowest and the highest quarter: bursts and blips fill less than a quarter of a window. */
export function interquartileMean(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const cut = Math.floor(values.length / 4);
  const middle = Float64Array.from(values)
    .sort()
    .subarray(cut, values.length - cut);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** Marks a bin in which nothing was seen. */
export const GAP = 255;

/** A number for each 10 s from the start of the window on: 0 all went well, 1 something failed, `GAP` nothing was seen. */
export function badBins(places: readonly Place[]): Uint8Array {
  const bins = new Uint8Array(Math.floor(places.length / ERROR_SLICES)).fill(GAP);
  for (let bin = 0; bin < bins.length; bin++) {
    for (const place of places.slice(bin * ERROR_SLICES, (bin + 1) * ERROR_SLICES)) {
      if (typeof place !== "object" || place.samples.length === 0) continue;
      if (place.samples.includes(null)) bins[bin] = 1;
      else if (bins[bin] === GAP) bins[bin] = 0;
    }
  }
  return bins;
}

/** Probes cannot measure less than this (ms), and the logarithm needs something to hold on to. */
const LEAST_LATENCY = 1e-3;

function lnOf(ms: number): number {
  return Math.log(Math.max(ms, LEAST_LATENCY));
}

/** The host of all slices that were seen; undefined where there are several, or none. */
export function onlyHost(places: readonly Place[]): string | undefined {
  let host: string | undefined;
  for (const place of places) {
    if (typeof place !== "object") continue;
    if (host !== undefined && place.host !== host) return undefined;
    host = place.host;
  }
  return host;
}
