import type { Host, Workload } from "../../provider/core/fleet.ts";
import type { Leg } from "./roll.ts";
import type { Room } from "./room.ts";

/** How a scheduler picks destinations: one workload after the other, each for good. */
export interface Rule {
  /** Which workload is placed first; ties, and all of them without it, as the platform lists them. */
  readonly first?: (a: Workload, b: Workload) => number;
  /** The host that is best for the next workload gives the most; ties, and all of them without it: the first listed. */
  readonly score?: (room: Room, host: Host) => number;
  /** What anti-affinity means: never broken, given up where nothing else is left, or not looked at. */
  readonly apart: "always" | "preferred" | "ignored";
}

export const largestFirst = (a: Workload, b: Workload): number => memory(b) - memory(a);
export const smallestFirst = (a: Workload, b: Workload): number => memory(a) - memory(b);
export const mostFreeMemory = (room: Room, host: Host): number => room.freeMemory(host);
export const leastFilled = (room: Room, host: Host): number => -room.fill(host);

/** Destinations for the workloads, booked in `room` as they are found; `left`: those that fit nowhere. */
export function place(
  room: Room,
  workloads: readonly Workload[],
  targets: readonly Host[],
  rule: Rule,
): { readonly legs: readonly Leg[]; readonly left: readonly Workload[] } {
  const legs: Leg[] = [];
  const left: Workload[] = [];
  for (const workload of rule.first === undefined ? workloads : [...workloads].sort(rule.first)) {
    const to = best(room, workload, targets, rule);
    if (to === undefined) {
      left.push(workload);
      continue;
    }
    room.book(workload, to.id);
    legs.push({ workload, to });
  }
  return { legs, left };
}

function best(room: Room, workload: Workload, targets: readonly Host[], { apart, score }: Rule): Host | undefined {
  let found: Host | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const host of targets) {
    if (!room.fits(workload, host)) continue;
    const together = apart !== "ignored" && room.hasMate(workload, host);
    if (together && apart === "always") continue;
    // Next to a mate only where there is no other place.
    const points = (score?.(room, host) ?? 0) - (together ? LAST_RESORT : 0);
    if (points > most) [most, found] = [points, host];
  }
  return found;
}

/** More than any score, such as the MiB of a host, and little enough to tell scores apart. */
const LAST_RESORT = 1e9;

const memory = (workload: Workload): number => workload.demand.memory ?? 0;
