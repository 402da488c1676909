import { describe, expect, test } from "vitest";
import { generateFleet } from "../../bench/planner-fleet.ts";
import { policy } from "../../provider/core/policy.ts";
import { ASK, costsOf } from "../../provider/lifecycle/costs.ts";
import { planFor } from "../../provider/planner/plan.ts";
import { documentOf } from "./plans.ts";

describe("what settings cost", () => {
  test("is what a plan without them saves", () => {
    const fleet = generateFleet({ hosts: 30, load: 0.5, seed: 2 });
    const ask = (settings: object) => ({
      fleet,
      policy: policy.parse(settings),
      baseline: "version=1.1.0",
      owners: [],
    });
    const hours = (settings: object): number => {
      const plan = planFor(ask(settings));
      return plan.kind === "plan" ? Math.max(...plan.hosts.map(({ end }) => end)) / 3600 : Number.NaN;
    };
    const request = ask({ maxUnavailable: 3 });
    const plan = planFor(request);
    if (plan.kind !== "plan") throw new Error("refused");
    const { settings, unknown } = costsOf(request, plan, "preview");
    expect(unknown).toEqual([]);
    expect(settings.map(({ hours: cost }) => cost)).toEqual(
      [{ canary: 0 }, { startWidth: 3 }, { maxUnavailable: 6 }].map((other) =>
        expect.closeTo(hours({ maxUnavailable: 3 }) - hours({ maxUnavailable: 3, ...other }), 1.5),
      ),
    );
    expect(costsOf(request, plan, "preview")).toBe(costsOf(request, plan, "preview"));
  });

  test("is not asked about what is at its end already", () => {
    expect(documentOf({ hosts: 8, policy: { canary: 0, maxUnavailable: 8 } }).costs?.settings).toEqual([
      expect.objectContaining({ setting: "startWidth", value: 1, against: 8 }),
    ]);
    expect(documentOf({ hosts: 8, policy: { mode: "canary" } }).costs).toEqual({ settings: [], unknown: [] });
  });

  test("of a fleet too large to be planned often is left open, and said to be", () => {
    const fleet = generateFleet({ hosts: 8, load: 0.5, seed: 1 });
    const one = fleet.workloads[0];
    if (one === undefined) throw new Error("no workload");
    const idle = Array.from({ length: ASK.preview }, (_, i) => ({
      ...one,
      id: `off-${i}`,
      state: "stopped" as const,
      demand: {},
    }));
    const request = {
      fleet: { ...fleet, workloads: [...fleet.workloads, ...idle] },
      policy: policy.parse({}),
      baseline: "b",
      owners: [],
    };
    const plan = planFor({ ...request, fleet });
    if (plan.kind !== "plan") throw new Error("refused");
    expect(costsOf(request, plan, "preview")).toEqual({ settings: [], unknown: ["canary", "maxUnavailable"] });
  });
});
