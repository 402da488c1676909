import type { Spread } from "./question.ts";

/** A roll as far as its power goes. */
export interface Power {
  readonly tolerance: number;
  /** Hosts with probed workloads, and how many such workloads a host has. */
  readonly hosts: number;
  readonly workloadsPerHost: number;
  /** Hosts that are judged in full. */
  readonly judged: number;
  readonly looks: readonly number[];
  /** Measured noise of this fleet; default: typical noise of the reference. */
  readonly spreads?: readonly Spread[];
}

/** The smallest losses (0.12 is 12 %) that this roll finds in four of five cases. Absent: none that it could find. */
export interface Detectable {
  readonly perHost?: number;
  readonly pooled?: number;
}

export function detectable(power: Power): Detectable {
  throw new Error(`not yet: ${power.hosts}`);
}
