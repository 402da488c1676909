import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findingOf } from "../../provider/core/plan.ts";
import type { PlanRequest } from "../../provider/planner/plan.ts";
import { planFor } from "../../provider/planner/plan.ts";
import { calmRequest, wildRequest } from "../planner/arbitraries.ts";
import { canRoll } from "../planner/exhaustive.ts";
import { fleet, host, request, vm } from "../planner/fleets.ts";

const FULL = process.env.ROLLING_PATCH_FULL === "1";
const settings = {
  numRuns: FULL ? 10_000 : 300,
  ...(process.env.FC_SEED === undefined ? {} : { seed: Number(process.env.FC_SEED) }),
};

/** Small and so full that many of them cannot be rolled: hosts of two sizes, big workloads, groups. */
const tightRequest: fc.Arbitrary<PlanRequest> = fc.integer({ min: 2, max: 4 }).chain((size) =>
  fc
    .record({
      hosts: fc.tuple(
        ...Array.from({ length: size }, () => fc.record({ gib: fc.constantFrom(64, 64, 80), done: fc.nat(3) })),
      ),
      workloads: fc.array(
        fc.record({
          on: fc.nat(size - 1),
          gib: fc.constantFrom(4, 12, 20, 28, 32, 36, 44, 52),
          group: fc.constantFrom(undefined, undefined, undefined, "db", "web"),
        }),
        { minLength: size - 1, maxLength: 2 * size },
      ),
    })
    .map(({ hosts, workloads }) => {
      const free: number[] = hosts.map(({ gib }) => gib);
      const placed = workloads.flatMap(({ on, gib, group }, index) => {
        if ((free[on] ?? 0) < gib) return [];
        free[on] = (free[on] ?? 0) - gib;
        return [vm(`w${index}`, `h${on}`, gib, group === undefined ? {} : { group })];
      });
      const nodes = hosts.map(({ gib, done }, index) =>
        host(`h${index}`, { gib, ...(done === 0 ? { level: "2.0.0" } : {}) }),
      );
      return request(fleet(nodes, placed), { reserve: 0, canary: 0, putBack: "none", maxUnavailable: 1 });
    }),
);

describe("a refusal", () => {
  it("that claims proof is right: an exhaustive search finds no way either", () => {
    const seen = { plan: 0, impossible: 0, unlock: 0, neither: 0 };
    fc.assert(
      fc.property(tightRequest, (one) => {
        const answer = planFor(one);
        seen[answer.kind === "plan" ? "plan" : findingOf(answer)] += 1;
        if (answer.kind === "plan") return;
        if (findingOf(answer) === "impossible") expect(canRoll(one, 20_000)).not.toBe(true);
      }),
      settings,
    );
    expect(seen.plan).toBeGreaterThan(0);
    expect(seen.impossible).toBeGreaterThan(0);
    // Hardly any small fleet is left undecided.
    expect(seen.unlock + seen.neither).toBeLessThan(0.02 * settings.numRuns);
  });

  it.each([
    ["seen for the first time", calmRequest],
    ["in mid-roll", wildRequest],
  ])("of a fleet %s says which of the three it is, in its reasons as well", (_, requests) => {
    fc.assert(
      fc.property(requests, (one) => {
        const answer = planFor(one);
        if (answer.kind === "plan") return;
        const unproven = answer.reasons.some(({ code }) => code === "no-progress");
        expect(unproven).toBe(findingOf(answer) !== "impossible");
        if (findingOf(answer) === "neither") expect(answer.unlock).toMatch(/^No single change/);
        if (findingOf(answer) === "unlock") expect(answer.unlock).not.toMatch(/^No single change/);
      }),
      { ...settings, numRuns: settings.numRuns / 2 },
    );
  });
});
