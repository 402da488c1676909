import { mean } from "simple-statistics";
import { tAbove } from "./distributions.ts";
import type { Spread } from "./question.ts";
import { poolSpreads } from "./spread.ts";

/** Treated minus controls on the log scale, with its standard error and degrees of freedom. */
export interface Difference {
  readonly delta: number;
  readonly se: number;
  readonly df: number;
  /** Mean change of the controls, weighted by precision. */
  readonly control: number;
  /** Standard deviation of a workload's change within its host. */
  readonly within: number;
}

/** Fewer hosts of control than this say too little of how hosts differ over time. */
const FEW_HOSTS = 5;
const FEW_HOSTS_FACTOR = 1.25;

/**
 * Difference in differences, clustered by host: changes of treated workloads (of one host, or a list per host where several are
 * patched at once) minus those of control hosts. `spreads`: of windows of the same length, the one at hand included. Undefined
 * when nothing tells how much hosts differ.
 */
export function difference(
  treated: readonly (readonly number[])[],
  controls: readonly (readonly number[])[],
  spreads: readonly Spread[],
  fewHostsFactor = FEW_HOSTS_FACTOR,
): Difference | undefined {
  const { host, workload } = poolSpreads(spreads);
  if (host.df === 0 || controls.length === 0) return undefined;
  const precisions = controls.map((changes) => 1 / (host.variance + workload.variance / changes.length));
  const precision = precisions.reduce((sum, one) => sum + one, 0);
  const control = controls.reduce((sum, changes, j) => sum + mean([...changes]) * (precisions[j] ?? 0), 0) / precision;
  const all = treated.flat();
  const hostPart = host.variance * (1 / treated.length + 1 / controls.length);
  const workloadPart = workload.variance / all.length + Math.max(0, 1 / precision - host.variance / controls.length);
  const variance = hostPart + workloadPart;
  const perDf = hostPart ** 2 / host.df + (workload.df > 0 ? workloadPart ** 2 / workload.df : 0);
  return {
    delta: mean(all) - control,
    se: Math.sqrt(variance) * (controls.length < FEW_HOSTS ? fewHostsFactor : 1),
    df: variance ** 2 / perDf,
    control,
    within: Math.sqrt(workload.variance),
  };
}

/** 95 % interval. */
export function intervalOf({ delta, se, df }: Pick<Difference, "delta" | "se" | "df">): {
  lower: number;
  upper: number;
} {
  const reach = tAbove(0.025, df) * se;
  return { lower: delta - reach, upper: delta + reach };
}
