import { describe, expect, it } from "vitest";
import { validatePlan } from "../../provider/planner/validate.ts";
import { concurrency, evenFleet, inHand, MARK, planned, refused, request } from "./fleets.ts";

const AWAY = { held: true, cordoned: true } as const;
const LEVEL = { level: "2.0.0", evidence: "2.0.0" } as const;
const wide = { maxUnavailable: 8, startWidth: 8, canary: 0, reserve: 0, putBack: "none" } as const;

describe("hosts of which only one may be out at a time", () => {
  const of = evenFleet(6, 1, { h1: { quorums: ["etcd"] }, h2: { quorums: ["etcd", "mon"] } });
  const settings = { ...wide, quorums: { etcd: ["h3"] }, apart: [["h4", "h5"]] };
  const together = (open: readonly string[], hosts: readonly string[]): number =>
    open.filter((id) => hosts.includes(id)).length;

  it("are never out together: groups of the platform and of policy are merged by name", () => {
    const plan = planned(of, settings);
    for (const open of concurrency(plan)) {
      expect(together(open, ["h1", "h2", "h3"])).toBeLessThan(2);
      expect(together(open, ["h4", "h5"])).toBeLessThan(2);
    }
    expect(plan.totals.out).toBeGreaterThan(1);
    expect(plan.notes).toContain("Only one of h1, h2 and h3 is out at a time (quorum group etcd).");
    expect(plan.notes).toContain("Only one of h4 and h5 is out at a time (policy.apart[0]).");
  });

  it("take at least their time one after the other", () => {
    expect(planned(of, settings).bounds.hours).toBeGreaterThan(0.99);
    expect(planned(evenFleet(6, 1), wide).bounds.hours).toBeLessThan(0.99);
  });

  it("are seen by the validator", () => {
    const plan = planned(evenFleet(6, 1), wide);
    const against = (change: object): string => validatePlan(request(of, { ...wide, ...change }), plan).join("; ");
    expect(against({})).toContain("may be out together with h1, against quorum group etcd");
    const plain = validatePlan(request(evenFleet(6, 1), { ...wide, apart: [["h4", "h5"]] }), plan).join("; ");
    expect(plain).toContain("against policy.apart");
  });

  it("wait in vain for one that is out for reasons of its own", () => {
    const refusal = refused(evenFleet(6, 1, { h2: AWAY }), { ...wide, quorums: { etcd: ["h1", "h2"] } });
    expect(refusal.reasons).toMatchObject([
      {
        code: "quorum",
        text: "Only one host of the quorum group etcd may be out at a time, and h2 (an operator has taken it) is out already: h1 cannot go.",
        hosts: ["h2"],
      },
    ]);
    expect(refusal.unlock).toBe("Bring back h2.");
  });

  it("count one that failed, and one that does not answer", () => {
    const quorums = { etcd: ["h1", "h2"] };
    const memory = { hosts: { h2: inHand({ failed: { step: "remediate", why: "no boot" } }) } };
    const failed = evenFleet(6, 1, { h2: { cordoned: true, mark: MARK } });
    expect(refused(failed, { ...wide, quorums }, { memory }).reasons[0]?.code).toBe("quorum");
    const silent = evenFleet(6, 1, { h2: { state: "unreachable" } });
    expect(refused(silent, { ...wide, quorums }).reasons[0]?.code).toBe("quorum");
    expect(refused(silent, { ...wide, apart: [["h1", "h2"]] }).reasons[0]?.text).toContain(
      "policy.apart[0] lets only one",
    );
  });

  it("do not matter where nothing of theirs is to be done", () => {
    const plan = planned(evenFleet(6, 1, { h1: LEVEL, h2: AWAY }), { ...wide, quorums: { etcd: ["h1", "h2"] } });
    expect(plan.hosts).toHaveLength(4);
  });

  it("must be in the fleet", () => {
    const refusal = refused(evenFleet(6, 1), { ...wide, quorums: { etcd: ["h1", "esx-9"] }, apart: [["h1", "nas"]] });
    expect(refusal.reasons.map(({ code, text }) => [code, text])).toEqual([
      ["unknown-host", "policy.quorums.etcd names esx-9, which is not in the fleet."],
      ["unknown-host", "policy.apart[0] names nas, which is not in the fleet."],
    ]);
    expect(refusal.unlock).toBe(
      "Take what is not in the fleet out of policy, or correct its name: esx-9 (policy.quorums.etcd) and nas (policy.apart[0]).",
    );
  });
});
