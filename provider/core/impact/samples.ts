/** Fleet milliseconds of one slice; every bin of the verdict is made of whole slices. */
export const SLICE = 5_000;

/** What one probe saw of one workload in `SLICE` (5 s) of fleet time. A slice that is missing is a gap, never "nothing failed". */
export interface Slice {
  /** Name of the probe. */
  readonly probe: string;
  readonly workload: string;
  /** Where the workload ran, at the end of the slice. */
  readonly host: string;
  /** Start, fleet ms, a multiple of `SLICE`. */
  readonly at: number;
  /** In the order in which they were sent, on schedule: latency in ms of a success, null for a failure. */
  readonly samples: readonly (number | null)[];
}

/** The end of a move of a workload, as seen, fleet ms. */
export interface MoveSeen {
  readonly workload: string;
  readonly at: number;
}
