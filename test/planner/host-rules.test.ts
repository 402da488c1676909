import { describe, expect, it } from "vitest";
import { validatePlan } from "../../provider/planner/validate.ts";
import { concurrency, entryOf, evenFleet, inHand, MARK, order, planned, refused, request } from "./fleets.ts";

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

describe("hosts that go last", () => {
  const settings = { ...wide, last: ["h2", "h1"] };

  it("start when all others are back, alone, in their order; those that the platform knows before them", () => {
    const plan = planned(evenFleet(6, 1, { h4: { last: true } }), settings);
    expect(order(plan).slice(-3)).toEqual(["h4", "h2", "h1"]);
    expect(concurrency(plan).slice(-3)).toEqual([["h4"], ["h2"], ["h1"]]);
    expect(entryOf(plan, "h2").why).toBe("goes last: alone, after all others");
    expect(plan.notes).toContain("h4, h2 and h1 go last, one after the other.");
    expect(plan.bounds.hours).toBeGreaterThan(1.1);
  });

  it("are no canaries while there are others", () => {
    const canary = { ...settings, canary: 1 };
    const empty = evenFleet(4, 1);
    const of = { ...empty, workloads: empty.workloads.filter(({ host }) => host !== "h1") };
    expect(planned(of, canary).hosts.find((entry) => entry.canary)?.host).toBe("h3");
    const alone = planned(evenFleet(4, 1, { h3: LEVEL, h4: LEVEL }), canary);
    expect(alone.hosts.map(({ host, canary }) => [host, canary])).toEqual([
      ["h2", true],
      ["h1", false],
    ]);
    const wrong = validatePlan(request(evenFleet(4, 1), { ...settings, last: ["h1"], canary: 1 }), {
      ...planned(evenFleet(4, 1), { ...wide, canary: 1 }),
    });
    expect(wrong.join("; ")).toContain("h1 is a canary, although others go before it");
  });

  it("let nothing start beside them when they are out already", () => {
    const of = evenFleet(4, 1, { h1: { cordoned: true, mark: MARK } });
    const plan = planned(of, { ...wide, last: ["h1"] }, { memory: { hosts: { h1: inHand() } } });
    expect(plan.hosts[1]?.after).toEqual(["h1"]);
  });

  it("are seen by the validator", () => {
    const plan = planned(evenFleet(4, 1), wide);
    const found = validatePlan(request(evenFleet(4, 1), { ...wide, last: ["h1"] }), plan).join("; ");
    expect(found).toContain("h1 goes last and does not wait for");
    expect(found).toContain("starts beside h1, which goes last and alone");
  });
});

describe("hosts that wait for others", () => {
  const settings = {
    ...wide,
    order: [
      { host: "h1", after: ["h3", "h4"] },
      { host: "h3", after: ["h2"] },
    ],
  };

  it("start when those are back", () => {
    const plan = planned(evenFleet(6, 1), settings);
    const beforeHost = (id: string): string[] => order(plan).slice(0, order(plan).indexOf(id));
    const open = concurrency(plan);
    expect(beforeHost("h1")).toEqual(expect.arrayContaining(["h2", "h3", "h4"]));
    expect(open[beforeHost("h1").length]).not.toContain("h3");
    expect(open[beforeHost("h3").length]).not.toContain("h2");
    expect(plan.bounds.hours).toBeGreaterThan(0.99);
  });

  it("are no canaries before them", () => {
    const of = evenFleet(4, 1);
    const first = { ...of, workloads: of.workloads.filter(({ host }) => host !== "h1") };
    expect(planned(first, { ...settings, canary: 1 }).hosts[0]?.host).toBe("h2");
  });

  it("do not wait for a host that takes no part, and the plan says so", () => {
    const plan = planned(evenFleet(6, 1, { h4: AWAY }), settings);
    expect(plan.notes).toContain("h1 does not wait for h4, which this roll leaves alone: an operator has taken it.");
  });

  it("are seen by the validator", () => {
    const plan = planned(evenFleet(6, 1), wide);
    expect(validatePlan(request(evenFleet(6, 1), settings), plan).join("; ")).toContain(
      "h1 does not wait for h3, against policy.order",
    );
  });

  it("must not wait for each other, by what the platform knows either", () => {
    const refusal = refused(evenFleet(4, 1, { h3: { last: true } }), {
      ...wide,
      order: [{ host: "h1", after: ["h3"] }],
    });
    expect(refusal.reasons[0]).toMatchObject({
      code: "order",
      text: "policy.order and the hosts that go last contradict each other: h1 waits for h3, h3 for h1.",
      hosts: ["h1", "h3"],
    });
    expect(refusal.unlock).toBe("Take the rules on h1 and h3 out of policy.order.");
    const unknown = refused(evenFleet(4, 1), { ...wide, last: ["vc"], order: [{ host: "h1", after: ["nas"] }] });
    expect(unknown.reasons.map(({ text }) => text)).toEqual([
      "policy.last names vc, which is not in the fleet.",
      "policy.order[0] names nas, which is not in the fleet.",
    ]);
  });
});

describe("a stated reserve", () => {
  const settings = { ...wide, startWidth: 8 };

  it("keeps amounts free at every moment", () => {
    const plan = planned(evenFleet(8, 4), { ...settings, reserve: { memory: "160GiB" } });
    // 8 x 64 - 32 x 8 = 256 GiB are free: one host may be out with its load booked twice.
    expect(plan.totals.out).toBe(1);
    expect(plan.notes).toContain("160 GiB stay free over the hosts in service at every moment.");
    expect(plan.bounds.out).toBe(1);
    expect(planned(evenFleet(8, 4), { ...settings, reserve: { memory: "32GiB" } }).totals.out).toBeGreaterThan(1);
  });

  it("keeps a share of what is in service free", () => {
    const plan = planned(evenFleet(8, 4), { ...settings, reserve: "25%" });
    expect(plan.notes).toContain(
      "25% of the capacity in service stays free at every moment: 128 GiB while every host is in service.",
    );
    expect(plan.bounds.out).toBe(2);
  });

  it("is refused with its amounts where it cannot be kept", () => {
    const amounts = refused(evenFleet(3, 4), { ...settings, reserve: { memory: "40GiB" } });
    expect(amounts.reasons[0]).toMatchObject({
      code: "reserve",
      text: expect.stringContaining(
        "h1 cannot go out: the other 2 hosts in service have 128 GiB, the running workloads take 96 GiB and the stated reserve 40 GiB, 8 GiB too much.",
      ),
    });
    const share = refused(evenFleet(3, 4), { ...settings, reserve: "30%" });
    expect(share.reasons[0]?.text).toContain("and the reserve of 30% 38.4 GiB, 6.4 GiB too much");
    expect(share.unlock).toContain("Set policy: { reserve: 0 }");
    const strange = refused(evenFleet(4, 1), { ...settings, reserve: { gpu: 2 } });
    expect(strange.reasons[0]?.text).toContain(
      "policy.reserve asks for gpu, which no host of the fleet is known to have",
    );
  });

  it("is seen by the validator", () => {
    const plan = planned(evenFleet(8, 4), { ...settings, reserve: 0 });
    for (const reserve of [{ memory: "160GiB" }, "25%", 2]) {
      const found = validatePlan(request(evenFleet(8, 4), { ...settings, reserve }), plan).join("; ");
      expect(found).toContain("leaves less memory free than the reserve");
    }
  });
});

describe("limits on what goes on at once", () => {
  const of = evenFleet(6, 6, Object.fromEntries(["h1", "h2", "h3", "h4", "h5", "h6"].map((id) => [id, { slots: 4 }])));
  const narrow = { ...wide, maxUnavailable: 2, startWidth: 2 };

  it("migrations of one host, and of all: a plan takes longer, and so does its bound", () => {
    const free = planned(of, narrow);
    const slow = planned(of, { ...narrow, migrations: { perHost: 1 } });
    expect(slow.totals.hours.expected).toBeGreaterThan(free.totals.hours.expected);
    expect(slow.notes).toContain("Migrations in flight at once: at most 1 on one host.");
    const serial = planned(of, { ...narrow, migrations: { total: 1 } });
    expect(serial.totals.hours.expected).toBeGreaterThan(free.totals.hours.expected);
    expect(serial.bounds.hours).toBeGreaterThanOrEqual(Math.round((36 * 18) / 36) / 100);
    expect(planned(of, { ...narrow, migrations: { perHost: 9, total: 99 } }).totals).toEqual(free.totals);
  });

  it("remediations that the platform allows", () => {
    const one = { ...evenFleet(6, 0), remediations: 1 };
    const plan = planned(one, wide);
    expect(plan.totals.out).toBeGreaterThan(1);
    expect(plan.totals.hours.expected).toBe(2);
    expect(plan.bounds.hours).toBe(2);
    expect(plan.notes).toContain("The platform remediates at most 1 host at once.");
    expect(planned({ ...one, remediations: 3 }, wide).totals.hours.expected).toBeCloseTo(0.67);
  });

  it("are seen by the validator where a forecast cannot be true", () => {
    const plan = planned(evenFleet(6, 0), wide);
    expect(validatePlan(request({ ...evenFleet(6, 0), remediations: 1 }, wide), plan).join("; ")).toContain(
      "would remediate more than 1 hosts at once",
    );
    const moving = { ...of, migration: { fixed: 1000, perGiB: 0 } };
    const fast = planned(moving, narrow);
    expect(validatePlan(request(moving, { ...narrow, migrations: { total: 1 } }), fast).join("; ")).toContain(
      "would have more than 1 migrations in flight",
    );
  });
});

describe("moves from newer to older hosts, where the platform forbids them", () => {
  const forward = <T extends object>(of: T): T & { backward: "no" } => ({ ...of, backward: "no" });
  const OLD = { level: "0.9.0", evidence: "0.9.0" } as const;

  it("are no destination: workloads go to hosts that are as new, or newer by then", () => {
    const of = evenFleet(5, 4, { h5: OLD, h4: OLD });
    const plan = planned(forward(of), { ...wide, maxUnavailable: 1 });
    const done = new Set<string>();
    for (const { host, evacuate } of plan.hosts) {
      for (const { to } of evacuate)
        expect(["h4", "h5"].includes(host) || done.has(to) || !["h4", "h5"].includes(to)).toBe(true);
      done.add(host);
    }
    expect(plan.notes.join(" ")).toContain("No workload moves from a host at a newer level to an older one");
    expect(planned({ ...of, backward: "unknown" }, wide).notes.join(" ")).toContain("is not known");
  });

  it("are refused where nothing else is left, and the refusal says so", () => {
    const of = evenFleet(2, 1, { h2: { ...OLD, finding: { compliance: "blocked", reason: "no space" } } });
    const refusal = refused(forward(of), { ...wide });
    expect(refusal.reasons[0]).toMatchObject({
      code: "backward",
      text: "h1 cannot be emptied: h1-a (8 GiB) has room only on h2, at an older level, where it must not move.",
    });
    expect(planned(of, wide).hosts).toHaveLength(1);
  });

  it("are seen by the validator, put back included", () => {
    const of = evenFleet(2, 1, { h2: { ...OLD, finding: { compliance: "blocked", reason: "no space" } } });
    const found = validatePlan(request(forward(of), wide), planned(of, wide)).join("; ");
    expect(found).toContain("moves h1-a from h1 at 1.0.0 to h2 at 0.9.0, and moves to older hosts are forbidden");
    const ahead = evenFleet(3, 2, { h1: { level: "2.1.0", evidence: "2.1.0" }, h2: LEVEL });
    const home = planned(ahead, { ...wide, putBack: "home" });
    const later = validatePlan(request(forward(ahead), { ...wide, putBack: "home" }), home).join("; ");
    const fromAhead = home.hosts.some((entry) => entry.putBack.some((move) => move.from === "h1"));
    expect(later.includes("from h1 at 2.1.0 to h3 at 2.0.0")).toBe(fromAhead);
    expect(
      planned(forward(ahead), { ...wide, putBack: "home" }).hosts[0]?.putBack.every(({ from }) => from !== "h1"),
    ).toBe(true);
  });
});
