import { intervalOf } from "./difference.ts";
import { normalAbove, normalTail, tAbove } from "./distributions.ts";
import type { Earlier } from "./question.ts";
import { counted, percent, signed } from "./words.ts";

/** The patch's cost over all hosts that were measured so far. */
export interface Pooled {
  /** Mean change, ln scale, weighted by precision; its standard error, degrees of freedom and 95 % interval. */
  readonly delta: number;
  readonly se: number;
  readonly df: number;
  readonly lower: number;
  readonly upper: number;
  readonly hosts: number;
  readonly workloads: number;
  /** The patch costs at least half the tolerance: halt. Never from one host alone. */
  readonly halt: boolean;
  /** "This patch costs +3.1 % median latency (95 % CI 1.9 to 4.4; 9 hosts, 86 workloads)". */
  readonly sentence: string;
}

/** One-sided error budget of the pooled test over the whole roll. */
const BUDGET = 0.0017;

const MOST_DF = 400;

/**
 * All hosts together: small losses that no host shows by itself. `evidence`: final evidence in the order in which hosts were
 * judged; hosts without an estimate are passed over. `hosts`: how many will be judged in full in this roll. Undefined before the
 * first estimate.
 */
export function pooled(
  settings: { readonly tolerance: number; readonly hosts: number },
  evidence: readonly Earlier[],
): Pooled | undefined {
  // Without controls a change is not known to be the patch's.
  const estimates = evidence.flatMap(({ estimate }) =>
    estimate !== undefined && estimate.controls.hosts > 0 ? estimate : [],
  );
  if (estimates.length === 0) return undefined;
  const count = estimates.length;
  const precision = estimates.reduce((sum, { se }) => sum + se ** -2, 0);
  const delta = estimates.reduce((sum, { delta, se }) => sum + delta * se ** -2, 0) / precision;
  const apart = estimates.reduce((sum, one) => sum + ((one.delta - delta) / one.se) ** 2, 0);
  // Where hosts differ by more than their noise, the patch does not cost the same everywhere.
  const se = Math.sqrt(Math.max(1, count > 1 ? apart / (count - 1) : 1) / precision);
  const df = Math.min(
    MOST_DF,
    estimates.reduce((sum, { df }) => sum + df, 0),
  );
  const level = pooledLevel(count, Math.max(settings.hosts, count));
  const mean = { delta, se, df, ...intervalOf({ delta, se, df }) };
  const workloads = estimates.reduce((sum, { treated }) => sum + treated, 0);
  const halt = count > 1 && delta >= Math.log1p(settings.tolerance / 2) && level > 0 && delta / se > tAbove(level, df);
  return { ...mean, hosts: count, workloads, halt, sentence: sentenceOf(mean, count, workloads) };
}

/** One-sided level of the pooled test after the k-th of so many hosts. */
export function pooledLevel(k: number, hosts: number): number {
  return spent(k / hosts) - spent((k - 1) / hosts);
}

/** O'Brien-Fleming: of the budget, what may be spent once this part of the hosts is known. Little at first. */
function spent(part: number): number {
  return part <= 0 ? 0 : 2 * normalTail(normalAbove(BUDGET / 2) / Math.sqrt(part));
}

function sentenceOf(
  { delta, lower, upper }: { delta: number; lower: number; upper: number },
  hosts: number,
  workloads: number,
): string {
  const figures = `${percent(lower)} to ${percent(upper)}; ${counted(hosts, "host")}, ${counted(workloads, "workload")}`;
  return `This patch costs ${signed(delta)} % median latency (95 % CI ${figures})`;
}
