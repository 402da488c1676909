import type { Fleet } from "../core/fleet.ts";
import type { Plan } from "../core/plan.ts";
import type { Policy } from "../core/policy.ts";
import type { QuietHours } from "../core/quiet.ts";
import type { RunMemory } from "../core/run.ts";

/** All that a plan depends on: the same request gives the same plan, byte for byte, on any machine. */
export interface PlanRequest extends PlanOptions {
  /** Moves in flight are in it. */
  readonly fleet: Fleet;
  readonly policy: Policy;
  /** `baselineKey` of the declared baseline. */
  readonly baseline: string;
}

/** What a plan may depend on besides fleet, baseline and policy. */
export interface PlanOptions {
  /** Owners whose marks are ours: their hosts are in hand. */
  readonly owners: readonly string[];
  /** What the run remembers; a memory of another baseline counts only for the hosts in hand. */
  readonly memory?: RunMemory | undefined;
  /** Ids of the workloads that are probed; none: nothing is measured. */
  readonly probed?: readonly string[] | undefined;
  /** When workloads must not move, by the calendar; absent: they may at any time. */
  readonly quiet?: QuietHours | undefined;
  /** The plan that was announced: its order and destinations are kept where they are still valid. */
  readonly previous?: Plan | undefined;
  /**
   * How hard to search, in units of `EFFORT_UNIT` placement tests. Default: that of the approved plan (`policy.approved`), else a fixed
   * function of the size of the fleet.
   */
  readonly effort?: number | undefined;
}
