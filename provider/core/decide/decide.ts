import { atTheBarrier, atTheStart } from "./barrier.ts";
import { conclude } from "./conclude.ts";
import { turnReleased } from "./convicted.ts";
import { Desk } from "./desk.ts";
import { drainsAgainAt } from "./impact.ts";
import { admits, turnInHand, turnOfNext } from "./turns.ts";
import { type Decision, mayDrain, type View } from "./view.ts";
import { windowFor } from "./window.ts";

/**
 * The one place that decides what a roll does next: from what is observed now to the acts to start now. Pure, so that the
 * same code drives the roll, resumes it after a crash and runs in tests. It keeps no position: it looks at every host anew.
 * `desk`: one on which nothing was started yet, if there is one for this view.
 */
export function decide(view: View, desk = new Desk(view)): Decision {
  const barrier = atTheStart(view) ? "approval" : atTheBarrier(view);
  const tested = view.checkPoints.has("end") || view.checkPoints.has("canary");
  if (view.run.failingBefore === undefined && tested && mayDrain(view) && barrier !== "approval") {
    desk.start({ name: "regression tests", moment: "before" });
    return { events: [], start: desk.started };
  }
  for (const host of desk.handsOn) turnInHand(view, desk, host);
  for (const id of view.run.convicted) turnReleased(view, desk, id);
  if (barrier === "tests" && mayDrain(view)) desk.start({ name: "regression tests", moment: "canary" });
  const { waiting } = desk;
  const hold = drainsAgainAt(view);
  if (hold !== undefined && waiting.length > 0) desk.lookAgain(hold);
  for (const next of waiting) {
    const isHeld = hold !== undefined || barrier !== undefined || windowFor(view, next) !== "open";
    if (isHeld || !mayDrain(view) || !admits(view, desk, next)) break;
    turnOfNext(view, desk, next, next === waiting[0]);
    if (!desk.isInHand(next.host) && !desk.busy(next.host)) break;
  }
  if (desk.started.length > 0 || view.inFlight.length > 0) return { events: [], start: desk.started, ...desk.look() };
  return conclude(view, desk);
}

export type { Decision, View };
