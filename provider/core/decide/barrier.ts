import { type ApprovalGate, type Awaited, approversOf } from "../approval.ts";
import { own } from "../own.ts";
import type { RunEvent } from "../reduce.ts";
import { mayDrain, type View } from "./view.ts";

/** No canary is left in the plan, and those that went are back in service. */
export function canaryIsBack({ run, plan, fleet }: View): boolean {
  if (plan === undefined) return false;
  const open = plan.hosts.some((entry) => entry.canary && !run.done.includes(entry.host));
  // One that an operator took, or that left the fleet, is no canary any more: the plan has chosen another.
  const ours = new Set(fleet.hosts.filter((host) => !host.held).map((host) => host.id));
  const inHand = run.canaries.some((id) => own(run.hosts, id) !== undefined && ours.has(id));
  return !open && !inHand;
}

/** What keeps the barrier behind the canary shut although the canary is back. */
export function atTheBarrier(view: View): "tests" | "approval" | undefined {
  const { run, checkPoints } = view;
  if (run.canaryPassed || run.canaries.length === 0 || !canaryIsBack(view)) return undefined;
  if (checkPoints.has("canary") && run.failingAtCanary === undefined) return "tests";
  return missing(view, "canary") === undefined ? undefined : "approval";
}

/** No host has been taken out yet, and none may be before somebody has approved. */
export function atTheStart(view: View): boolean {
  return view.run.done.length === 0 && missing(view, "start") !== undefined;
}

/** What people have said since, and that a gate has been reached at which somebody has to say something. */
export function approvals(view: View): RunEvent[] | undefined {
  const { run } = view;
  if (!mayDrain(view) || view.plan === undefined || view.inFlight.length > 0) return undefined;
  const isMarked = view.fleet.hosts.some(({ mark }) => mark !== undefined && view.owners.includes(mark.owner));
  const reached = (gate: ApprovalGate): boolean =>
    gate === "start"
      ? run.done.length === 0 && !isMarked && (view.plan?.hosts.length ?? 0) > 0
      : atTheBarrier({ ...view, run: { ...run, approved: without(run.approved, "canary") } }) === "approval";
  for (const gate of ["start", "canary"] as const) {
    const needed = neededFor(view, gate);
    if (needed === undefined || run.approved?.includes(gate) || !reached(gate)) continue;
    const people = approversOf(view.approvals, run, gate);
    if (people.length >= needed.people) return [{ kind: "approved", gate, by: people }];
    if (run.awaits?.gate !== gate) return [{ kind: "awaits", ...needed }];
  }
  return undefined;
}

/** "an approval (policy.approve names the gate "canary"; 1 of 2: anna)". */
export function awaitedWords({ run, approvals }: Pick<View, "run" | "approvals">, awaited: Awaited): string {
  const { gate, people, why } = awaited;
  const so = approversOf(approvals, run, gate);
  const count = people === 1 ? "" : `; ${so.length} of ${people}${so.length === 0 ? "" : `: ${so.join(", ")}`}`;
  return `an approval at the gate "${gate}" (${why}${count})`;
}

/** What has to be approved at a gate that is not approved yet. */
function missing(view: View, gate: ApprovalGate): Awaited | undefined {
  return view.run.approved?.includes(gate) ? undefined : neededFor(view, gate);
}

/** Asked by the policy, or by the run itself, which could not tell. */
function neededFor({ run, policy }: View, gate: ApprovalGate): Awaited | undefined {
  if (run.awaits?.gate === gate) return run.awaits;
  const asked = policy.approve.find((one) => one.gate === gate);
  return asked && { ...asked, why: "policy.approve names it" };
}

const without = (gates: readonly ApprovalGate[] | undefined, gate: ApprovalGate): ApprovalGate[] =>
  (gates ?? []).filter((one) => one !== gate);
