import { describe, expect, it } from "vitest";
import { findingOf, type Refusal } from "../../provider/core/plan.ts";
import { planFor } from "../../provider/planner/plan.ts";
import { evenFleet, fleet, host, inHand, MARK, refused, request, vm } from "./fleets.ts";

const LEVEL = { level: "2.0.0", evidence: "2.0.0" } as const;
const AWAY = { held: true, cordoned: true } as const;

describe("a refusal names the culprits with numbers", () => {
  it("pinned", () => {
    const of = fleet(
      [host("h1"), host("h2"), host("h3")],
      [vm("gpu", "h2", 8, { pinned: true }), vm("disk", "h2", 8, { pinned: true })],
    );
    expect(refused(of).reasons).toEqual([
      {
        code: "pinned",
        text: "h2 cannot be emptied: disk and gpu cannot move.",
        hosts: ["h2"],
        workloads: ["disk", "gpu"],
      },
    ]);
  });

  it("pinned: a host that takes part in no migrations", () => {
    const of = fleet([host("h1", { slots: 0 }), host("h2"), host("h3")], [vm("a", "h1")]);
    expect(refused(of).reasons).toMatchObject([{ code: "pinned", hosts: ["h1"], workloads: ["a"] }]);
    expect(planFor(request(of, { pinned: "skip" })).kind).toBe("refusal");
  });

  it("capacity: the others do not hold everything", () => {
    const of = fleet([host("h1"), host("h2", { gib: 32 })], [vm("a", "h1", 24), vm("b", "h1", 20), vm("c", "h2", 4)]);
    expect(refused(of).reasons[0]).toMatchObject({
      code: "capacity",
      text: "h1 cannot go out: the other 1 host in service have 32 GiB, the running workloads take 48 GiB, 16 GiB too much.",
      hosts: ["h1"],
    });
  });

  it("reserve: they hold everything, but no further failure", () => {
    expect(refused(evenFleet(3, 4)).reasons).toMatchObject([
      {
        code: "reserve",
        text: "h1 cannot go out: the other 2 hosts in service have 128 GiB, the running workloads take 96 GiB and the reserve for 1 host failure 64 GiB, 32 GiB too much. The same holds for 2 other hosts.",
        hosts: ["h1", "h2", "h3"],
      },
    ]);
  });

  it("anti-affinity: as many members as hosts", () => {
    const members = ["a", "b", "c"].map((id, i) => vm(id, `h${i + 1}`, 4, { group: "etcd" }));
    expect(refused(fleet([host("h1"), host("h2"), host("h3")], members)).reasons).toMatchObject([
      {
        code: "anti-affinity",
        text: "h1 cannot go out: the 3 members of etcd may not share a host, and only 2 hosts would be in service.",
        workloads: ["a", "b", "c"],
      },
    ]);
  });

  it("too-large: larger than every other host", () => {
    const of = fleet([host("h1", { gib: 256 }), host("h2"), host("h3"), host("h4"), host("h5")], [vm("db", "h1", 100)]);
    expect(refused(of, { reserve: 0 }).reasons).toMatchObject([
      {
        code: "too-large",
        text: expect.stringMatching(
          /db fits on no other host, even if all that can move left it: it needs 100 GiB, and the largest other host, h\d, can give 64 GiB/,
        ),
        workloads: ["db"],
      },
    ]);
  });

  it("capacity: no other host has room for one workload, which is told with the most that is free", () => {
    const workloads = [vm("db", "h1", 40), vm("a", "h2", 36), vm("b", "h3", 34), vm("c", "h4", 38)];
    const hosts = ["h1", "h2", "h3", "h4"].map((id) => host(id, id === "h1" ? {} : LEVEL));
    const refusal = refused(fleet(hosts, workloads), { reserve: 0 });
    expect(refusal.reasons[0]).toMatchObject({
      code: "capacity",
      text: "h1 cannot be emptied: db (40 GiB) fits on no other host; most free is h3 with 30 GiB.",
      hosts: ["h1"],
      workloads: ["db"],
    });
  });

  it("anti-affinity: room only beside other members of the group", () => {
    const of = fleet(
      [host("h1"), host("h2"), host("h3")],
      [
        vm("a", "h1", 8, { group: "web" }),
        vm("b", "h2", 8, { group: "web", pinned: true }),
        vm("c", "h3", 60, { pinned: true }),
      ],
    );
    expect(refused(of, { reserve: 0, pinned: "skip" }).reasons[0]).toMatchObject({
      code: "anti-affinity",
      text: "h1 cannot be emptied: a (8 GiB) has room only on h2, which runs another member of web.",
    });
  });

  it("unavailable: others are out already", () => {
    expect(refused(evenFleet(6, 1, { h2: AWAY })).reasons).toMatchObject([
      {
        code: "unavailable",
        text: "policy.maxUnavailable allows 1 host out at once, and 1 is out already: h2 (an operator has taken it).",
        hosts: ["h2"],
      },
    ]);
  });

  it("unavailable: a host that failed in this run takes the place", () => {
    const memory = { canaryPassed: true, hosts: { h2: inHand({ failed: { step: "remediate", why: "no boot" } }) } };
    const refusal = refused(evenFleet(6, 1, { h2: { cordoned: true, mark: MARK } }), {}, { memory });
    expect(refusal.reasons[0]).toMatchObject({ code: "unavailable", hosts: ["h2"] });
  });

  it("domain: the place of a failure domain is taken", () => {
    const of = evenFleet(6, 1, { h1: { domain: "a" }, h2: { domain: "a", ...AWAY }, h3: { domain: "a" } });
    const refusal = refused(of, { maxUnavailable: { fleet: 4, perDomain: 1 } });
    expect(refusal.reasons).toMatchObject([
      { code: "domain", hosts: ["h2"], text: expect.stringContaining("h1 and h3 cannot go") },
    ]);
    expect(refusal.unlock).toBe("Set policy: { maxUnavailable: { fleet: 4, perDomain: 2 } }, or bring back h2.");
  });

  it("says how far the best order comes, and that this is no proof, when some can go and others cannot", () => {
    const of = fleet(
      ["h1", "h2", "h3", "h4"].map((id) => host(id, id === "h1" ? {} : { ...LEVEL, gib: id === "h4" ? 16 : 64 })),
      [vm("a", "h1", 40), vm("b", "h2", 30), vm("c", "h3", 30)],
    );
    const settings = request(of, { reserve: 0, canary: 0 });
    const refusal = planFor({ ...settings, effort: 0 }) as Refusal;
    expect(findingOf(refusal)).toBe("unlock");
    expect(refusal).toMatchObject({
      kind: "refusal",
      reasons: [
        { code: "capacity", text: expect.stringMatching(/^h1 cannot be emptied: a \(40 GiB\) fits on no other host/) },
        { code: "no-progress", text: expect.stringContaining("which is no proof that there is none") },
      ],
    });
    expect(planFor(settings)).toMatchObject({ kind: "plan" });
  });

  it("says that all ways were tried, where that was possible", () => {
    const workloads = [vm("a", "h1", 8), vm("b", "h2", 34), vm("c", "h3", 34), vm("d", "h4", 34)];
    const hosts = ["h1", "h2", "h3", "h4"].map((id) => host(id, id === "h1" ? { gib: 16 } : {}));
    const refusal = refused(fleet(hosts, workloads), { reserve: 0, canary: 0 });
    expect(findingOf(refusal)).toBe("impossible");
    expect(refusal).toMatchObject({
      reasons: expect.arrayContaining([
        {
          code: "capacity",
          text: "h2 cannot be emptied: however the 4 workloads that can move are placed on the other hosts, one of them has no room; all ways were tried. The same holds for 2 other hosts.",
          hosts: ["h2", "h3", "h4"],
          workloads: [],
        },
      ]),
    });
  });

  it("says that no moves lead to an empty host, where that is certain", () => {
    // With b and c in each other's place there would be room for a, but neither of them can move first.
    const of = fleet(
      [host("h1"), host("h2", { gib: 100, ...LEVEL }), host("h3", { gib: 70, ...LEVEL })],
      [vm("a", "h1", 50), vm("b", "h2", 60), vm("c", "h3", 50)],
    );
    const refusal = refused(of, { reserve: 0, canary: 0 });
    expect(findingOf(refusal)).toBe("impossible");
    expect(refusal.reasons.at(-1)).toEqual({
      code: "capacity",
      text: "h1 cannot be emptied, whatever moves are made before: the 1 placement that moves can reach was tried.",
      hosts: ["h1"],
      workloads: [],
    });
  });
});

describe("the smallest change that would allow it", () => {
  it("is one line of policy where one is enough", () => {
    expect(refused(evenFleet(3, 4)).unlock).toBe(
      "Set policy: { reserve: 0 } if a host failure in mid-roll need not be covered.",
    );
    expect(refused(evenFleet(6, 1, { h2: AWAY })).unlock).toBe("Set policy: { maxUnavailable: 2 }, or bring back h2.");
    const pinned = fleet([host("h1"), host("h2"), host("h3")], [vm("gpu", "h2", 8, { pinned: true })]);
    expect(refused(pinned).unlock).toBe(
      'Set policy: { pinned: "shutdown" } to stop what cannot move while its host is out, or { pinned: "skip" } to leave h2 as is.',
    );
  });

  it("is a workload to be stopped where that is the least", () => {
    const of = fleet([host("h1"), host("h2")], [vm("big", "h1", 40), vm("small", "h1", 4), vm("c", "h2", 24)]);
    expect(refused(of).unlock).toBe("Stop small (4 GiB) on h1 for the time of the roll.");
  });

  it("is one more host where nothing less helps", () => {
    const of = fleet(
      [host("h1"), host("h2")],
      [vm("a", "h1", 30), vm("b", "h1", 30), vm("c", "h2", 30), vm("d", "h2", 30)],
    );
    expect(refused(of, { reserve: 0 }).unlock).toBe("Add one host like h1 (64 GiB) to the fleet.");
  });

  it("is two lines where one is not enough", () => {
    const of = evenFleet(3, 4);
    const workloads = of.workloads.map((one) => (one.id === "h2-a" ? { ...one, pinned: true } : one));
    const { unlock } = refused({ ...of, workloads });
    expect(unlock).toContain("pinned:");
    expect(unlock).toContain("reserve: 0");
  });

  it("is told honestly when none was found", () => {
    const of = fleet(
      [host("h1", { gib: 16 }), host("h2", { gib: 16 })],
      ["a", "b", "c", "d"].flatMap((id) => [vm(`${id}1`, "h1", 4), vm(`${id}2`, "h2", 4)]),
    );
    const crowded = { ...of, workloads: of.workloads.map((one) => ({ ...one, group: one.id })) };
    const twins = {
      ...crowded,
      hosts: crowded.hosts,
      workloads: crowded.workloads.map((one) => ({ ...one, demand: { memory: 30 * 1024 } })),
    };
    expect(refused(twins).unlock).toMatch(/^No single change/);
  });

  it("works: planning again with it succeeds", () => {
    const of = evenFleet(3, 4);
    expect(refused(of).unlock).toContain("reserve: 0");
    expect(planFor(request(of, { reserve: 0 })).kind).toBe("plan");
  });
});

describe("tight fleets", () => {
  it("tries other orders before it refuses", () => {
    // Fewest workloads first parks small on the only host that can take big; most loaded first does not.
    const hosts = [host("h1"), host("h2"), host("h3")];
    const workloads = [vm("a", "h1", 20), vm("b", "h2", 30), vm("c", "h2", 14), vm("d", "h3", 30), vm("e", "h3", 12)];
    expect(planFor(request(fleet(hosts, workloads), { reserve: 0, putBack: "none" })).kind).toBe("plan");
  });

  it("refuses within the effort, whatever the fleet", () => {
    const hosts = Array.from({ length: 12 }, (_, i) => host(`h${String(i).padStart(2, "0")}`));
    const workloads = hosts.flatMap(({ id }, i) => [vm(`${id}-a`, id, 31), vm(`${id}-b`, id, i === 0 ? 1 : 30)]);
    expect(refused(fleet(hosts, workloads), { reserve: 0 }).reasons.length).toBeGreaterThan(0);
  });

  it("does not ask for room for hosts that are at the level", () => {
    expect(planFor(request(evenFleet(3, 8, { h1: LEVEL, h2: LEVEL, h3: LEVEL }))).kind).toBe("plan");
  });
});
