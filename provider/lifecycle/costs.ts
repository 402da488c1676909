import type { Plan } from "../core/plan.ts";
import type { Policy } from "../core/policy.ts";
import { hostsAllowed } from "../core/share.ts";
import { type PlanRequest, planIfFound } from "../planner/plan.ts";

/** What one setting costs: the plan against one that was made with another value. */
export interface SettingCost {
  readonly setting: "canary" | "judged" | "startWidth" | "maxUnavailable";
  /** The value, in hosts, and the one that it is compared with. */
  readonly value: number;
  readonly against: number;
  /** Hours that the roll takes longer, negative if it is shorter; absent: no plan was found with the other value. */
  readonly hours?: number;
}

export interface Costs {
  readonly settings: readonly SettingCost[];
  /** Settings that were not asked about: each takes another plan, and the fleet is too large for so many. */
  readonly unknown: readonly SettingCost["setting"][];
}

/** How many workloads may be planned again for it, over all questions: seconds at most. */
export const ASK = { preview: 20_000, command: 100_000 } as const;
export type Ask = keyof typeof ASK;

/** Plans are shared by everybody who asks the same, and so is what they cost. */
const known = new WeakMap<Plan, Map<Ask, Costs>>();

/**
 * What canary, judged hosts, start width and most hosts out cost in hours, by planning once more without each of them with little effort. Pure.
 * `ask`: how much may be planned for it.
 */
export function costsOf(request: PlanRequest, plan: Plan, ask: Ask): Costs {
  const answers = known.get(plan) ?? new Map<Ask, Costs>();
  known.set(plan, answers);
  const costs = answers.get(ask) ?? computed(request, plan, ASK[ask]);
  answers.set(ask, costs);
  return costs;
}

interface Question extends Omit<SettingCost, "hours"> {
  readonly policy: Policy;
}

function computed(request: PlanRequest, plan: Plan, most: number): Costs {
  const questions = questionsOf(request, plan);
  const size = Math.max(1, request.fleet.workloads.length);
  const asked = questions.slice(0, Math.floor(most / size));
  const settings = asked.map(({ policy, ...question }): SettingCost => {
    // An approved id would bring its effort along.
    const { approved: _approved, ...free } = policy;
    const other = planIfFound({ ...request, policy: free, effort: undefined });
    return other === undefined ? question : { ...question, hours: hundredths(hoursOf(plan) - hoursOf(other)) };
  });
  return { settings, unknown: questions.slice(asked.length).map(({ setting }) => setting) };
}

/** The cheapest to know first. */
function questionsOf({ fleet, policy }: PlanRequest, plan: Plan): Question[] {
  const { startWidth, maxUnavailable } = policy;
  const value = {
    start: hostsAllowed(startWidth, fleet.hosts.length),
    width: hostsAllowed(maxUnavailable.fleet, fleet.hosts.length),
  };
  const canaries = plan.hosts.filter(({ canary }) => canary).length;
  const others = plan.hosts.length - canaries;
  const questions: Question[] = [];
  if (canaries > 0 && others > 0 && policy.canary > 0)
    questions.push({ setting: "canary", value: policy.canary, against: 0, policy: { ...policy, canary: 0 } });
  const judged = plan.hosts.filter((host) => host.judged).length;
  if (judged > canaries)
    questions.push({ setting: "judged", value: judged, against: canaries, policy: { ...policy, judged: canaries } });
  if (value.start < Math.min(value.width, others))
    questions.push({
      setting: "startWidth",
      value: value.start,
      against: value.width,
      policy: { ...policy, startWidth: value.width },
    });
  if (value.width < others) {
    const doubled = { ...maxUnavailable, fleet: 2 * value.width };
    questions.push({
      setting: "maxUnavailable",
      value: value.width,
      against: 2 * value.width,
      policy: { ...policy, maxUnavailable: doubled },
    });
  }
  return questions;
}

/** Not those of the totals, which are rounded. */
function hoursOf({ hosts }: Plan): number {
  return hosts.reduce((last, { end }) => Math.max(last, end), 0) / 3600;
}

const hundredths = (value: number): number => Math.round(value * 100) / 100;
