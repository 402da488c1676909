import { Random } from "./random.ts";

/** Seconds of a bin of errors. */
export const ERROR_SECONDS = 10;

/** How errors come: of single requests, and in outages of a workload, a host or everything. */
export interface ErrorSet {
  /** Usual share of failed requests; every workload has its own, spread around it. */
  readonly base: number;
  /** Outages an hour, share of requests that fail in one, mean seconds. */
  readonly workload: Outages;
  readonly host: Outages;
  readonly common: Outages;
  /** Requests a second of a workload. */
  readonly rate: number;
}

export interface Outages {
  readonly perHour: number;
  readonly share: number;
  readonly seconds: number;
}

export const usualErrors: ErrorSet = {
  base: 0.001,
  workload: { perHour: 1 / 6, share: 0.5, seconds: 20 },
  host: { perHour: 1 / 48, share: 0.2, seconds: 20 },
  common: { perHour: 1 / 3, share: 0.05, seconds: 15 },
  rate: 1,
};

/** Of one workload: its usual share of failures, and what comes on top second by second. */
export interface ErrorCourse {
  readonly base: number;
  /** Chance that a bin is good as far as outages go. */
  readonly good: Float64Array;
  /** One uniform number a bin: it is bad when this exceeds the chance that all went well. */
  readonly luck: Float32Array;
}

export function outages(
  set: ErrorSet,
  size: { readonly hosts: number; readonly workloadsPerHost: number; readonly bins: number },
  seed: number,
): ErrorCourse[][] {
  const random = new Random(seed);
  const common = survival(set, set.common, size.bins, random);
  return Array.from({ length: size.hosts }, () => {
    const host = survival(set, set.host, size.bins, random);
    return Array.from({ length: size.workloadsPerHost }, () => {
      const good = survival(set, set.workload, size.bins, random);
      const luck = new Float32Array(size.bins);
      for (let bin = 0; bin < size.bins; bin++) {
        good[bin] = (good[bin] ?? 1) * (host[bin] ?? 1) * (common[bin] ?? 1);
        luck[bin] = random.uniform();
      }
      return { base: Math.min(0.2, set.base * Math.exp(random.normal() - 0.5)), good, luck };
    });
  });
}

/** Chance that no request of a bin falls to these outages. */
function survival(set: ErrorSet, kind: Outages, bins: number, random: Random): Float64Array {
  const good = new Float64Array(bins).fill(1);
  if (kind.perHour <= 0) return good;
  const mean = 3600 / kind.perHour;
  const total = bins * ERROR_SECONDS;
  for (let start = random.exponential(mean); start < total; start += random.exponential(mean)) {
    const end = Math.min(total, start + random.exponential(kind.seconds));
    for (let bin = Math.floor(start / ERROR_SECONDS); bin * ERROR_SECONDS < end; bin++) {
      const seconds = Math.min(end, (bin + 1) * ERROR_SECONDS) - Math.max(start, bin * ERROR_SECONDS);
      good[bin] = (good[bin] ?? 1) * (1 - kind.share) ** (seconds * set.rate);
    }
  }
  return good;
}
