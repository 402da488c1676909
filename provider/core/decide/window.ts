import { readable } from "../duration.ts";
import type { HostPlan } from "../plan.ts";
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
 * May this host start now? Only if it would be done before the window ends, as the plan expects. `wait`: not yet, and `up` waits;
 * `closed`: not yet, and `up` ends; `never`: it is longer than every window that is in sight.
 */
export function windowFor({ window, fleet, patient }: View, host: HostPlan): "open" | "wait" | "closed" | "never" {
  if (window.open && (window.changesAt === undefined || fleet.at + lengthOf(host) <= window.changesAt)) return "open";
  if (window.ahead.length === 0) return "closed";
  if (window.ahead.every(({ at, until }) => until !== undefined && at + lengthOf(host) > until)) return "never";
  return patient ? "wait" : "closed";
}

/** Why the host does not start now. */
export function windowWords({ window, fleet }: View, host: HostPlan): string {
  if (!window.open || window.changesAt === undefined) return "outside of the maintenance windows";
  const left = readable(window.changesAt - fleet.at);
  return `the window ends in ${left}, before ${host.host} would be done`;
}

/** A host that would wait for ever is said, rather than waited for. */
export function fitsNoWindow({ window }: View, host: HostPlan): RunEvent {
  const longest = Math.max(...window.ahead.map(({ at, until = at }) => until - at));
  return {
    kind: "halt",
    sticky: false,
    host: host.host,
    reason: `${host.host} is expected to take ${readable(lengthOf(host))}, and no window in sight is open for longer than ${readable(longest)}`,
    hint: "Make a window of `policy.windows` longer, or shorten what the host takes.",
  };
}

/** Milliseconds from its cordon to its release, as the plan expects them. */
export const lengthOf = ({ start, end }: Pick<HostPlan, "start" | "end">): number => (end - start) * 1000;
