import { baselineKey } from "../core/baseline.ts";
import { clause } from "../core/errors.ts";
import type { Fleet } from "../core/fleet.ts";
import type { Plan, Refusal, RefusalCode } from "../core/plan.ts";
import { outsideEnvelope } from "../core/plan-id.ts";
import { probedWorkloads } from "../core/probed.ts";
import type { QuietHours } from "../core/quiet.ts";
import type { RunEvent } from "../core/reduce.ts";
import type { RunMemory } from "../core/run.ts";
import type { News } from "./news.ts";
import { planOnce } from "./planning.ts";
import type { RollRequest } from "./roll.ts";

export interface Replan {
  readonly fleet: Fleet;
  readonly run: RunMemory;
  readonly request: RollRequest;
  readonly previous: Plan | undefined;
  readonly quiet: QuietHours | undefined;
  /** Why the previous plan no longer holds; empty for the first one. */
  readonly why: string;
}

/** What became of it: a plan, or the halt that a refusal, or a plan outside of what was approved, becomes. */
export interface Replanned {
  readonly plan: Plan | undefined;
  readonly events: readonly RunEvent[];
  readonly news: readonly News[];
  /** Why it was refused; undefined: it was not. */
  readonly refusal?: string;
}

/** Plans the remainder from the observed fleet. */
export function replan({ fleet, run, request, previous, quiet, why }: Replan): Replanned {
  const { policy, baseline } = request.inputs;
  const probed = probedWorkloads(request.inputs, fleet);
  const made = planOnce({
    fleet,
    policy,
    baseline: baselineKey(baseline),
    owners: request.owners,
    memory: run,
    ...(probed.length === 0 ? {} : { probed }),
    ...(previous === undefined ? {} : { previous }),
    ...(quiet === undefined ? {} : { quiet }),
  });
  if (made.kind === "refusal") {
    const refusal = made.reasons.map((one) => one.text).join(" ");
    return { plan: undefined, events: [refused(made, refusal, run, request)], news: [], refusal };
  }
  const differences = policy.approved === undefined ? [] : outsideEnvelope(policy.approved, made);
  if (differences.length > 0) {
    const reason = `the roll would leave what was approved (${policy.approved}): ${differences.join("; ")}`;
    return {
      plan: undefined,
      events: [{ kind: "halt", sticky: false, reason, hint: "Review the new plan and approve its id." }],
      news: [],
    };
  }
  const canaries = made.hosts.filter((entry) => entry.canary).map((entry) => entry.host);
  const news: News[] =
    previous === undefined || previous.id === made.id
      ? []
      : [
          {
            kind: "note",
            text: `plan changed: ${why}; ${made.hosts.length} hosts, ${made.totals.moves} moves are left`,
          },
        ];
  const judged = made.hosts.filter((entry) => entry.judged).map((entry) => entry.host);
  const measured = probed.length === 0 ? {} : { judged, hosts: made.hosts.length };
  return { plan: made, events: [{ kind: "planned", plan: made.id, canaries, ...measured }], news };
}

/** What hosts that are out take from the others. */
const ROOM: readonly RefusalCode[] = ["unavailable", "reserve", "domain", "quorum"];

/** In mid-roll: the world is in the way; unless it was failed hosts that took the room, which only a person can judge. */
function refused(refusal: Refusal, reason: string, run: RunMemory, request: RollRequest): RunEvent {
  const failed = Object.entries(run.hosts).find(([, memory]) => memory.failed !== undefined);
  if (failed !== undefined && refusal.reasons.some(({ code }) => ROOM.includes(code))) {
    const [host, memory] = failed;
    return {
      kind: "halt",
      sticky: true,
      host,
      reason: `${host} failed (${clause(memory.failed?.why ?? "", host)}) and leaves no room to go on: ${reason}`,
      hint: `Repair it, then set policy: { acknowledge: "${run.id}" } (run of ${request.inputs.owner}).`,
    };
  }
  return { kind: "halt", sticky: false, reason: `no plan for the rest: ${reason}`, hint: refusal.unlock };
}
