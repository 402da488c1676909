import { describe, expect, it } from "vitest";
import { type Move, movesOf } from "../../provider/core/plan.ts";
import type { PolicyInput } from "../../provider/core/policy.ts";
import { concurrency, entryOf, evenFleet, fleet, host, inHand, MARK, order, planned, refused, vm } from "./fleets.ts";

const LEVEL = { level: "2.0.0", evidence: "2.0.0" } as const;

describe("which hosts are planned", () => {
  it("plans those below the level and no others", () => {
    const plan = planned(evenFleet(4, 1, { h1: LEVEL, h2: { level: "2.1.0", evidence: "2.1.0" } }));
    expect(order(plan).sort()).toEqual(["h3", "h4"]);
    expect(plan.skipped).toEqual([]);
  });

  it("plans a host whose running system contradicts its inventory", () => {
    expect(
      order(planned(evenFleet(3, 0, { h1: LEVEL, h2: { level: "2.0.0", evidence: "1.0.0" }, h3: LEVEL }))),
    ).toEqual(["h2"]);
  });

  it("has nothing to do when all are at the level, whatever their load", () => {
    const plan = planned(evenFleet(2, 8, { h1: LEVEL, h2: LEVEL }));
    expect(plan).toMatchObject({ hosts: [], totals: { hosts: 0, moves: 0, out: 0 }, bounds: { moves: 0, hours: 0 } });
  });

  it.each([
    ["held by an operator", { held: true, cordoned: true }, "an operator has taken it"],
    ["unreachable", { state: "unreachable" }, "it cannot be reached"],
    ["down", { state: "down" }, "it is down"],
    ["cordoned by somebody", { cordoned: true }, "somebody else has cordoned it"],
    [
      "in the hands of another stack",
      { cordoned: true, mark: { ...MARK, owner: "other/dev/roll" } },
      "in the hands of other/dev/roll",
    ],
    ["blocked", { finding: { compliance: "blocked", reason: "no licence" } }, "blocked: no licence"],
    ["of unknown level", { level: "unknown", evidence: "unknown" }, "unknown: its level could not be read"],
  ] as const)("skips a host that is %s, and says so", (_, change, why) => {
    const plan = planned(evenFleet(4, 1, { h2: change }), { maxUnavailable: 2 });
    expect(plan.skipped).toMatchObject([{ host: "h2", why: expect.stringContaining(why) }]);
    expect(order(plan)).not.toContain("h2");
    expect(plan.hosts.flatMap((entry) => entry.evacuate).map((move) => move.from)).not.toContain("h2");
  });

  it("moves nothing onto hosts that are out for reasons of their own, or unhealthy", () => {
    const plan = planned(
      evenFleet(6, 2, {
        h1: { held: true, cordoned: true },
        h2: { state: "down" },
        h3: { ...LEVEL, problem: "a fan is broken" },
      }),
      { maxUnavailable: 3, reserve: 0 },
    );
    const targets = plan.hosts.flatMap(movesOf).map((move) => move.to);
    expect(targets).not.toContain("h1");
    expect(targets).not.toContain("h2");
    expect(targets).not.toContain("h3");
  });

  it("leaves stopped workloads where they are", () => {
    const plan = planned(
      fleet([host("h1"), host("h2"), host("h3")], [vm("a", "h1", 60, { state: "stopped" }), vm("b", "h1", 4)]),
    );
    expect(plan.hosts.flatMap((entry) => entry.evacuate).some((move) => move.workload === "a")).toBe(false);
  });
});

describe("canaries", () => {
  it("go first and alone: the host with the fewest workloads, then by id, and its own workloads come home", () => {
    const workloads = [
      ...["a", "b"].map((id) => vm(id, "h1")),
      vm("c", "h2"),
      vm("d", "h3"),
      vm("e", "h4"),
      vm("f", "h4"),
    ];
    const plan = planned(fleet([host("h1"), host("h2"), host("h3"), host("h4")], workloads), {
      maxUnavailable: 3,
      reserve: 0,
    });
    expect(plan.hosts.map((entry) => entry.canary)).toEqual([true, false, false, false]);
    expect(order(plan)[0]).toBe("h2");
    expect(plan.hosts[1]?.after).toEqual(["h2"]);
    expect(entryOf(plan, "h2").putBack.map((move) => [move.workload, move.to])).toEqual([["c", "h2"]]);
  });

  it("are taken per hardware class, in class order, one after the other", () => {
    const plan = planned(
      evenFleet(6, 1, {
        h1: { class: "gen11" },
        h2: { class: "gen11" },
        h3: { class: "gen10" },
        h4: { class: "gen10" },
      }),
      {
        maxUnavailable: 6,
      },
    );
    expect(order(plan).slice(0, 3)).toEqual(["h5", "h3", "h1"]);
    expect(plan.hosts.map((entry) => entry.canary)).toEqual([true, true, true, false, false, false]);
    expect(
      concurrency(plan)
        .slice(0, 4)
        .every((open) => open.length === 1),
    ).toBe(true);
  });

  it("are all there is in mode canary, and the others are skipped with that reason", () => {
    const plan = planned(evenFleet(3, 1), { mode: "canary" });
    expect(order(plan)).toEqual(["h1"]);
    expect(plan.skipped).toEqual(["h2", "h3"].map((id) => ({ host: id, why: "policy.mode is canary" })));
  });

  it("need not go again once they have passed", () => {
    const passed = { memory: { canaryPassed: true, canaries: ["h1"], done: ["h1"] } };
    const plan = planned(evenFleet(4, 1, { h1: LEVEL }), {}, passed);
    expect(plan.hosts.some((entry) => entry.canary)).toBe(false);
    expect(order(planned(evenFleet(4, 1, { h1: LEVEL }), { mode: "canary" }, passed))).toEqual([]);
  });

  it("stay those that the run has chosen", () => {
    const plan = planned(evenFleet(4, 1), {}, { memory: { canaries: ["h3"] } });
    expect(plan.hosts.filter((entry) => entry.canary).map((entry) => entry.host)).toEqual(["h3"]);
  });

  it("keep the announced order when the rest is planned anew, whatever their classes", () => {
    const of = evenFleet(4, 1, { h1: { class: "b" }, h2: { class: "a" }, h3: { class: "a" } });
    const settings: PolicyInput = { canary: 2, order: [{ host: "h3", after: ["h1", "h2"] }] };
    const workloads = of.workloads.filter((workload) => workload.host !== "h3");
    const plan = planned({ ...of, workloads }, settings);
    const canaries = plan.hosts.filter((entry) => entry.canary).map((entry) => entry.host);
    const again = planned({ ...of, workloads }, settings, { memory: { canaries }, previous: plan });
    expect(order(again)).toEqual(order(plan));
  });

  it("fall to the next host when the first one cannot be emptied as the first", () => {
    // h1 has the fewest workloads, but its one is larger than what any other host has free while nothing is out.
    const workloads = [
      vm("big", "h1", 48),
      vm("a", "h2", 20),
      vm("b", "h2", 8),
      vm("c", "h3", 8),
      vm("d", "h3", 12),
      vm("e", "h3", 1),
    ];
    const plan = planned(fleet([host("h1"), host("h2"), host("h3")], workloads), { reserve: 0, putBack: "none" });
    expect(plan.hosts[0]).toMatchObject({ host: "h2", canary: true });
    expect(plan.notes.join(" ")).toContain("h1");
  });
});

describe("how many are out at once", () => {
  it("ramps up: 1, 2, 2, 4, …", () => {
    const plan = planned(evenFleet(12, 1), { maxUnavailable: 8, canary: 0 });
    expect(
      concurrency(plan)
        .map((open) => open.length)
        .slice(0, 7)
        .every((out, i) => out <= ([1, 2, 2, 4, 4, 4, 4][i] ?? 8)),
    ).toBe(true);
    expect(plan.totals.out).toBeGreaterThan(2);
  });

  it("goes on with the ramp where the run has come to", () => {
    const done = ["h1", "h2", "h3", "h4", "h5", "h6", "h7"];
    const of = evenFleet(12, 1, Object.fromEntries(done.map((id) => [id, LEVEL])));
    const plan = planned(of, { maxUnavailable: 4, canary: 0 }, { memory: { done } });
    expect(concurrency(plan)[3]).toHaveLength(4);
  });

  it("counts hosts that are out for reasons of their own", () => {
    const plan = planned(evenFleet(8, 1, { h8: { held: true, cordoned: true } }), {
      maxUnavailable: 3,
      canary: 0,
      reserve: 0,
    });
    expect(plan.totals.out).toBe(2);
    expect(plan.notes.join(" ")).toContain("h8");
  });

  it("keeps to the limit of each failure domain", () => {
    const racks = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`h${i + 1}`, { domain: i < 4 ? "a" : "b" }]));
    const plan = planned(evenFleet(8, 1, racks), { maxUnavailable: { fleet: 8, perDomain: 1 }, canary: 0, reserve: 0 });
    const rack = (id: string): string => racks[id]?.domain ?? "";
    for (const open of concurrency(plan)) expect(new Set(open.map(rack)).size).toBe(open.length);
    expect(plan.totals.out).toBe(2);
  });

  it("never has a host out together with one that it gives workloads to", () => {
    const plan = planned(evenFleet(10, 5), { maxUnavailable: 5, canary: 0, reserve: 0 });
    const entries = new Map(plan.hosts.map((entry) => [entry.host, entry]));
    for (const open of concurrency(plan)) {
      for (const id of open) for (const move of entries.get(id)?.evacuate ?? []) expect(open).not.toContain(move.to);
    }
  });
});

describe("where workloads go", () => {
  it("moves them to hosts at the level first, so that they move once", () => {
    const plan = planned(evenFleet(4, 2, { h4: LEVEL }), { canary: 0, putBack: "none", reserve: 0 });
    expect(plan.totals.moves).toBe(6);
    expect(plan.hosts[0]?.evacuate.every((move) => move.to === "h4" && move.why === "already at the level")).toBe(true);
  });

  it("parks them on hosts late in the order while nothing is at the level, and says that they move again", () => {
    const plan = planned(evenFleet(4, 2), { canary: 0, putBack: "none" });
    const [first] = plan.hosts;
    expect(first?.evacuate.every((move) => move.why === "goes later in the order")).toBe(true);
    expect(plan.totals.moves).toBe(plan.bounds.moves);
  });

  it("keeps members of an anti-affinity group apart, also while they are on their way", () => {
    const workloads = [
      vm("a", "h1", 8, { group: "db" }),
      vm("b", "h2", 8, { group: "db" }),
      vm("c", "h3", 8, { group: "db" }),
    ];
    const plan = planned(
      fleet(
        ["h1", "h2", "h3", "h4"].map((id) => host(id)),
        workloads,
      ),
      { canary: 0, reserve: 0 },
    );
    expect(plan.hosts[0]?.evacuate[0]?.to ?? "h4").toBe("h4");
    expect(order(plan)).toHaveLength(4);
  });

  it("moves the bulkiest first", () => {
    const plan = planned(
      fleet([host("h1"), host("h2", LEVEL)], [vm("a", "h1", 4), vm("b", "h1", 16), vm("c", "h1", 8)]),
      { canary: 0 },
    );
    expect(plan.hosts[0]?.evacuate.map((move) => move.workload)).toEqual(["b", "c", "a"]);
  });

  it("looks at every resource", () => {
    const cpu = { memory: 64 * 1024, cpu: 8 };
    const hosts = [
      host("h1", { capacity: cpu }),
      host("h2", { ...LEVEL, capacity: cpu }),
      host("h3", { ...LEVEL, capacity: cpu }),
    ];
    const demand = (cores: number) => ({ demand: { memory: 1024, cpu: cores } });
    const plan = planned(fleet(hosts, [vm("a", "h1", 1, demand(4)), vm("b", "h2", 1, demand(6))]), {
      canary: 0,
      reserve: 0,
    });
    expect(plan.hosts[0]?.evacuate.map((move) => move.to)).toEqual(["h3"]);
  });

  it("takes fractions that fill a host exactly", () => {
    const tenth = { demand: { memory: 1024, cpu: 0.1 } };
    const capacity = { memory: 64 * 1024, cpu: 1 };
    const workloads = Array.from({ length: 10 }, (_, i) => vm(`w${i}`, i < 5 ? "h1" : "h2", 1, tenth));
    const plan = planned(fleet([host("h1", { capacity }), host("h2", { capacity })], workloads), {
      canary: 0,
      reserve: 0,
    });
    expect(plan.totals.hosts).toBe(2);
  });
});

describe("put back", () => {
  it("none: nobody but the canary gets anything back", () => {
    const plan = planned(evenFleet(5, 4), { putBack: "none" });
    expect(plan.hosts.slice(1).every((entry) => entry.putBack.length === 0)).toBe(true);
    expect(plan.hosts[0]?.putBack).toHaveLength(4);
  });

  it("home: every workload ends where it was", () => {
    const of = evenFleet(5, 4);
    const plan = planned(of, { putBack: "home", maxUnavailable: 2, reserve: 0 });
    const at = new Map(of.workloads.map((workload) => [workload.id, workload.host]));
    for (const entry of plan.hosts) for (const move of movesOf(entry)) at.set(move.workload, move.to);
    expect([...at]).toEqual(of.workloads.map((workload) => [workload.id, workload.host]));
  });

  it("bounded: as few moves as bring the hosts within 20 points", () => {
    const of = evenFleet(6, 5);
    const without = planned(of, { putBack: "none", canary: 0 });
    const plan = planned(of, { putBack: "bounded", canary: 0 });
    const load = new Map(of.hosts.map(({ id }) => [id, 40]));
    for (const entry of plan.hosts) {
      for (const move of movesOf(entry)) {
        load.set(move.from, (load.get(move.from) ?? 0) - move.gib);
        load.set(move.to, (load.get(move.to) ?? 0) + move.gib);
      }
    }
    const loads = [...load.values()];
    expect((Math.max(...loads) - Math.min(...loads)) / 64).toBeLessThanOrEqual(0.2);
    expect(plan.totals.moves - without.totals.moves).toBeLessThanOrEqual(5);
    expect(
      plan.hosts
        .flatMap((entry) => entry.putBack.map((move) => [move.to, move.why]))
        .every(([to, why]) => to !== undefined && why === "keeps the balance"),
    ).toBe(true);
  });
});

describe("pinned workloads", () => {
  const of = fleet(
    [host("h1"), host("h2"), host("h3")],
    [vm("gpu", "h2", 8, { pinned: true }), vm("a", "h2"), vm("b", "h1")],
  );

  it("skip: their host is left alone and still takes workloads", () => {
    const plan = planned(of, { pinned: "skip", canary: 0 });
    expect(order(plan).sort()).toEqual(["h1", "h3"]);
    expect(plan.skipped).toEqual([{ host: "h2", why: "gpu cannot move" }]);
  });

  it("shutdown: they are stopped while their host is out, and said so", () => {
    const plan = planned(of, { pinned: "shutdown" });
    expect(entryOf(plan, "h2")).toMatchObject({ shutdown: ["gpu"], evacuate: [{ workload: "a" }] });
    expect(plan.notes.join(" ")).toContain("shut down");
  });
});

describe("going on in mid-roll", () => {
  const cordoned = { cordoned: true, mark: MARK };

  it("finishes hosts in hand first, without waiting for anybody", () => {
    const of = fleet(
      [host("h1"), host("h2", cordoned), host("h3"), host("h4")],
      [vm("a", "h2"), vm("b", "h1"), vm("c", "h3")],
    );
    const plan = planned(of, { maxUnavailable: 2 }, { memory: { canaryPassed: true, hosts: { h2: inHand() } } });
    expect(plan.hosts[0]).toMatchObject({ host: "h2", after: [], evacuate: [{ workload: "a" }] });
    expect(order(plan)).toHaveLength(4);
  });

  it("only puts load back on a host in hand that is at the level: a canary's own, from where it is now", () => {
    const of = fleet(
      [host("h1", { ...LEVEL, ...cordoned }), host("h2"), host("h3")],
      [vm("a", "h2"), vm("b", "h3"), vm("c", "h3")],
    );
    const memory = { canaries: ["h1"], hosts: { h1: inHand({ homes: ["a", "b"] }) } };
    const [first] = planned(of, {}, { memory }).hosts;
    expect(first).toMatchObject({ host: "h1", canary: true, evacuate: [] });
    expect(first?.putBack.map((move) => [move.workload, move.from, move.to])).toEqual([
      ["a", "h2", "h1"],
      ["b", "h3", "h1"],
    ]);
  });

  it("goes on with migrations that are in flight", () => {
    const of = fleet(
      [host("h1", cordoned), host("h2", LEVEL), host("h3", LEVEL)],
      [vm("a", "h1", 8, { movingTo: "h3" }), vm("b", "h1")],
    );
    const plan = planned(of, { canary: 0, reserve: 0 }, { memory: { hosts: { h1: inHand() } } });
    expect(plan.hosts[0]?.evacuate[0]).toMatchObject({ workload: "a", to: "h3", why: "in flight already" });
  });

  it("goes on with them where room has to be made for the others", () => {
    const of = fleet(
      [host("h1", cordoned), host("h2", LEVEL), host("h3", LEVEL)],
      [
        vm("a", "h1", 8, { movingTo: "h3" }),
        vm("b", "h1", 40),
        vm("c", "h2", 20),
        vm("d", "h2", 10),
        vm("e", "h3", 20),
      ],
    );
    const plan = planned(of, { canary: 0, reserve: 0 }, { memory: { hosts: { h1: inHand() } } });
    const moves = (list: readonly Move[] = []): string[][] =>
      list.map(({ workload, from, to }) => [workload, from, to]);
    expect(moves(plan.hosts[0]?.makeRoom)).toEqual([["d", "h2", "h3"]]);
    expect(moves(plan.hosts[0]?.evacuate)).toEqual([
      ["a", "h1", "h3"],
      ["b", "h1", "h2"],
    ]);
  });

  it("counts a workload that flies elsewhere on both hosts", () => {
    const of = fleet(
      [host("h1"), host("h2", LEVEL), host("h3", LEVEL)],
      [vm("fly", "h2", 40, { movingTo: "h3" }), vm("a", "h1", 30)],
    );
    const refusal = refused(of, { canary: 0, reserve: 0 });
    expect(refusal.reasons[0]?.text).toBe(
      "h1 cannot be emptied: a (30 GiB) fits on no other host; most free is h2 with 24 GiB.",
    );
  });

  it("does not touch hosts that have failed in this run", () => {
    const memory = { canaryPassed: true, hosts: { h2: inHand({ failed: { step: "remediate", why: "no boot" } }) } };
    const plan = planned(evenFleet(4, 1, { h2: cordoned }), { maxUnavailable: 2, reserve: 0 }, { memory });
    expect(plan.skipped).toEqual([{ host: "h2", why: "failed to remediate in this run: no boot" }]);
    expect(plan.totals.out).toBe(1);
  });

  it("leaves alone what was at the level in this run and has drifted since", () => {
    const plan = planned(evenFleet(3, 1), {}, { memory: { canaryPassed: true, done: ["h1"] } });
    expect(plan.skipped).toEqual([{ host: "h1", why: "it reached the level in this run and has drifted since" }]);
  });

  it("forgets what a run to another baseline remembers, but for the hosts in hand", () => {
    const memory = { baseline: "version=1.0.0", canaryPassed: true, done: ["h1"], hosts: {} };
    const plan = planned(evenFleet(3, 1), {}, { memory });
    expect(plan.hosts[0]?.canary).toBe(true);
    expect(order(plan)).toHaveLength(3);
  });

  it("starts again what it has shut down: its place is kept", () => {
    const of = fleet(
      [host("h1", { ...LEVEL, ...cordoned, gib: 16 }), host("h2", { gib: 32 }), host("h3", { gib: 32, ...LEVEL })],
      [vm("gpu", "h1", 12, { pinned: true, state: "stopped" }), vm("a", "h2", 8)],
    );
    const memory = { canaryPassed: true, hosts: { h1: inHand({ stopped: ["gpu"], homes: ["a"] }) } };
    const plan = planned(of, { putBack: "home", maxUnavailable: 2, reserve: 0, pinned: "shutdown" }, { memory });
    expect(plan.hosts[0]).toMatchObject({ host: "h1", putBack: [] });
  });
});

describe("planning again", () => {
  it("keeps the announced order and destinations while they are possible", () => {
    const of = evenFleet(8, 3);
    const previous = planned(of, { maxUnavailable: 2 });
    const reversed = {
      ...previous,
      hosts: [...previous.hosts].reverse().map((entry) => ({ ...entry, canary: false })),
    };
    const again = planned(of, { canary: 0 }, { previous: reversed });
    expect(order(again)).toEqual(order(reversed));
  });

  it("takes nothing off a host that an operator took since, though it was announced", () => {
    const full = Array.from({ length: 11 }, (_, index) => vm(`a-${index}`, index < 7 ? "h1" : "h2"));
    const of = (h1: Parameters<typeof host>[1]) =>
      fleet([host("h1", { ...LEVEL, ...h1 }), host("h2"), host("h3"), host("h4")], full);
    const given = (plan: ReturnType<typeof planned>) =>
      plan.hosts.flatMap(({ putBack }) => putBack.map(({ from }) => from));
    const previous = planned(of({}), { maxUnavailable: 2, canary: 0 });
    expect(given(previous)).toContain("h1");
    const again = planned(of({ held: true }), { maxUnavailable: 2, canary: 0 }, { previous });
    expect(given(again)).not.toContain("h1");
    expect(given(again).length).toBeGreaterThan(0);
  });

  it("gives the same plan for the same request", () => {
    const of = evenFleet(9, 4);
    expect(JSON.stringify(planned(of, { maxUnavailable: 3 }))).toBe(JSON.stringify(planned(of, { maxUnavailable: 3 })));
  });

  it("does not depend on the order in which resources are named", () => {
    const turned = (of: ReturnType<typeof evenFleet>) => ({
      ...of,
      hosts: of.hosts.map((one) => ({
        ...one,
        capacity: Object.fromEntries(Object.entries({ cpu: 4, ...one.capacity }).reverse()),
      })),
    });
    const of = evenFleet(6, 3);
    const plain = { ...of, hosts: of.hosts.map((one) => ({ ...one, capacity: { cpu: 4, ...one.capacity } })) };
    expect(planned(turned(of)).id).toBe(planned(plain).id);
  });
});

describe("the forecast", () => {
  it("adds up evacuation through slots, remediation, reboot and put back", () => {
    const of = fleet([host("h1", { slots: 1 }), host("h2", LEVEL)], [vm("a", "h1", 10), vm("b", "h1", 20)]);
    const plan = planned(of);
    // Two migrations of 20 s and 30 s, one after the other, 20 minutes, and the canary's two back.
    expect(plan.hosts[0]).toMatchObject({ start: 0, end: 50 + 1200 + 50 });
    expect(plan.totals.hours).toEqual({ low: 0.29, expected: 0.36, high: 0.54 });
    expect(plan.totals.gib).toBe(60);
  });

  it("starts nobody before those it comes after have ended", () => {
    const plan = planned(evenFleet(10, 3), { maxUnavailable: 4 });
    const ends = new Map(plan.hosts.map((entry) => [entry.host, entry.end]));
    for (const entry of plan.hosts)
      for (const id of entry.after) expect(entry.start).toBeGreaterThanOrEqual(ends.get(id) ?? 0);
  });

  it("shows as waves what is out together", () => {
    const plan = planned(evenFleet(8, 1), { maxUnavailable: 2, reserve: 0 });
    expect(plan.hosts[0]?.wave).toBe(1);
    expect(plan.hosts.map((entry) => entry.wave)).toEqual(
      [...plan.hosts.map((entry) => entry.wave)].sort((a, b) => a - b),
    );
    expect(Math.max(...plan.hosts.map((entry) => entry.wave))).toBeGreaterThan(2);
  });
});

describe("reserve", () => {
  it("is one host by default, none in a fleet of two, and the plan says so", () => {
    expect(planned(evenFleet(3, 1)).notes.join(" ")).toContain("1 host failure stays free");
    expect(planned(evenFleet(2, 1)).notes.join(" ")).toContain("fleet is too small");
  });

  it("limits how many go at once", () => {
    // Six hosts, half full: three others must hold all, and one more may fail.
    const plan = planned(evenFleet(6, 4), { maxUnavailable: 6, canary: 0, putBack: "none" });
    expect(plan.totals.out).toBe(2);
    expect(
      planned(evenFleet(6, 4), { maxUnavailable: 6, canary: 0, putBack: "none", reserve: 0 }).totals.out,
    ).toBeGreaterThanOrEqual(2);
  });
});
