/** How much the service of an embedded fleet varies by itself. Latencies are on the log scale; `per` bins of 15 s for correlations. */
export interface NoiseFigures {
  /** Standard deviation of a workload's own slow noise, and how much of it is left after one bin. */
  readonly workload: { readonly sd: number; readonly rho: number };
  /** The same of what all workloads of a host share. */
  readonly host: { readonly sd: number; readonly rho: number };
  /** Bursts per hour of a workload and of a host. */
  readonly bursts: { readonly workload: number; readonly host: number };
  /** Standard deviation of one request. */
  readonly request: number;
  /** Standard deviation of what the whole fleet shares, and the range of how much of it a workload follows. */
  readonly common: { readonly sd: number; readonly follows: readonly [number, number] };
  /** Whether there are times in which a share of the requests fails (`outages`): a guard trips at the worst of them, and is right. */
  readonly outages: boolean;
}

export const noiseSets = ["benign", "typical", "hard"] as const;
export type NoiseSet = (typeof noiseSets)[number];

/** Plausible sets, from quiet to rough. */
export const noiseFigures: Readonly<Record<NoiseSet, NoiseFigures>> = {
  benign: {
    workload: { sd: 0.05, rho: 0.3 },
    host: { sd: 0.01, rho: 0.9 },
    bursts: { workload: 0, host: 0 },
    request: 0.3,
    common: { sd: 0.03, follows: [0.9, 1.1] },
    outages: false,
  },
  typical: {
    workload: { sd: 0.1, rho: 0.8 },
    host: { sd: 0.02, rho: 0.95 },
    bursts: { workload: 1, host: 0.5 },
    request: 0.4,
    common: { sd: 0.05, follows: [0.5, 1.5] },
    outages: true,
  },
  hard: {
    workload: { sd: 0.15, rho: 0.9 },
    host: { sd: 0.04, rho: 0.97 },
    bursts: { workload: 2, host: 1 },
    request: 0.5,
    common: { sd: 0.1, follows: [0.3, 1.7] },
    outages: true,
  },
};

/** What the fleet shares is sluggish in every set. */
export const COMMON_RHO = 0.985;
/** Half the difference between day and night. */
export const DAILY = 0.15;

/** Times in which a share of the requests fails: how many per hour, how long on average (seconds), which share. */
export const outages = {
  workload: { perHour: 1 / 6, mean: 20, share: 0.5 },
  host: { perHour: 1 / 48, mean: 20, share: 0.2 },
  common: { perHour: 1 / 3, mean: 15, share: 0.05 },
} as const;

/** Median share of requests of a workload that fail at any time is about this; it differs between workloads. */
export const FAILING = { mean: 0.001, most: 0.2 } as const;
