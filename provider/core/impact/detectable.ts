import { difference } from "./difference.ts";
import { normalAbove, normalTail, tAbove } from "./distributions.ts";
import { pooledLevel } from "./pooled.ts";
import type { Spread } from "./question.ts";
import { CONFIRM_LEVEL, CONFIRM_MINUTES, lookLevel } from "./settings.ts";

/** A roll as far as its power goes. */
export interface Power {
  readonly tolerance: number;
  /** Hosts of the roll, and those with probed workloads; how many such workloads a host has. */
  readonly hosts: number;
  readonly probedHosts: number;
  readonly workloadsPerHost: number;
  /** Hosts that are judged in full. */
  readonly judged: number;
  readonly looks: readonly number[];
  /** Measured noise of this fleet (`placeboSpreads` of its baseline); default: the typical noise of the simulations. */
  readonly spreads?: readonly Spread[];
}

/** The smallest losses (0.12 is 12 %) that this roll finds in four of five cases. Absent: none up to a hundred times as slow. */
export interface Detectable {
  /** On the first host that is judged. */
  readonly perHost?: number;
  /** By all judged hosts together. */
  readonly pooled?: number;
}

const WANTED = 0.8;

/**
 * Standard deviations of changes between hosts and between workloads of a host, at one request a second, by minutes of the window
 * after: what the reference's table of standard errors comes from.
 */
const TYPICAL = [
  { minutes: 5, host: 0.0276, workload: 0.09 },
  { minutes: 10, host: 0.0225, workload: 0.0688 },
  { minutes: 20, host: 0.0194, workload: 0.0587 },
];

export function detectable(power: Power): Detectable {
  if (power.probedHosts < 2 || power.workloadsPerHost < 2 || power.looks.length === 0) return {};
  const perHost = power.judged > 0 ? smallest((delta) => hostPower(power, delta)) : undefined;
  const pooled = power.judged > 1 ? smallestPooled(power) : undefined;
  return { ...(perHost !== undefined && { perHost }), ...(pooled !== undefined && { pooled }) };
}

/** The smallest loss with enough power, by halving: power grows with the loss. */
function smallest(powerAt: (delta: number) => number): number | undefined {
  let low = 0;
  let high = Math.log(100);
  if (powerAt(high) < WANTED) return undefined;
  while (high - low > 1e-4) {
    const middle = (low + high) / 2;
    if (powerAt(middle) < WANTED) low = middle;
    else high = middle;
  }
  return Math.expm1(high);
}

/**
 * Chance that some look makes the host suspect and the next minutes confirm it. All windows of a host share the noise of its
 * reference, about half of what is left at the last look; given that, looks and confirmations are taken as independent.
 */
function hostPower(power: Power, delta: number): number {
  const { looks, tolerance, hosts } = power;
  const level = lookLevel({ hosts, looks, tolerance });
  const margin = Math.log1p(tolerance);
  const shared = errorAt(power, looks.at(-1) ?? CONFIRM_MINUTES).se * Math.SQRT1_2;
  const passes = (minutes: number, at: number, alpha: number) => {
    const { se, df } = errorAt(power, minutes);
    const own = Math.sqrt(Math.max(1e-12, se ** 2 - shared ** 2));
    return normalTail((Math.max(margin, tAbove(alpha, df) * se) - at) / own);
  };
  let found = 0;
  for (let part = 0.5; part < PARTS; part++) {
    const at = delta + shared * normalAbove(part / PARTS);
    const confirmed = passes(CONFIRM_MINUTES, at, CONFIRM_LEVEL);
    found += 1 - looks.reduce((missed, minutes) => missed * (1 - confirmed * passes(minutes, at, level)), 1);
  }
  return found / PARTS;
}

/** The noise that windows share is cut into so many equally likely parts. */
const PARTS = 50;

/** By the mean over so many hosts as serve best, mostly all of them. */
function smallestPooled(power: Power): number {
  const { judged, tolerance, looks } = power;
  // Most hosts are through after ten minutes.
  const one = errorAt(power, Math.min(10, looks.at(-1) ?? 10));
  const losses = Array.from({ length: judged - 1 }, (_, index) => index + 2).flatMap((count) => {
    const level = pooledLevel(count, judged);
    const se = one.se / Math.sqrt(count);
    if (level <= 0) return [];
    return (
      Math.max(Math.log1p(tolerance / 2), tAbove(level, Math.min(400, one.df * count)) * se) +
      normalAbove(1 - WANTED) * se
    );
  });
  return Math.expm1(Math.min(...losses));
}

/** Standard error of a host's change, as `difference` will find it. */
function errorAt(power: Power, minutes: number): { readonly se: number; readonly df: number } {
  const controls = power.probedHosts - 1;
  const made = { host: Array.from({ length: power.workloadsPerHost }, () => 0) };
  const found = difference(
    [made.host],
    Array.from({ length: Math.min(controls, MOST_CONTROLS) }, () => made.host),
    spreadsAt(power, minutes),
  );
  return found ?? { se: Number.POSITIVE_INFINITY, df: 1 };
}

/** More controls than this change nothing any more. */
const MOST_CONTROLS = 200;

function spreadsAt({ spreads = [], probedHosts, workloadsPerHost }: Power, minutes: number): readonly Spread[] {
  const measured = spreads.filter((spread) => spread.minutes === minutes);
  if (measured.length > 0) return measured;
  const typical = TYPICAL.findLast((row) => row.minutes <= minutes) ?? TYPICAL[0];
  const df = {
    host: WINDOWS_POOLED * (probedHosts - 1),
    workload: WINDOWS_POOLED * probedHosts * (workloadsPerHost - 1),
  };
  const { host = 0, workload = 0 } = typical ?? {};
  return [
    { minutes, host: { variance: host ** 2, df: df.host }, workload: { variance: workload ** 2, df: df.workload } },
  ];
}

/** The controls of a host's own window and two pairs of windows of the baseline, or more of earlier hosts. */
const WINDOWS_POOLED = 3;
