import { readable } from "../duration.ts";
import { type HostPlan, movesOf } from "../plan.ts";
import { firstCalm, quietSpans } from "../quiet.ts";
import type { RunEvent } from "../reduce.ts";
import type { View } from "./view.ts";

/** Whether hosts may start now, by the policy's windows and freeze periods. */
export interface Window {
  readonly open: boolean;
  /** Fleet time at which it closes, or opens; undefined: none is in sight. */
  readonly changesAt: number | undefined;
  /** The openings after now that are in sight, fleet time. `until`: undefined for one that does not end. */
  readonly ahead: readonly { readonly at: number; readonly until: number | undefined }[];
}

/**
 * May this host start now? Only if it would be done before the window ends, and before quiet hours of a workload begin that moves in its
 * turn, as the plan expects. `wait`: not yet, and `up` waits; `closed`: not yet, and `up` ends; `never`: it is longer than every
 * such time that is in sight.
 */
export function windowFor(view: View, host: HostPlan): "open" | "wait" | "closed" | "never" {
  const { window, fleet, patient } = view;
  const at = startOf(view, host);
  if (at === fleet.at) return "open";
  if (at !== undefined) return patient ? "wait" : "closed";
  const hasEnd = window.ahead.length === 0 && !(window.open && window.changesAt === undefined);
  return hasEnd ? "closed" : "never";
}

/** First moment from now on at which the host may start; undefined: none is in sight. */
function startOf({ window, fleet, quiet }: View, host: HostPlan): number | undefined {
  const spans = quiet === undefined ? [] : quietSpans(quiet, workloadsOf(host));
  const openings = [...(window.open ? [{ at: fleet.at, until: window.changesAt }] : []), ...window.ahead];
  for (const { at, until } of openings) {
    const start = firstCalm(spans, at, lengthOf(host));
    if (start !== undefined && (until === undefined || start + lengthOf(host) <= until)) return start;
  }
  return undefined;
}

/** What it waits for, and why the host does not start now. */
export function windowWords(view: View, host: HostPlan): { readonly what: string; readonly why: string } {
  const { window, fleet } = view;
  const names = quietIn(view, host);
  const start = startOf(view, host);
  if (names.length > 0 && start !== undefined)
    return {
      what: "quiet hours to end",
      why: `${host.host} starts in ${readable(start - fleet.at)}, after quiet hours of ${named(names)}`,
    };
  const what = "a window";
  if (!window.open || window.changesAt === undefined) return { what, why: "outside of the maintenance windows" };
  const left = readable(window.changesAt - fleet.at);
  return { what, why: `the window ends in ${left}, before ${host.host} would be done` };
}

/** Workloads that move in the host's turn and have quiet hours in it, if it starts as soon as windows allow. */
function quietIn({ window, fleet, quiet }: View, host: HostPlan): string[] {
  if (quiet === undefined) return [];
  const length = lengthOf(host);
  const fits = ({ at, until }: Window["ahead"][number]): boolean => until === undefined || at + length <= until;
  const now = { at: fleet.at, until: window.changesAt };
  const opening = [...(window.open ? [now] : []), ...window.ahead].find(fits);
  if (opening === undefined) return [];
  return workloadsOf(host).filter((id) => firstCalm(quietSpans(quiet, [id]), opening.at, length) !== opening.at);
}

/** A host that would wait for ever is said, rather than waited for. */
export function fitsNoWindow(view: View, host: HostPlan): RunEvent {
  const takes = `${host.host} is expected to take ${readable(lengthOf(host))}`;
  const names = quietIn(view, host);
  const halt = { kind: "halt", sticky: false, host: host.host } as const;
  if (names.length > 0)
    return {
      ...halt,
      reason: `${takes}, and quiet hours of ${named(names)} leave no such time in sight`,
      hint: "Shorten these quiet hours, make a window of `policy.windows` longer, or shorten what the host takes.",
    };
  const longest = Math.max(...view.window.ahead.map(({ at, until = at }) => until - at));
  return {
    ...halt,
    reason: `${takes}, and no window in sight is open for longer than ${readable(longest)}`,
    hint: "Make a window of `policy.windows` longer, or shorten what the host takes.",
  };
}

/** Milliseconds from its cordon to its release, as the plan expects them. */
export const lengthOf = ({ start, end }: Pick<HostPlan, "start" | "end">): number => (end - start) * 1000;

const workloadsOf = (host: HostPlan): string[] => [...new Set(movesOf(host).map(({ workload }) => workload))];

const named = (ids: readonly string[]): string =>
  ids.length < 3 ? ids.join(" and ") : `${ids.slice(0, 2).join(", ")} and ${ids.length - 2} more`;
