import { own } from "../own.ts";
import type { HostPlan, Move } from "../plan.ts";
import type { Desk } from "./desk.ts";
import type { View } from "./view.ts";

/** How far a host's load is back. */
export type Progress =
  | { readonly kind: "under way" }
  /** All moves of a step are made, and more are to come: `moves` of the plan's. */
  | { readonly kind: "step made"; readonly step: number; readonly steps: readonly number[]; readonly moves: number }
  | { readonly kind: "all back" };

/** Of a host that was proven and takes its load back; undefined: it does not, or its load is known to be back. */
export function progressOf(view: View, desk: Desk, id: string): Progress | undefined {
  const host = desk.hosts.get(id);
  const memory = own(view.run.hosts, id);
  if (host === undefined || memory === undefined || host.cordoned || host.state !== "up") return undefined;
  if (!memory.passed.includes("verify") || memory.bootVerified !== host.bootId || memory.fullSince !== undefined)
    return undefined;
  if (memory.stopped.some((one) => desk.workloads.get(one)?.host === id)) return undefined;
  const entry = desk.plan(id);
  if (entry === undefined || desk.busy(id) || desk.moves(id) > 0) return { kind: "under way" };
  const next = entry.putBack.findIndex((move) => isWanting(desk, move));
  const rooms = entry.undoRoom.some((move) => isWanting(desk, move));
  if (memory.passed.includes("put back") || (next < 0 && !rooms)) return { kind: "all back" };
  const step = entry.steps.indexOf(next < 0 ? entry.putBack.length : next);
  const isHeld = memory.held?.plan === view.plan?.id && memory.held?.moves === next;
  return step < 0 || next < 0 || isHeld
    ? { kind: "under way" }
    : { kind: "step made", step, steps: entry.steps, moves: next };
}

/** Moves back that may be made now: those of the step at hand; none while load is held. */
export function movesDue(view: View, desk: Desk, { host, putBack, steps }: HostPlan): readonly Move[] {
  const held = desk.memory(host)?.held;
  if (held !== undefined && held.until > view.fleet.at) {
    desk.lookAgain(held.until);
    return [];
  }
  const next = putBack.findIndex((move) => isWanting(desk, move));
  const end = steps.find((count) => count > next) ?? putBack.length;
  return next < 0 ? [] : putBack.slice(0, end);
}

/** Still where the plan takes it from, and the host has room for it: a move that fits nowhere any more, or never in quiet hours, is let go. */
function isWanting(desk: Desk, { workload: id, from, to }: Move): boolean {
  const workload = desk.workloads.get(id);
  if (workload?.state !== "running" || workload.host !== from) return false;
  if (workload.movingTo !== undefined || desk.isActedOn(id)) return true;
  return !desk.mustStay(id) && desk.room.refuses(workload, to) === undefined;
}
