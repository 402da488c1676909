import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HostPlan } from "../../provider/core/plan.ts";
import { outsideEnvelope, type PlanFacts, planId, readPlanId } from "../../provider/core/plan-id.ts";

const entry: HostPlan = {
  host: "h1",
  from: "8.0.1",
  to: "8.0.3",
  canary: false,
  judged: false,
  steps: [],
  soak: 0,
  wave: 1,
  after: [],
  why: "its turn",
  makeRoom: [],
  evacuate: [{ workload: "w1", from: "h1", to: "h2", gib: 8, why: "already at the level" }],
  shutdown: [],
  putBack: [],
  undoRoom: [],
  start: 0,
  end: 1500,
};

const facts: PlanFacts = { hosts: [entry], moves: 1, out: 1, hours: 0.6, effort: 200, baseline: "version=8.0.3" };
const id = planId(facts);

describe("a plan id", () => {
  it("says hosts, moves, hosts out and hours, rounded up, and digests of baseline and content", () => {
    expect(id).toMatch(/^1h-1m-1out-1t-200e-[0-9a-f]{8}-[0-9a-f]{8}$/);
  });

  it("stays the same from release to release: ids are kept in stacks", () => {
    expect(id).toBe("1h-1m-1out-1t-200e-3ccadd3f-b3906ed9");
  });

  it.each<[string, Partial<HostPlan>]>([
    ["the order", { after: ["h0"] }],
    ["a destination", { evacuate: [{ ...(entry.evacuate[0] as HostPlan["evacuate"][number]), to: "h3" }] }],
    ["room that is made", { makeRoom: entry.evacuate }],
    ["what is shut down", { shutdown: ["w9"] }],
    ["what is put back", { putBack: entry.evacuate }],
    ["what is undone", { undoRoom: entry.evacuate }],
    ["the level", { to: "8.0.4" }],
    ["the canary", { canary: true }],
    ["who is judged", { judged: true }],
    ["the steps of the put-back", { steps: [1] }],
  ])("changes with %s", (_, change) => {
    expect(planId({ ...facts, hosts: [{ ...entry, ...change }] })).not.toBe(id);
  });

  it("does not change with forecast times, waves and reasons", () => {
    const again = {
      ...entry,
      wave: 2,
      why: "other",
      start: 7,
      end: 9,
      evacuate: entry.evacuate.map((move) => ({ ...move, why: "other" })),
    };
    expect(planId({ ...facts, hosts: [again] })).toBe(id);
  });

  it("can be read back", () => {
    fc.assert(
      fc.property(
        fc.nat(9_999),
        fc.nat(500),
        fc.float({ min: 0, max: 900, noNaN: true }),
        fc.string(),
        (moves, out, hours, baseline) => {
          const read = readPlanId(planId({ hosts: [entry, entry], moves, out, hours, effort: 7, baseline }));
          expect(read).toMatchObject({ hosts: 2, moves, out, hours: Math.ceil(hours), effort: 7 });
          expect(read?.baseline).toBe(readPlanId(planId({ ...facts, baseline }))?.baseline);
        },
      ),
    );
  });

  it.each([
    "",
    "plan",
    "1h-1m-1out-1t",
    "1h-1m-1out-1t-3ccadd3f-b3906ed9",
    "1h-1m-1out-1t-1e-zzzzzzzz-00000000",
    `${id} `,
    id.toUpperCase(),
  ])("%j is none", (text) => {
    expect(readPlanId(text)).toBeUndefined();
  });
});

describe("the envelope of an approved id", () => {
  const outside = (change: Partial<PlanFacts>): string[] =>
    outsideEnvelope(id, { id: planId({ ...facts, ...change }) });

  it("holds the plan itself and every smaller one to the same baseline", () => {
    expect(outside({})).toEqual([]);
    expect(outside({ hosts: [], moves: 0, out: 0, hours: 0 })).toEqual([]);
    expect(outside({ hosts: [{ ...entry, host: "h7" }] })).toEqual([]);
  });

  it("does not hold more of anything, nor another baseline: each is said in words", () => {
    expect(outside({ hosts: [entry, entry] })).toEqual(["2 hosts instead of at most 1"]);
    expect(outside({ moves: 5 })).toEqual(["5 moves instead of at most 1"]);
    expect(outside({ out: 2 })).toEqual(["2 hosts out at once instead of at most 1"]);
    expect(outside({ hours: 3.2 })).toEqual(["4 hours instead of at most 1"]);
    expect(outside({ baseline: "version=8.0.4" })).toEqual(["another baseline was approved"]);
    expect(outside({ moves: 5, hours: 3.2 })).toHaveLength(2);
  });

  it("of a text that is no id holds nothing", () => {
    expect(outsideEnvelope("yes", { id })).toEqual([`"yes" is not a plan id; a preview shows one like "${id}"`]);
  });
});
