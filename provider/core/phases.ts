import type { Policy } from "./policy.ts";
import type { RunMemory } from "./run.ts";
import { partOf } from "./share.ts";

const MINUTE = 60_000;
/** Until a host that goes beside others gives its place back, with clean guards. */
const REST = 2 * MINUTE;
/** Fewer hosts have few controls: they are watched longer before the first one is touched. */
const FEW_HOSTS = 7;
/** At full load errors are looked at so long after the put-back, whether or not the host has been released. */
export const LOOKS: readonly number[] = [5 * MINUTE, 10 * MINUTE, 20 * MINUTE];
export const LAST_LOOK = 20 * MINUTE;

/** How long the phases of a roll take at most, milliseconds of fleet time. All 0 where nothing is measured. */
export interface Phases {
  /** Workloads are probed: the roll measures what the patch costs. */
  readonly measured: boolean;
  /** Undisturbed, before the first host is touched. */
  readonly reference: number;
  /** At full load, for a canary, for another judged host, and for one that goes beside others. */
  readonly canary: number;
  readonly judged: number;
  readonly rest: number;
  /** After the release of a host that goes beside others, errors are still looked at: the end waits for that. */
  readonly tail: number;
}

/** Resolves what policy leaves open. `measured`: workloads are probed. Source of the figures: the design of the impact test. */
export function phasesOf(policy: Policy, hosts: number, measured: boolean): Phases {
  if (!measured) return { measured, reference: 0, canary: 0, judged: 0, rest: 0, tail: 0 };
  const reference = policy.reference ?? (hosts < FEW_HOSTS ? 60 : 30) * MINUTE;
  const tail = LAST_LOOK - REST;
  return { measured, reference, canary: policy.canarySoak, judged: policy.soak, rest: REST, tail };
}

/** Hosts that are measured in full, canaries included; none where nothing is measured or there is no canary. */
export function judgedHosts(policy: Policy, canaries: number, measured: boolean): number {
  return measured && policy.canary > 0 ? Math.max(policy.judged, canaries) : 0;
}

/** The service has to be watched before the next host is touched: the first one, or the next judged one after a pause. */
export function needsReference({ canary, judged }: Policy, run: RunMemory | undefined): boolean {
  if (run === undefined) return true;
  if (run.impact?.reference?.until !== undefined || Object.keys(run.hosts).length > 0) return false;
  if (run.done.length === 0) return true;
  const measured = (run.judged ?? []).filter((id) => run.done.includes(id)).length;
  return canary > 0 && (!run.canaryPassed || measured < judged);
}

/**
 * Ends of the steps in which `moves` workloads come back to a host that is measured in full, as counts of moves made by then: 10 moves by
 * 10/25/50/100 % give 1, 3, 5, 10. Each step brings at least one; the last brings all. None where nothing comes back.
 */
export function stepsOf(moves: number, steps: Policy["steps"]): number[] {
  const counts = steps.map((step) => Math.min(moves, Math.max(1, Math.round(moves * partOf(step)))));
  return [...new Set([...counts, moves])].filter((count) => count > 0);
}

/** How long load is held after each step but the last, milliseconds: 2 minutes, and 4 before the last one. */
export function pauseAfter(step: number, steps: readonly number[]): number {
  if (step >= steps.length - 1) return 0;
  return step === steps.length - 2 && steps.length > 2 ? 4 * MINUTE : 2 * MINUTE;
}

/** All of these pauses, milliseconds. */
export function pausesOf(steps: readonly number[]): number {
  return steps.reduce((sum, _count, index) => sum + pauseAfter(index, steps), 0);
}
