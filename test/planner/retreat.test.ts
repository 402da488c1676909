import { describe, expect, it } from "vitest";
import type { Plan } from "../../provider/core/plan.ts";
import { planFor } from "../../provider/planner/plan.ts";
import { validatePlan } from "../../provider/planner/validate.ts";
import { evenFleet, order, planned, request } from "./fleets.ts";

const LEVEL = { level: "2.0.0", evidence: "2.0.0" } as const;
const forward = <T extends object>(of: T): T & { backward: "no" } => ({ ...of, backward: "no" });

/** Free memory, in MiB, on the hosts that are at the level once so many hosts are back, and the size of the largest of them. */
function free(of: ReturnType<typeof evenFleet>, plan: Plan, done: number): number {
  const at = new Map(of.workloads.map(({ id, host }) => [id, host]));
  for (const { evacuate, putBack } of plan.hosts.slice(0, done))
    for (const { workload, to } of [...evacuate, ...putBack]) at.set(workload, to);
  const ids = new Set(plan.hosts.slice(0, done).map(({ host }) => host));
  const load = of.workloads.filter(({ id }) => ids.has(at.get(id) ?? "")).length * 8 * 1024;
  return ids.size * 64 * 1024 - load;
}

describe("where moves to older hosts are forbidden", () => {
  const of = evenFleet(8, 4);
  const settings = { canary: 1, putBack: "home" } as const;

  it("the plan says from when on any one host at the new level could be emptied again", () => {
    const plan = planned(forward(of), settings);
    // All come home, so that two hosts suffice, each half full; but while the third one is out they hold its load as well.
    expect(plan.retreat).toEqual({ holds: true, after: order(plan)[2] });
    expect(plan.notes.at(-1)).toBe(
      `Once ${order(plan)[2]} is back, any one host at the new level could be emptied again onto others of it; before that a convicted host keeps what does not fit.`,
    );
    expect([1, 2, 3, 8].map((done) => free(of, plan, done) >= 64 * 1024)).toEqual([false, true, true, true]);
  });

  it("a plan that could have it no more is taken only where nothing else is left", () => {
    for (const perHost of [3, 4, 5, 6]) {
      const fleet = evenFleet(8, perHost);
      for (const putBack of ["none", "bounded"] as const) {
        const plan = planned(forward(fleet), { canary: 1, putBack, maxUnavailable: 2 });
        const from = order(plan).indexOf(plan.retreat?.after ?? "");
        expect(plan.retreat?.holds).toBe(true);
        for (let done = from + 1; done <= 8; done++) expect(free(fleet, plan, done)).toBeGreaterThanOrEqual(64 * 1024);
      }
    }
  });

  it("hosts at the level with room enough beside them can take any one of them at every moment", () => {
    const plan = planned(forward(evenFleet(5, 2, { h2: LEVEL, h3: LEVEL, h4: LEVEL })), { canary: 0, putBack: "home" });
    expect(plan.retreat).toEqual({ holds: true });
    expect(plan.notes.at(-1)).toMatch(/^At every moment any one host/);
  });

  it("a single host at the level can at no point, and the note says what happens then", () => {
    const BLOCKED = { finding: { compliance: "blocked", reason: "no space" } } as const;
    const plan = planned(forward(evenFleet(3, 2, { h2: BLOCKED, h3: BLOCKED })), { putBack: "home" });
    expect(plan.retreat).toEqual({ holds: false });
    expect(plan.notes.at(-1)).toMatch(/^At no point of this roll .*: a convicted host keeps what does not fit\.$/);
  });

  it("the validator finds a claim that does not hold", () => {
    const asked = request(forward(of), settings);
    const plan = planFor(asked) as Plan;
    const told = (retreat: Plan["retreat"]): string => validatePlan(asked, { ...plan, retreat } as Plan).join("; ");
    expect(told(plan.retreat)).toBe("");
    expect(told({ holds: false })).toBe("");
    expect(told({ holds: true })).toContain("could not be emptied again after all");
    expect(told({ holds: true, after: order(plan)[0] as string })).toContain("could not be emptied again after all");
    expect(told({ holds: true, after: order(plan)[3] as string })).toBe("");
  });
});

describe("where they are not, or no room is kept", () => {
  it("nothing is said: a host can be emptied onto any other, or nobody counts on it", () => {
    expect(planned(evenFleet(4, 4)).retreat).toBeUndefined();
    expect(planned(forward(evenFleet(4, 4)), { reserve: 0 }).retreat).toBeUndefined();
    expect(planned(forward(evenFleet(2, 2))).retreat).toBeUndefined();
  });
});
