// Written by tools/sdk-args.ts from the schemas in provider: do not edit.

/** Hosts that do not comply, by name, sorted. */
export interface ComplianceNames {
  /** Below the declared level. */
  readonly drifted: string[];
  /** At a later level. */
  readonly ahead: string[];
  /** Cannot be brought to the level. */
  readonly blocked: string[];
  /** Cannot be reached, or of no known level. */
  readonly unknown: string[];
}

/** How many hosts stand how against the baseline, and which do not comply. */
export interface Compliance {
  /** Hosts at the declared level, proven. */
  readonly compliant: number;
  /** Hosts below it. */
  readonly drifted: number;
  /** Hosts at a later level than the declared one; never taken back. */
  readonly ahead: number;
  /** Hosts of which the platform says that they cannot be brought to the level. */
  readonly blocked: number;
  /** Hosts that cannot be reached, or whose level could not be read. */
  readonly unknown: number;
  /** Those that do not comply. */
  readonly names: ComplianceNames;
}

/** What is pending. */
export interface PendingPlan {
  /** To be approved with `policy.approved`. */
  readonly id: string;
  /** Hosts that the roll takes to the level. */
  readonly hosts: number;
  /** Live migrations. */
  readonly moves: number;
  /** GiB of memory that travel. */
  readonly gib: number;
  /** Expected, fleet time. */
  readonly hours: number;
}

/** The newest run of the resource, as the fleet remembers it. */
export interface Run {
  /** Empty before the first run. */
  readonly id: string;
  /** How it ended; none: there was no run yet; unfinished: it goes on, or its process has died. */
  readonly outcome: "none" | "unfinished" | "done" | "paused" | "halted" | "halted until acknowledged";
  /** Why it ended as it did; empty for a run that is done. */
  readonly reason: string;
  /** What became of the hosts, in one line. */
  readonly summary: string;
  /** Path of its report on the machine that rolled, in the project folder; empty before the first run. */
  readonly report: string;
}

/** A host as it is now. */
export interface FleetHost {
  /** Unique in the fleet. */
  readonly name: string;
  /** Level that it is seen at; "unknown" where none could be read. */
  readonly level: string;
  /** Level that the baseline asks of it. */
  readonly wanted: string;
  /** How it stands against the baseline. */
  readonly compliance: "compliant" | "drifted" | "ahead" | "blocked" | "unknown";
  /** Why it is not plainly compliant or drifted; empty otherwise. */
  readonly reason: string;
  /** up: answers; down: patching, rebooting or off; unreachable: nothing is known. */
  readonly state: "up" | "down" | "unreachable";
  /** Takes no new workloads. */
  readonly cordoned: boolean;
  /** An operator has taken it away. */
  readonly held: boolean;
  /** Whose roll has it out: `project/stack/name`; absent when none has. */
  readonly owner?: string;
  /** Failure domain; absent: one of its own. */
  readonly domain?: string;
  /** Workloads that run on it. */
  readonly workloads: number;
}

/** A host's part in a roll. */
export interface PlannedHost {
  /** Unique in the fleet. */
  readonly name: string;
  /** Level that it is seen at; "unknown" where none could be read. */
  readonly level: string;
  /** Level that the baseline asks of it. */
  readonly wanted: string;
  /** Hosts that go at the same time share one; a view, not a barrier. */
  readonly wave: number;
  /** Goes alone, before all others. */
  readonly canary: boolean;
  /** Hosts that must be back before it starts. */
  readonly after: string[];
  /** Workloads that move off it. */
  readonly evacuate: number;
  /** Workloads that move onto it when it is back. */
  readonly putBack: number;
  /** Why it stands at this place of the order. */
  readonly why: string;
}

/** Why there is no plan, and what would allow one. */
export interface Refusal {
  /** What stands in the way, each in a sentence. */
  readonly reasons: string[];
  /** The smallest change found that would allow it; empty when none is known. */
  readonly unlock: string;
}

/** What `getFleet` answers. */
export interface GetFleetResult {
  /** Canonical URI of the target. */
  readonly target: string;
  /** Every host, by name. */
  readonly hosts: FleetHost[];
  /** Workloads of the fleet, stopped ones included. */
  readonly workloads: number;
}

/** What `getCompliance` answers. */
export interface GetComplianceResult {
  /** How many stand how, and which do not comply. */
  readonly compliance: Compliance;
  /** Level by host. */
  readonly hosts: Record<string, string>;
  /** By host, why it is not plainly compliant or drifted; such hosts only. */
  readonly reasons: Record<string, string>;
}

/** What `planRoll` answers. */
export interface PlanRollResult {
  /** What `pulumi up` would do. */
  readonly outlook: "nothing" | "roll" | "left alone" | "refused" | "halted";
  /** Why drift is left alone, or why there is no roll. */
  readonly why?: string;
  /** The roll in figures, also one that the policy leaves alone; absent when there is none. */
  readonly plan?: PendingPlan;
  /** Hosts of that roll in the order in which they start. */
  readonly hosts: PlannedHost[];
  /** How settings turned into numbers, and which should-rules were given up. */
  readonly notes: string[];
  /** Why there is no plan. */
  readonly refusal?: Refusal;
  /** The plan as a preview prints it. */
  readonly text: string;
}
