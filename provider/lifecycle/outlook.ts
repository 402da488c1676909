import { baselineKey } from "../core/baseline.ts";
import { type Finding, survey } from "../core/compliance.ts";
import { readable } from "../core/duration.ts";
import { type Fleet, landed } from "../core/fleet.ts";
import type { Inputs } from "../core/inputs.ts";
import type { Plan, Refusal } from "../core/plan.ts";
import { outsideEnvelope } from "../core/plan-id.ts";
import { probedWorkloads } from "../core/probed.ts";
import type { FleetRecord } from "../core/record.ts";
import type { RunMemory } from "../core/run.ts";
import { allNames, haltInForce, takeUp } from "../core/takeup.ts";
import { Openings } from "../engine/openings.ts";
import { planOnce } from "../engine/planning.ts";
import { QuietReader } from "../engine/quiet.ts";
import { windowsFor } from "../engine/windows.ts";
import type { PlanRequest } from "../planner/plan.ts";
import type { Look } from "./looks.ts";
import { nightsOf } from "./nights.ts";

/** What `up` would do, judged from one look. */
export interface Outlook {
  /**
   * `nothing`: there is nothing to do. `roll`: the plan is carried out, or what is left of a run that ended early. `left alone`: hosts have drifted, and the
   * policy says to leave them. `refused`: there is no plan, or not the approved one. `halted`: a sticky halt is in force.
   */
  readonly kind: "nothing" | "roll" | "left alone" | "refused" | "halted";
  /** Every host against the baseline, in the fleet's order. */
  readonly findings: readonly Finding[];
  /** For a roll, what `up` will do; for drift that is left alone, what a roll would do. */
  readonly plan?: Plan;
  readonly refusal?: Refusal;
  /** With a refusal: the lease of a run that is at work on the fleet, or has died there. */
  readonly lease?: NonNullable<FleetRecord["lease"]>;
  /** Why drift is left alone, or why the plan is refused. */
  readonly why?: string;
  /** One of its hosts fits into no window. */
  readonly noWindow?: true;
  /** The plan goes beyond the approved one. */
  readonly beyondApproval?: true;
  /** The sticky halt in force; told as well where the policy leaves everything alone. */
  readonly halt?: NonNullable<FleetRecord["halt"]>;
  /** The run that ended early and that `up` goes on with. */
  readonly goesOn?: RunMemory;
  /** What the planner was asked, with a plan. */
  readonly request?: PlanRequest;
}

/**
 * The outlook of a fleet. Pure: the same look gives the same outlook. `names`: whose marks are ours, the present one first.
 * `effort`: how hard to search; default: as `up` does.
 */
export function outlookOf(look: Look, inputs: Inputs, names: readonly string[], effort?: number): Outlook {
  const { fleet, record } = look;
  const owners = allNames(record, names);
  const { policy, baseline } = inputs;
  const key = baselineKey(baseline);
  const findings = survey(fleet);
  const inForce = haltInForce(record, key, policy.acknowledge) !== undefined;
  const halt = inForce && record.halt !== undefined ? { halt: record.halt } : undefined;
  if (policy.mode !== "observe" && halt !== undefined) return { kind: "halted", findings, ...halt };
  const memory = takeUp({
    record,
    fleet,
    baseline,
    owners,
    acknowledge: policy.acknowledge,
    newRunId: "preview",
    wall: "",
    recall: () => undefined,
  });
  const goesOn = memory.id === record.run?.id ? { goesOn: memory } : {};
  const probed = probedWorkloads(inputs, fleet);
  const measured = probed.length === 0 ? {} : { probed };
  const window = new Openings(windowsFor(policy.windows, policy.freeze)).at(fleet.at);
  const quiet = new QuietReader().read(fleet, window);
  const { request, made } = planned({ fleet, policy, baseline: key, owners, memory, ...measured, quiet, effort });
  const alone = reasonToLeaveAlone(look, inputs, owners);
  if (alone !== undefined && halt !== undefined) {
    // A plan with the failed host among the others, or the refusal of one, would point to another way out than the halt's.
    return { kind: "left alone", findings, why: `${alone}, and a roll is halted until a person decides`, ...halt };
  }
  if (made.kind === "refusal") {
    if (alone !== undefined) return { kind: "left alone", findings, refusal: made, why: alone };
    return { kind: "refused", findings, refusal: made, ...goesOn, ...(record.lease && { lease: record.lease }) };
  }
  if (alone !== undefined) {
    const drifted = findings.some((finding) => finding.compliance === "drifted");
    return { kind: drifted ? "left alone" : "nothing", findings, plan: made, request, why: alone };
  }
  if (made.hosts.length === 0 && memory.id !== record.run?.id) return { kind: "nothing", findings, plan: made };
  const stranger = strangersMark(fleet, owners);
  if (stranger !== undefined) return { kind: "refused", findings, plan: made, why: stranger, ...goesOn };
  const beyond = policy.approved === undefined ? [] : outsideEnvelope(policy.approved, made);
  if (beyond.length > 0) {
    return { kind: "refused", findings, plan: made, request, why: beyond.join("; "), beyondApproval: true, ...goesOn };
  }
  const late = inHand(fleet, owners) ? undefined : fitsNoWindow(request, made);
  if (late !== undefined)
    return { kind: "refused", findings, plan: made, request, why: late, noWindow: true, ...goesOn };
  return { kind: "roll", findings, plan: made, request, ...goesOn };
}

/** What cannot be planned while migrations are in flight may be once they have landed, which a roll waits for as well. */
function planned(request: PlanRequest): { request: PlanRequest; made: Plan | Refusal } {
  const made = planOnce(request);
  if (made.kind === "plan" || !request.fleet.workloads.some(({ movingTo }) => movingTo !== undefined))
    return { request, made };
  const later = { ...request, fleet: landed(request.fleet) };
  const then = planOnce(later);
  return then.kind === "plan" ? { request: later, made: then } : { request, made };
}

/** A roll that would never get through: one of its hosts takes longer than windows and quiet hours in sight leave. */
function fitsNoWindow({ policy, fleet, quiet }: PlanRequest, { hosts }: Plan): string | undefined {
  const { tooLong } = nightsOf(policy, fleet.at, hosts, new Set(), quiet) ?? {};
  if (tooLong === undefined) return undefined;
  const takes = `${tooLong.host} is expected to take ${readable(tooLong.hours * 3_600_000)}`;
  return tooLong.quiet === undefined
    ? `${takes}, and no window that is in sight is open for so long`
    : `${takes}, and quiet hours of ${tooLong.quiet.join(", ")} leave no such time in sight`;
}

function inHand(fleet: Fleet, owners: readonly string[]): boolean {
  return fleet.hosts.some(({ mark }) => mark !== undefined && owners.includes(mark.owner));
}

/** Two rolls never share a fleet: a host that is out under somebody else's mark, with whose. */
function strangersMark(fleet: Fleet, owners: readonly string[]): string | undefined {
  const host = fleet.hosts.find(({ mark }) => mark !== undefined && !owners.includes(mark.owner));
  return host && `${host.id} is in the hands of ${host.mark?.owner} (run ${host.mark?.run})`;
}

/** Why the policy starts no further host at this baseline, whatever has drifted. A host in hand is brought back all the same. */
function reasonToLeaveAlone(
  { fleet, record }: Look,
  { policy, baseline }: Inputs,
  owners: readonly string[],
): string | undefined {
  if (policy.mode === "observe") return 'policy.mode is "observe"';
  if (record.finished?.baseline !== baselineKey(baseline)) return undefined;
  if (inHand(fleet, owners)) return undefined;
  if (policy.mode === "canary") return 'the canary has passed, and policy.mode is "canary"';
  if (policy.onDrift === "report" && record.finished.mode === "full") {
    return 'the roll to this level was done, and policy.onDrift is "report"';
  }
  return undefined;
}
