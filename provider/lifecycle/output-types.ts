/** How many hosts stand how against the baseline, and which do not comply. */
export interface ComplianceOutput {
  readonly compliant: number;
  readonly drifted: number;
  /** At a later level than the declared one; never taken back. */
  readonly ahead: number;
  /** The platform says that it cannot be brought to the level. */
  readonly blocked: number;
  /** Cannot be reached, or its level could not be read. */
  readonly unknown: number;
  readonly names: {
    readonly drifted: string[];
    readonly ahead: string[];
    readonly blocked: string[];
    readonly unknown: string[];
  };
}

/** What is pending. */
export interface PlanOutput {
  /** To be approved with `policy.approved`. */
  readonly id: string;
  readonly hosts: number;
  readonly moves: number;
  /** Memory that travels. */
  readonly gib: number;
  /** Most likely, fleet time. */
  readonly hours: number;
}

/** The newest run of this resource, as the fleet remembers it. */
export interface RunOutput {
  /** Empty before the first run. */
  readonly id: string;
  readonly outcome: "none" | "unfinished" | "done" | "paused" | "halted" | "halted until acknowledged";
  /** Why it ended as it did; empty for a run that is done. */
  readonly reason: string;
  /** What became of the hosts, in one line. */
  readonly summary: string;
  /** Path of its report on the machine that rolled, in the project folder; empty before the first run. */
  readonly report: string;
}
