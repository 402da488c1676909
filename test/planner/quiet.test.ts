import { describe, expect, it } from "vitest";
import type { Fleet } from "../../provider/core/fleet.ts";
import type { Plan, Refusal } from "../../provider/core/plan.ts";
import type { PolicyInput } from "../../provider/core/policy.ts";
import type { QuietHours } from "../../provider/core/quiet.ts";
import { type PlanRequest, planFor } from "../../provider/planner/plan.ts";
import { validatePlan } from "../../provider/planner/validate.ts";
import { evenFleet, fleet, host, order, request, vm } from "./fleets.ts";

const LEVEL = { level: "2.0.0", evidence: "2.0.0" } as const;
const minute = 60_000;

/** Spans in minutes from now. */
function asked(of: Fleet, spans: Record<string, [number, number?][]>, settings: PolicyInput = {}): PlanRequest {
  const read = ([from, until]: [number, number?]) =>
    until === undefined ? { from: from * minute } : { from: from * minute, until: until * minute };
  const quiet: QuietHours = {
    from: 0,
    spans: Object.fromEntries(Object.entries(spans).map(([id, list]) => [id, list.map(read)])),
  };
  const workloads = of.workloads.map((one) =>
    one.id in spans ? { ...one, quiet: [{ start: "0 8 * * *", duration: 1, timezone: "UTC" }] } : one,
  );
  return { ...request({ ...of, workloads }, settings), quiet };
}

function plan(...args: Parameters<typeof asked>): Plan {
  const answer = planFor(asked(...args));
  if (answer.kind === "refusal") throw new Error(answer.reasons.map(({ text }) => text).join(" "));
  return answer;
}

const refusal = (...args: Parameters<typeof asked>): Refusal => planFor(asked(...args)) as Refusal;

describe("hosts whose workloads must not move now", () => {
  const of = evenFleet(4, 2);

  it("go after all others, and are told to rest", () => {
    expect(order(plan(of, {}, { canary: 0 }))).toEqual(["h1", "h2", "h3", "h4"]);
    const late = plan(of, { "h1-a": [[0, 60]], "h3-b": [[10, 60]] }, { canary: 0 });
    expect(order(late)).toEqual(["h2", "h4", "h1", "h3"]);
    expect(late.resting).toEqual(["h1", "h3"]);
    expect(late.notes.join(" ")).toContain(
      "Quiet hours of h1-a and h3-b: a host that one of them moves off starts only where it would be done before they begin; h1 and h3 could not start now and go later.",
    );
  });

  it("are no canary while another host of their class can be", () => {
    const [first] = plan(of, { "h1-a": [[0, 60]] }).hosts;
    expect(first).toMatchObject({ host: "h2", canary: true });
    const spans = { "h1-a": [[0, 60]], "h2-a": [[0, 60]], "h3-a": [[0, 60]], "h4-a": [[0, 60]] } as const;
    expect(plan(of, structuredClone(spans) as never).hosts[0]).toMatchObject({ host: "h1", canary: true });
  });

  it("hold nothing up once their quiet hours are far enough away, or over", () => {
    const later = plan(of, { "h1-a": [[21, 60]] }, { canary: 0 });
    expect(order(later)).toEqual(["h1", "h2", "h3", "h4"]);
    expect(later.resting).toBeUndefined();
    expect(later.notes.join(" ")).toContain("Quiet hours of h1-a: a host that it moves off starts only where");
  });

  it("keep their place behind in what is left of an announced plan", () => {
    const first = plan(of, {}, { canary: 0 });
    const again = planFor({ ...asked(of, { "h1-a": [[0, 60]] }, { canary: 0 }), previous: first }) as Plan;
    expect(order(again)).toEqual(["h2", "h3", "h4", "h1"]);
  });
});

describe("quiet hours that leave no time", () => {
  const of = fleet([host("h1"), host("h2", LEVEL), host("h3", LEVEL)], [vm("a", "h1"), vm("b", "h1"), vm("c", "h2")]);

  it("of one workload are refused, with proof, and the unlock names it", () => {
    const found = refusal(of, { a: [[0, 10], [30, 40], [55]] }, { reserve: 0 });
    expect(found.reasons).toEqual([
      {
        code: "quiet",
        text: "h1 cannot be emptied: quiet hours of a leave no 20 min in sight for its move and a patch.",
        hosts: ["h1"],
        workloads: ["a"],
      },
    ]);
    expect(found.unlock).toBe("Let a move in its quiet hours for the time of the roll.");
  });

  it("of two workloads together are told for their host, without claim of a proof", () => {
    const found = refusal(of, { a: [[0, 100], [150]], b: [[100]] }, { reserve: 0 });
    expect(found.reasons.map(({ code }) => code)).toEqual(["quiet", "no-progress"]);
    expect(found.reasons[0]?.text).toBe(
      "h1 cannot be emptied and patched in one go: quiet hours of a and b leave no 20 min in sight in which nothing of it must stay.",
    );
    expect(found.unlock).toBe("Let a move in its quiet hours for the time of the roll.");
  });

  it("leave time where there is a gap as long as a move and a patch", () => {
    expect(plan(of, { a: [[0, 10], [31, 40], [50]] }, { reserve: 0 }).resting).toEqual(["h1"]);
  });

  it("keep a workload from making room for a host that is to be patched when it must not move", () => {
    // a fits on h2 only where c goes to h3.
    const tight = fleet(
      [host("h1", { gib: 32 }), host("h2", { ...LEVEL, gib: 32 }), host("h3", { ...LEVEL, gib: 12 })],
      [vm("a", "h1", 28), vm("c", "h2", 8)],
    );
    const settings: PolicyInput = { reserve: 0, canary: 0, putBack: "none" };
    expect(plan(tight, { c: [[0, 30]] }, settings).hosts[0]?.makeRoom).toHaveLength(1);
    const found = refusal(tight, { a: [[0, 60]], c: [[60]] }, settings);
    expect(found.kind).toBe("refusal");
  });
});

describe("the validator", () => {
  const of = fleet([host("h1"), host("h2"), host("h3", LEVEL)], [vm("a", "h1"), vm("b", "h2")]);
  const told = (part: Partial<Plan>, spans: Parameters<typeof asked>[1]): string => {
    const sound = planFor(asked(of, {}, { reserve: 0, canary: 0 })) as Plan;
    return validatePlan(asked(of, spans, { reserve: 0, canary: 0 }), { ...sound, ...part }).join("; ");
  };

  it("finds turns that no time allows, and rest that is told wrongly", () => {
    expect(told({}, {})).toBe("");
    expect(told({}, { a: [[60, 120]] })).toBe("");
    expect(told({}, { a: [[10]] })).toBe("the turn of h1 moves workloads whose quiet hours leave no time for it");
    expect(told({}, { b: [[0, 10]] })).toBe(
      "h2 holds a workload that must not move as the plan begins, and is not told to rest",
    );
    expect(told({ resting: ["h2", "h3"] }, { b: [[0, 10]] })).toBe("h3 is told to rest, and is not planned");
  });
});
