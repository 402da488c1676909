import { isDeepStrictEqual } from "node:util";
import type { Plan, Refusal } from "../core/plan.ts";
import type { RunMemory } from "../core/run.ts";
import { type PlanRequest, planFor } from "../planner/plan.ts";

let last: { readonly request: PlanRequest; readonly answer: Plan | Refusal } | undefined;

/**
 * `planFor`, which a large fleet keeps busy for seconds: a request that asks for the same as the one before gets its answer
 * again. `up` asks three times before the first act (inputs, outlook, roll), each time after another look at the fleet. What is
 * left of a plan that was announced is asked for once, and then nothing is kept.
 */
export function planOnce(request: PlanRequest): Plan | Refusal {
  if (request.previous !== undefined) {
    last = undefined;
    return planFor(request);
  }
  if (last === undefined || !asksForTheSame(last.request, request)) last = { request, answer: planFor(request) };
  return last.answer;
}

/** Of what plans are made of, all is equal: without quiet hours no plan depends on the time of a look, and none on the name of a run. */
function asksForTheSame(before: PlanRequest, now: PlanRequest): boolean {
  return isDeepStrictEqual(essence(before), essence(now));
}

function essence({ fleet, policy, baseline, owners, memory, probed, effort, quiet }: PlanRequest) {
  return [baseline, owners, policy, probed, effort, quiet, memory && nameless(memory), { ...fleet, at: 0 }];
}

function nameless({ id: _id, startedAt: _startedAt, ...memory }: RunMemory) {
  return memory;
}
