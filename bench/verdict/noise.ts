import { Random } from "./random.ts";

/** Seconds of a bin of latency. */
export const BIN_SECONDS = 15;

/** How noisy a fleet is; ln latency. */
export interface NoiseSet {
  /** Workload and host: standard deviation and correlation from bin to bin. */
  readonly workload: { readonly sd: number; readonly rho: number };
  readonly host: { readonly sd: number; readonly rho: number };
  /** Bursts an hour. */
  readonly hostBursts: number;
  readonly workloadBursts: number;
  /** Spread of single requests. */
  readonly requests: number;
  /** Drift that all share, to different degrees. */
  readonly common: number;
  readonly share: readonly [number, number];
}

export const noiseSets = {
  benign: {
    workload: { sd: 0.05, rho: 0.3 },
    host: { sd: 0.01, rho: 0.9 },
    hostBursts: 0,
    workloadBursts: 0,
    requests: 0.3,
    common: 0.03,
    share: [0.9, 1.1],
  },
  typical: {
    workload: { sd: 0.1, rho: 0.8 },
    host: { sd: 0.02, rho: 0.95 },
    hostBursts: 0.5,
    workloadBursts: 1,
    requests: 0.4,
    common: 0.05,
    share: [0.5, 1.5],
  },
  hard: {
    workload: { sd: 0.15, rho: 0.9 },
    host: { sd: 0.04, rho: 0.97 },
    hostBursts: 1,
    workloadBursts: 2,
    requests: 0.5,
    common: 0.1,
    share: [0.3, 1.7],
  },
} as const satisfies Record<string, NoiseSet>;

/** Correlation of the common drift from bin to bin. */
const COMMON_RHO = 0.985;

export interface FleetSize {
  readonly hosts: number;
  readonly workloadsPerHost: number;
  readonly bins: number;
  /** Requests a second of a workload. */
  readonly rate: number;
}

/** ln of the median latency of every workload in every bin, host by host, with nothing done to any of them. */
export function noise(set: NoiseSet, size: FleetSize, seed: number): Float64Array[][] {
  const random = new Random(seed);
  const common = commonDrift(set, size.bins, random);
  return Array.from({ length: size.hosts }, () => {
    const host = walk(set.host, size.bins, random);
    addBursts(host, set.hostBursts, random);
    return Array.from({ length: size.workloadsPerHost }, () => workloadNoise(set, size, common, host, random));
  });
}

function workloadNoise(
  set: NoiseSet,
  size: FleetSize,
  common: Float64Array,
  host: Float64Array,
  random: Random,
): Float64Array {
  const own = walk(set.workload, size.bins, random);
  addBursts(own, set.workloadBursts, random);
  const base = random.between(2, 5);
  const share = random.between(...set.share);
  const sampling = (set.requests * 1.2533) / Math.sqrt(size.rate * BIN_SECONDS);
  for (let bin = 0; bin < size.bins; bin++)
    own[bin] = base + share * at(common, bin) + at(host, bin) + at(own, bin) + sampling * random.normal();
  return own;
}

function commonDrift(set: NoiseSet, bins: number, random: Random): Float64Array {
  const drift = walk({ sd: set.common, rho: COMMON_RHO }, bins, random);
  const phase = random.uniform();
  for (let bin = 0; bin < bins; bin++)
    drift[bin] = at(drift, bin) + 0.15 * Math.sin(2 * Math.PI * ((bin * BIN_SECONDS) / 86_400 + phase));
  return drift;
}

/** Stationary autoregression of the first order. */
function walk({ sd, rho }: { readonly sd: number; readonly rho: number }, bins: number, random: Random): Float64Array {
  const values = new Float64Array(bins);
  const step = sd * Math.sqrt(1 - rho * rho);
  let value = sd * random.normal();
  for (let bin = 0; bin < bins; bin++) {
    values[bin] = value;
    value = rho * value + step * random.normal();
  }
  return values;
}

function addBursts(values: Float64Array, perHour: number, random: Random): void {
  if (perHour <= 0) return;
  const mean = 3600 / perHour / BIN_SECONDS;
  for (let start = random.exponential(mean); start < values.length; start += random.exponential(mean)) {
    const height = random.between(0.2, 0.8);
    const length = 1 + Math.floor(random.exponential(45) / BIN_SECONDS);
    for (let bin = Math.floor(start); bin < Math.min(values.length, Math.floor(start) + length); bin++)
      values[bin] = at(values, bin) + height;
  }
}

function at(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}
