import { conclude } from "./conclude.ts";
import { Desk } from "./desk.ts";
import { admits, turnInHand, turnOfNext } from "./turns.ts";
import { type Decision, mayDrain, type View } from "./view.ts";

/**
 * The one place that decides what a roll does next: from what is observed now to the acts to start now. Pure, so that the
 * same code drives the roll, resumes it after a crash and runs in tests. It keeps no position: it looks at every host anew.
 */
export function decide(view: View): Decision {
  const desk = new Desk(view);
  if (view.run.failingBefore === undefined && view.checkPoints.has("end") && mayDrain(view)) {
    desk.start({ name: "regression tests", moment: "before" });
    return { events: [], start: desk.started };
  }
  for (const host of desk.handsOn) turnInHand(view, desk, host);
  const { waiting } = desk;
  for (const next of waiting) {
    if (!mayDrain(view) || view.window !== "open" || !admits(view, desk, next)) break;
    turnOfNext(view, desk, next, next === waiting[0]);
    if (!desk.isInHand(next.host) && !desk.busy(next.host)) break;
  }
  if (desk.started.length > 0 || view.inFlight.length > 0) return { events: [], start: desk.started, ...desk.look() };
  return conclude(view, desk);
}

export type { Decision, View };
