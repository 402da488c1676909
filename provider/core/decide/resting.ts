import { restingHosts } from "../quiet.ts";
import type { Desk } from "./desk.ts";
import type { View } from "./view.ts";

/**
 * The next host waits for quiet hours, and another one could go: a new plan lets that one go first. Only where other hosts rest now than
 * when the plan was made, so that no plan is made twice for the same reason.
 */
export function restSurprise({ fleet, plan, quiet }: View, { waiting }: Desk): string | undefined {
  const [next] = waiting;
  if (quiet === undefined || plan === undefined || next === undefined) return undefined;
  const resting = restingHosts(fleet, quiet);
  if (!resting.has(next.host) || waiting.every(({ host }) => resting.has(host))) return undefined;
  const known = new Set(plan.resting);
  if (waiting.every(({ host }) => known.has(host) === resting.has(host))) return undefined;
  return `${next.host} holds workloads that must not move now`;
}
