import { describe, expect, it } from "vitest";
import { movesBound } from "../../provider/planner/moves-bound.ts";
import { search } from "../../provider/planner/search.ts";
import { evenFleet, fleet, host, inHand, MARK, planned, request, vm } from "./fleets.ts";

const LEVEL = { level: "2.0.0", evidence: "2.0.0" } as const;
const plain = { canary: 0, putBack: "none" } as const;

describe("the bound of moves", () => {
  it("M1: each workload on a host to be done leaves it once", () => {
    const plan = planned(evenFleet(4, 3, { h4: LEVEL }), { ...plain, reserve: 0 });
    expect(plan.bounds.moves).toBe(9);
    expect(plan.totals.moves).toBe(9);
  });

  it("M2: where no host is at the level, those of the first host move twice", () => {
    expect(planned(evenFleet(4, 3), plain).bounds.moves).toBe(12 + 3);
    expect(
      planned(fleet([host("h1"), host("h2"), host("h3")], [vm("a", "h1"), vm("b", "h2")]), plain).bounds.moves,
    ).toBe(2);
  });

  it("M2 counts what fits on the hosts that need not be emptied, as if these were empty", () => {
    const small = fleet(
      [host("h0", { gib: 16, ...LEVEL }), host("h1"), host("h2")],
      ["a", "b", "c"].flatMap((id) => [vm(`${id}1`, "h1"), vm(`${id}2`, "h2")]),
    );
    expect(planned(small, { ...plain, reserve: 0 }).bounds.moves).toBe(6 + 1);
  });

  it("M3: those of the first K hosts, if K are emptied before the first one is done", () => {
    const { facts, result } = search(request(evenFleet(8, 3), { ...plain, maxUnavailable: 2 }), 200);
    if (result.kind === "stuck") throw new Error("stuck");
    expect(movesBound(facts, result.turns)).toBe(24 + 3);
    expect(movesBound(facts, result.turns, 2)).toBe(24 + 6);
  });

  it("counts what policy brings home", () => {
    const plan = planned(evenFleet(4, 3), { putBack: "home" });
    expect(plan.bounds.moves).toBe(24);
    expect(plan.totals.moves).toBe(24);
  });

  it("does not count pinned workloads", () => {
    const of = fleet(
      [host("h1"), host("h2"), host("h3", LEVEL)],
      [vm("gpu", "h1", 8, { pinned: true }), vm("a", "h2")],
    );
    expect(planned(of, { ...plain, pinned: "shutdown" }).bounds.moves).toBe(1);
  });
});

describe("the bound of hours", () => {
  const hours = (seconds: number): number => Math.round((seconds / 3600) * 100) / 100;

  it("T4: no host is faster than its own evacuation and remediation", () => {
    const of = fleet([host("h1", { slots: 1 }), host("h2", LEVEL)], [vm("a", "h1", 10), vm("b", "h1", 10)]);
    expect(planned(of, plain).bounds.hours).toBe(hours(40 + 1200));
  });

  it("T1: each host holds one of the places that long", () => {
    expect(planned(evenFleet(6, 0), plain).bounds.hours).toBe(hours(6 * 1200));
  });

  it("T1 knows that canaries go alone, and the ramp", () => {
    const calm = evenFleet(9, 0);
    // Alone; then 2 together, then 2 and 4 as the ramp allows it.
    const plan = planned(calm, { maxUnavailable: 4, canary: 1, reserve: 0 });
    expect(plan.bounds.hours).toBeGreaterThanOrEqual(hours(1200 + (8 * 1200) / 4));
    expect(plan.bounds.hours).toBeLessThanOrEqual(plan.totals.hours.expected);
    expect(plan.totals.hours.expected / plan.bounds.hours).toBeLessThan(1.3);
  });

  it("T5': a failure domain with its own limit", () => {
    const one = Object.fromEntries(["h1", "h2", "h3", "h4"].map((id) => [id, { domain: "a" }]));
    const plan = planned(evenFleet(8, 0, one), { ...plain, reserve: 0, maxUnavailable: { fleet: 8, perDomain: 1 } });
    expect(plan.bounds.hours).toBe(hours(4 * 1200));
  });

  it("T2: what is free bounds how much can be out", () => {
    // Each of ten hosts is 80 % full and one may fail: there is never room for a second one out.
    const plan = planned(evenFleet(10, 6), { ...plain, maxUnavailable: 10 });
    expect(plan.bounds.hours).toBeGreaterThan(hours((10 * 1200) / 2));
  });

  it("T6: a host that is out already waits for nobody, whatever the rules say now", () => {
    const out = { ...LEVEL, mark: MARK };
    const of = fleet([host("h1"), host("h2", out), host("h3", { estimate: { patch: 600, boot: 300 } })]);
    const policy = {
      ...plain,
      reserve: 0,
      maxUnavailable: 3,
      startWidth: 3,
      order: [
        { host: "h2", after: ["h1"] },
        { host: "h3", after: ["h2"] },
      ],
    };
    const plan = planned(of, policy, { memory: { hosts: { h2: inHand({ passed: ["verify", "put back", "gate"] }) } } });
    expect(plan.totals.hours.expected).toBe(hours(1200));
    expect(plan.bounds.hours).toBe(hours(1200));
  });
});

it("the bound of hosts out counts a reserve for more failures than hosts are left as all of these", () => {
  const of = fleet([host("h1"), host("h2", { gib: 128 }), host("h3", { gib: 128 })]);
  const plan = planned(of, { ...plain, reserve: 2, maxUnavailable: 3, startWidth: 3 });
  expect(plan.totals.out).toBe(3);
  expect(plan.bounds.out).toBe(3);
});
