import type { Earlier } from "./question.ts";

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

/** Final evidence of the hosts in the order in which they were judged; `hosts`: how many will be judged in full in this roll. */
export function pooled(
  settings: { readonly tolerance: number; readonly hosts: number },
  evidence: readonly Earlier[],
): Pooled | undefined {
  throw new Error(`not yet: ${settings.hosts} ${evidence.length}`);
}
