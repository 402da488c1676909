import { mean } from "simple-statistics";
import type { Spread } from "./question.ts";

/** Variance with its degrees of freedom; none: nothing is known. */
export interface Variance {
  readonly variance: number;
  readonly df: number;
}

/** Most degrees of freedom that are believed, however many were pooled: old noise is not new noise. */
const MOST_HOST_DF = 60;
const MOST_WORKLOAD_DF = 400;

/** Hosts differ by at least half a percent: a fleet that seems quieter was looked at too briefly. */
const LEAST_HOST_VARIANCE = 0.005 ** 2;

/** How changes of unpatched workloads differ between hosts and within a host: one-way analysis of variance, unbalanced. */
export function spreadOf(minutes: number, changes: readonly (readonly number[])[]): Spread {
  const hosts = changes.filter((host) => host.length > 0);
  const all = hosts.flat();
  const workloadDf = all.length - hosts.length;
  const hostDf = Math.max(0, hosts.length - 1);
  const within = sum(hosts.map((host) => sum(host.map((change) => (change - mean([...host])) ** 2))));
  const workload = { variance: workloadDf > 0 ? within / workloadDf : 0, df: workloadDf };
  if (hostDf === 0) return { minutes, host: { variance: 0, df: 0 }, workload };
  const grand = mean(all);
  const between = sum(hosts.map((host) => host.length * (mean([...host]) - grand) ** 2)) / hostDf;
  const usual = (all.length - sum(hosts.map((host) => host.length ** 2)) / all.length) / hostDf;
  // May be negative, and has to stay so until it is pooled: cut off at zero it would be too large on average.
  return { minutes, host: { variance: (between - workload.variance) / usual, df: hostDf }, workload };
}

/** Spreads of equal windows as one, weighted by their degrees of freedom. */
export function poolSpreads(spreads: readonly Spread[]): { readonly host: Variance; readonly workload: Variance } {
  const host = pool(spreads.map(({ host }) => host));
  const workload = pool(spreads.map(({ workload }) => workload));
  return {
    host: { variance: Math.max(host.variance, LEAST_HOST_VARIANCE), df: Math.min(host.df, MOST_HOST_DF) },
    workload: { variance: Math.max(workload.variance, 0), df: Math.min(workload.df, MOST_WORKLOAD_DF) },
  };
}

function pool(variances: readonly Variance[]): Variance {
  const df = sum(variances.map((one) => one.df));
  return { variance: df > 0 ? sum(variances.map((one) => one.variance * one.df)) / df : 0, df };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
