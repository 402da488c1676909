import type { Workload } from "../core/fleet.ts";
import type { HostPlan, Plan } from "../core/plan.ts";
import type { PlanRequest } from "./request.ts";
import { isOurs } from "./standing.ts";

const SHORT_PAUSE = 120;
const LONG_PAUSE = 240;
const BESIDE_OTHERS = 120;
const LAST_LOOK = 1200;

/** What a plan says wrongly about the phases of a roll: who is judged, in which steps load comes back, how long is watched. */
export function phaseTroubles(request: PlanRequest, plan: Plan): string[] {
  const { fleet, policy, memory, baseline, probed = [] } = request;
  const run = memory?.baseline === baseline ? memory : undefined;
  const measured = probed.length > 0;
  const found: string[] = [];
  const hosts = new Map(fleet.hosts.map((host) => [host.id, host]));
  const mine = (entry: HostPlan): boolean => {
    const host = hosts.get(entry.host);
    return host !== undefined && isOurs(request, host);
  };
  for (const entry of plan.hosts) {
    if (entry.judged && !measured) found.push(`${entry.host} is to be judged, but nothing is probed`);
    if (entry.canary && measured && !entry.judged) found.push(`${entry.host} is a canary and is not judged`);
    found.push(...stepTroubles(entry), ...soakTroubles(request, entry));
  }
  const isProbed = ({ id, state }: Workload): boolean => state === "running" && probed.includes(id);
  const fresh = plan.hosts.filter((entry) => entry.judged && !entry.canary && !mine(entry));
  for (const { host } of fresh)
    if (!fleet.workloads.some((one) => (one.movingTo ?? one.host) === host && isProbed(one)))
      found.push(`${host} is to be judged, but none of its workloads is probed`);
  if (policy.canary === 0 && fresh.length > 0) found.push("there are judged hosts, but no canary");
  const chosen = new Set([
    // One that has failed is replaced by another.
    ...(run?.judged ?? []).filter((id) => run?.done.includes(id)),
    ...plan.hosts.filter(({ judged }) => judged).map(({ host }) => host),
  ]);
  const canaries = plan.hosts.filter((entry) => entry.canary).length;
  if (fresh.length > 0 && chosen.size > Math.max(policy.judged, canaries, run?.judged?.length ?? 0))
    found.push(`${chosen.size} hosts are judged instead of ${policy.judged}`);

  const beside = measured && plan.hosts.some((entry) => !entry.judged);
  if (plan.watch.after !== (beside ? LAST_LOOK - BESIDE_OTHERS : 0))
    found.push(`errors are looked at for ${plan.watch.after} s after the last release`);
  if (!measured && plan.watch.before !== 0) found.push("there is a reference window, but nothing is probed");
  for (const { host, start } of plan.hosts)
    if (start < Math.floor(plan.watch.before)) found.push(`${host} starts within the reference window`);
  return found;
}

function stepTroubles({ host, judged, steps, putBack }: HostPlan): string[] {
  if (!judged) return steps.length === 0 ? [] : [`${host} takes its load back in steps, but is not judged`];
  const rises = steps.every((count, index) => count > (steps[index - 1] ?? 0));
  return rises && (steps.at(-1) ?? 0) === putBack.length
    ? []
    : [`the steps of ${host} do not lead to all of its moves`];
}

function soakTroubles({ policy, probed = [] }: PlanRequest, entry: HostPlan): string[] {
  const partial = entry.steps.length - 1;
  const pauses = partial < 1 ? 0 : partial === 1 ? SHORT_PAUSE : (partial - 1) * SHORT_PAUSE + LONG_PAUSE;
  const full = entry.canary ? policy.canarySoak / 1000 : entry.judged ? policy.soak / 1000 : BESIDE_OTHERS;
  const due = probed.length === 0 ? 0 : pauses + full;
  return Math.abs(entry.soak - due) < 1e-6 ? [] : [`${entry.host} is watched for ${entry.soak} s instead of ${due} s`];
}
