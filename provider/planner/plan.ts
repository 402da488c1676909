import type { Fleet } from "../core/fleet.ts";
import { NO_UNLOCK, type Plan, type Refusal, type RefusalReason } from "../core/plan.ts";
import { readPlanId } from "../core/plan-id.ts";
import type { Policy } from "../core/policy.ts";
import { assemble } from "./assemble.ts";
import { balance } from "./balance.ts";
import { quietNotes } from "./calendar.ts";
import type { Facts } from "./facts.ts";
import { givenUp } from "./given-up.ts";
import { impossibilities } from "./impossible.ts";
import { lineNotes } from "./line.ts";
import { packingReasons } from "./no-packing.ts";
import { wayReasons } from "./no-way.ts";
import { rejectNonsense } from "./nonsense.ts";
import type { PlanOptions, PlanRequest } from "./request.ts";
import { reserveNote } from "./reserve-words.ts";
import { readRequest, search, usualEffort } from "./search.ts";
import { stuckReasons } from "./stuck.ts";
import { forecast } from "./timeline.ts";
import { togetherNotes } from "./together.ts";
import { unlock } from "./unlock.ts";
import { validatePlan } from "./validate.ts";
import { count, list } from "./words.ts";

export type { PlanOptions, PlanRequest } from "./request.ts";

/** For telling whether a change would help; the change that is reported has been planned with it. */
const PROBE_EFFORT = 5;

/** Placement tests of an exhaustive search for a proof that there is no plan. */
const PROOF_EFFORT = 500_000;

/**
 * Plans the whole roll in advance, or says why it cannot be done and what would allow it. Pure: the same request gives the
 * same answer, byte for byte. Every plan has passed the independent validator; throws Error on a violation, which is a bug.
 */
export function planRoll(fleet: Fleet, baseline: string, policy: Policy, options: PlanOptions): Plan | Refusal {
  return planFor({ ...options, fleet, baseline, policy });
}

/** `planRoll` for a request in one piece. @throws RollError `invalid` for a fleet that cannot be. */
export function planFor(request: PlanRequest): Plan | Refusal {
  rejectNonsense(request.fleet);
  const { fleet, policy } = request;
  const approved = policy.approved === undefined ? undefined : readPlanId(policy.approved)?.effort;
  const answer = attempt(request, request.effort ?? approved ?? usualEffort(fleet));
  if (answer.plan !== undefined) return answer.plan;
  const { facts } = answer;
  const proof = answer.proven ? [] : proofOf(facts);
  const told = answer.reasons.filter(({ code }) => proof.length === 0 || code !== "no-progress");
  const reasons = [...told, ...proof];
  const change = unlock(request, facts, reasons, (changed) => attempt(changed, PROBE_EFFORT).plan !== undefined);
  return { kind: "refusal", reasons, unlock: change ?? NO_UNLOCK };
}

/** What an exhaustive search says where no plan was found; none: nothing, within its effort. */
function proofOf(facts: Facts): readonly RefusalReason[] {
  // Other canaries may be possible where these are not.
  if (facts.request.policy.mode === "canary") return [];
  const packing = packingReasons(facts, PROOF_EFFORT);
  return packing.length > 0 ? packing : wayReasons(facts, PROOF_EFFORT);
}

/** `planFor` for questions about a setting: undefined, without looking for reasons and an unlock, where no plan is found. */
export function planIfFound(request: PlanRequest): Plan | undefined {
  return attempt(request, request.effort ?? PROBE_EFFORT).plan;
}

type Answer =
  | { readonly plan: Plan }
  | {
      readonly plan: undefined;
      readonly facts: Facts;
      readonly reasons: readonly RefusalReason[];
      readonly proven: boolean;
    };

function attempt(request: PlanRequest, effort: number): Answer {
  const answer = made(request, effort);
  // Everything that the search held is free by now: the validator's books are as large.
  const violations = answer.plan === undefined ? [] : validatePlan(request, answer.plan);
  if (violations.length > 0)
    throw new Error(`the planner made a plan that breaks its own rules: ${violations.slice(0, 5).join("; ")}`);
  return answer;
}

/** How many other canaries are tried where a roll that ends with its canary has one that provably cannot be emptied. */
const OTHER_CANARIES = 8;

function readAble(request: PlanRequest) {
  const avoid = new Set<string>();
  const first = readRequest(request);
  const refused = impossibilities(first.facts);
  for (let reading = first, proven = refused; ; ) {
    if (proven.length === 0 || request.policy.mode !== "canary") return { reading, proven };
    const culprit = reading.canaries.find(({ id }) => proven.some(({ hosts }) => hosts.includes(id)));
    if (culprit === undefined || avoid.size >= OTHER_CANARIES) return { reading: first, proven: refused };
    avoid.add(culprit.id);
    reading = readRequest(request, avoid);
    proven = impossibilities(reading.facts);
    if (reading.canaries.length < first.canaries.length) return { reading: first, proven: refused };
  }
}

function made(request: PlanRequest, effort: number): Answer {
  const { reading, proven } = readAble(request);
  if (proven.length > 0) return { plan: undefined, facts: reading.facts, reasons: proven, proven: true };

  const found = search(request, effort, reading);
  if (found.result.kind === "stuck")
    return { plan: undefined, facts: found.facts, reasons: stuckReasons(found.facts, found.result), proven: false };
  const { turns, board } = found.result;
  if (request.policy.putBack === "bounded") {
    balance(found.facts, board, turns);
    forecast(found.facts, turns);
  }
  return {
    plan: assemble(found.facts, turns, [...notesOf(found.facts, found.avoided), ...givenUp(turns)], effort),
  };
}

function notesOf(facts: Facts, avoided: readonly string[]): string[] {
  const { request, allowed, unavailable, nodes } = facts;
  const already = unavailable.length > 0 ? `, ${unavailable.length} of them already: ${list(unavailable)}` : "";
  const notes = [`At most ${count(allowed, "host")} of ${nodes.length} out at once${already}.`];
  notes.push(...slotNotes(request));
  notes.push(...lineNotes(facts), ...togetherNotes(facts));
  notes.push(...quietNotes(facts), reserveNote(facts));
  if (avoided.length > 0)
    notes.push(`${list(avoided)} would be canary by the number of workloads, but cannot be emptied first.`);
  const stopped =
    request.policy.pinned === "shutdown" &&
    nodes.some((node) => node.below && facts.residents[node.index]?.some((item) => item.workload.pinned));
  if (stopped) notes.push("Workloads that cannot move are shut down while their host is out, and started again.");
  if (request.policy.onRegress === "rollback")
    notes.push("A host that a gate convicts is emptied, taken back to the level that it has now, and kept out.");
  return notes;
}

/** What the platform allows, and limits on what goes on at once over the whole fleet. */
function slotNotes({ policy, fleet }: PlanRequest): string[] {
  const { perHost, total } = policy.migrations ?? {};
  const limits = [
    ...(perHost === undefined ? [] : [`${perHost} on one host`]),
    ...(total === undefined ? [] : [`${total} over all`]),
  ];
  return [
    ...(fleet.backward === "no"
      ? ["No workload moves from a host at a newer level to an older one: this platform forbids it."]
      : []),
    ...(fleet.backward === "unknown"
      ? ["Whether this platform takes moves from newer to older hosts is not known; the plan counts on it."]
      : []),
    ...(limits.length > 0 ? [`Migrations in flight at once: at most ${list(limits)}.`] : []),
    ...(fleet.remediations === undefined
      ? []
      : [`The platform remediates at most ${count(fleet.remediations, "host")} at once.`]),
  ];
}
