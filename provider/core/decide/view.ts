import type { Act } from "../act.ts";
import type { CheckPoint } from "../check.ts";
import type { Fleet } from "../fleet.ts";
import type { HookStep } from "../hook.ts";
import type { Trip } from "../impact/guards.ts";
import type { Seen } from "../impact/seen.ts";
import type { Phases } from "../phases.ts";
import type { Plan } from "../plan.ts";
import type { Policy } from "../policy.ts";
import type { QuietHours } from "../quiet.ts";
import type { Approval } from "../record.ts";
import type { RunEvent } from "../reduce.ts";
import type { Ending, RunMemory } from "../run.ts";
import type { Window } from "./window.ts";

/** All that a decision may depend on. Time and windows come in as data. */
export interface View {
  /** Observed after the end of every act that is not in `inFlight`. */
  readonly fleet: Fleet;
  /** The remainder of the roll; undefined when none could be made. */
  readonly plan: Plan | undefined;
  readonly run: RunMemory;
  readonly policy: Policy;
  /** Whose marks are ours. */
  readonly owners: readonly string[];
  readonly inFlight: readonly Act[];
  /** Gates for which the inputs declare a check. */
  readonly checkPoints: ReadonlySet<CheckPoint>;
  /** Steps at which hooks are declared. */
  readonly hooks: ReadonlySet<HookStep>;
  /** When hosts may start, by the policy's windows and freeze periods. */
  readonly window: Window;
  /** When workloads must not move; absent: they may at any time. */
  readonly quiet?: QuietHours;
  /** May `up` itself go on waiting for a window or a person? Otherwise it ends as paused. */
  readonly patient: boolean;
  /** What people let pass, as the fleet record has it. */
  readonly approvals: readonly Approval[];
  /** A safe point is asked for, and why. */
  readonly asked?: "stop" | "time" | "engine";
  /** How long the phases of the roll take; nothing is measured where no workload is probed. */
  readonly phases: Phases;
  /** What is measured; absent where nothing is, or not yet. */
  readonly impact?: ImpactView;
  /** Most hosts in remediation at once that the platform allows. */
  readonly remediations: number;
}

/** What was measured so far. */
export interface ImpactView {
  readonly seen: Seen;
  /** Fleet time up to which everything has arrived. */
  readonly now: number;
  /** Ids of the workloads that are probed. */
  readonly probed: ReadonlySet<string>;
  /** Guards that tripped since the last decision. */
  readonly trips: readonly Trip[];
  /** Hosts that were not touched fail as well: the network or the probes. Nobody is blamed, nothing new begins. */
  readonly trouble?: string;
}

/** What to do now. Events are folded into the run before anything starts; a decision holds events, acts or an ending, never two of them. */
export interface Decision {
  readonly events: readonly RunEvent[];
  readonly start: readonly Act[];
  readonly ending?: Ending;
  /** Nothing to do before this fleet time, unless the world changes. */
  readonly lookAt?: number;
  /** Nothing is left to do before a window opens, or a person approves. */
  readonly waits?: { readonly what: "window" | "approval"; readonly words: string };
  /** Nothing in flight and nothing can start, for this reason: a new plan is needed. */
  readonly stuck?: string;
}

/** No new host is drained after a halt, nor when a safe point is asked for, nor when policy memory was lost. */
export function mayDrain(view: View): boolean {
  return view.run.halt === undefined && view.asked === undefined && view.run.memoryLost !== true;
}

/** A host that is out already may still be taken to the level when policy memory was lost; otherwise as `mayDrain`. */
export function mayRemediate(view: View): boolean {
  return mayDrain({ ...view, run: { ...view.run, memoryLost: false } });
}
