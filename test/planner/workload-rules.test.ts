import { describe, expect, it } from "vitest";
import { movesOf as allMovesOf, type Move, type Plan } from "../../provider/core/plan.ts";
import { planId } from "../../provider/core/plan-id.ts";
import type { PlanRequest } from "../../provider/planner/plan.ts";
import { planFor } from "../../provider/planner/plan.ts";
import { validatePlan } from "../../provider/planner/validate.ts";
import { evenFleet, fleet, host, inHand, MARK, planned, refused, request, vm } from "./fleets.ts";

const LEVEL = { level: "2.0.0", evidence: "2.0.0" } as const;

const movesOf = (plan: Plan, id: string): Move[] =>
  plan.hosts.flatMap(allMovesOf).filter(({ workload }) => workload === id);

const placesOf = (plan: Plan, id: string): string[] => movesOf(plan, id).map(({ to }) => to);

/** What the validator says when the workload's first move off a host goes elsewhere, or says something else. */
function validated(asked: PlanRequest, id: string, part: Partial<Move>): string {
  const plan = planFor(asked);
  if (plan.kind === "refusal") throw new Error(plan.reasons[0]?.text);
  const changed = (move: Move): Move => (move.workload === id ? { ...move, ...part } : move);
  const hosts = plan.hosts.map((entry) => ({ ...entry, evacuate: entry.evacuate.map(changed) }));
  const { totals, effort } = plan;
  const again = planId({
    hosts,
    moves: totals.moves,
    out: totals.out,
    hours: totals.hours.high,
    effort,
    baseline: asked.baseline,
  });
  return validatePlan(asked, { ...plan, hosts, id: again }).join("; ");
}

const CALM = { canary: 0, reserve: 0, putBack: "none" } as const;

describe("host rules", () => {
  const hosts = [host("h1"), host("h2", LEVEL), host("h3", LEVEL), host("h4", LEVEL)];

  it("a workload goes only where it must run, and never where it must not", () => {
    const of = fleet(hosts, [
      vm("a", "h1", 8, { hosts: { only: ["h1", "h4"] } }),
      vm("b", "h1", 8, { hosts: { never: ["h2", "h4"] } }),
    ]);
    const plan = planned(of, CALM);
    expect([placesOf(plan, "a"), placesOf(plan, "b")]).toEqual([["h4"], ["h3"]]);
    expect(validated(request(of, CALM), "a", { to: "h3" })).toContain("moves a to h3, where it must not run");
    expect(validated(request(of, CALM), "b", { to: "h4" })).toContain("moves b to h4, where it must never run");
  });

  it("a rule that is broken already holds nothing up: the workload leaves, and does not come home", () => {
    const of = fleet(hosts, [
      vm("a", "h1", 8, { hosts: { only: ["h3"] } }),
      vm("b", "h4", 8, { hosts: { never: ["h4"] } }),
    ]);
    const plan = planned(of, { reserve: 0, putBack: "home" });
    expect(placesOf(plan, "a")).toEqual(["h3"]);
    expect(placesOf(plan, "b")).toEqual([]);
  });

  it("nothing is moved for balance to where it must not run", () => {
    const rule = { hosts: { never: ["h1"] } };
    const workloads = ["a", "b", "c", "d", "e", "f"].map((id) => vm(id, "h2", 8, rule));
    const plan = planned(fleet([host("h1"), host("h2", LEVEL)], workloads), { canary: 0 });
    expect(plan.totals.moves).toBe(0);
    expect(
      planned(
        fleet(
          [host("h1"), host("h2", LEVEL)],
          workloads.map((one) => ({ ...one, hosts: {} })),
        ),
        { canary: 0 },
      ).totals.moves,
    ).toBeGreaterThan(0);
  });

  it("a should-rule is kept where a host it asks for has room, even if a fuller one would do", () => {
    const of = fleet(hosts, [vm("a", "h1", 8, { hosts: { prefer: ["h4"] } }), vm("b", "h4", 40), vm("c", "h2", 8)]);
    const plan = planned(of, CALM);
    expect(movesOf(plan, "a")).toMatchObject([{ to: "h4", why: "already at the level" }]);
    expect(plan.notes.join()).not.toContain("Given up");
  });

  it("a should-rule given up is said with the move and in a note", () => {
    const of = fleet(hosts, [vm("a", "h1", 8, { hosts: { prefer: ["h1", "h4"] } }), vm("b", "h4", 60)]);
    const plan = planned(of, CALM);
    expect(movesOf(plan, "a")).toMatchObject([{ why: "already at the level, though it should run on h1 and h4" }]);
    expect(plan.notes).toContain("Given up: 1 should-rule, of a.");
    expect(validated(request(of, CALM), "a", { why: "already at the level" })).toContain("gives up a should-rule of a");
    expect(validatePlan(request(of, CALM), { ...plan, notes: [] }).join()).toContain("no note tells");
  });

  it("and comes back to a host that it should run on, if load is put back at all", () => {
    const of = fleet(hosts, [vm("a", "h1", 8, { hosts: { prefer: ["h1"] } })]);
    const plan = planned(of, { canary: 0, reserve: 0 });
    expect(movesOf(plan, "a")).toMatchObject([
      { why: "already at the level, though it should run on h1" },
      { to: "h1", why: "back to where it should run" },
    ]);
    expect(plan.notes).toContain("Given up for a time: 1 should-rule, of a.");
  });

  it("where it should run is better than its old home", () => {
    const of = fleet(
      [host("h1"), host("h2"), host("h3")],
      [vm("a", "h1", 8, { hosts: { prefer: ["h2"] } }), vm("b", "h2"), vm("c", "h2"), vm("d", "h3"), vm("e", "h3")],
    );
    const plan = planned(of, { reserve: 0, putBack: "home" });
    expect(plan.hosts[0]).toMatchObject({ host: "h1", canary: true, putBack: [] });
    expect(placesOf(plan, "a")[0]).toBe("h2");
  });

  it("a refusal names the rule, and relaxing it is the way out", () => {
    const rule = { hosts: { only: ["h1", "h4"] } };
    const of = fleet(
      [host("h1"), host("h2"), host("h3"), host("h4", { held: true, cordoned: true })],
      [vm("db", "h1", 8, rule)],
    );
    const refusal = refused(of, { maxUnavailable: 2, reserve: 0 });
    expect(refusal.reasons).toEqual([
      {
        code: "must-rule",
        text: "h1 cannot be emptied: db may run only on h1 and h4, which leaves no other host in service that is large enough.",
        hosts: ["h1"],
        workloads: ["db"],
      },
    ]);
    expect(refusal.unlock).toBe("Let db, which may run only on h1 and h4, run on any host for the time of the roll.");
  });

  it("a host with room that the rule excludes is told from one without room", () => {
    const rule = { hosts: { never: ["h2"] } };
    const of = fleet(hosts, [vm("db", "h1", 40, rule), vm("a", "h3", 60), vm("b", "h4", 60), vm("c", "h2", 20)]);
    expect(refused(of, CALM).reasons[0]).toMatchObject({
      code: "must-rule",
      text: "h1 cannot be emptied: db (40 GiB) has room only on h2, and it may not run on h2.",
    });
  });
});

describe("spread groups", () => {
  const zk = { spread: "zk" } as const;
  const inDomains = (...domains: string[]) =>
    domains.map((domain, index) => host(`h${index + 1}`, index === 0 ? { domain } : { ...LEVEL, domain }));

  it("a member leaves only for a failure domain without another one, or within its own", () => {
    const hosts = inDomains("a", "b", "c", "a");
    const others = [vm("zk-2", "h2", 8, zk), vm("x", "h4", 56), vm("y", "h3", 8)];
    const of = fleet(hosts, [vm("zk-1", "h1", 8, zk), ...others]);
    expect(["h3", "h4"]).toContain(placesOf(planned(of, CALM), "zk-1")[0]);
    const filled = fleet(hosts, [vm("zk-1", "h1", 16, zk), ...others]);
    expect(placesOf(planned(filled, CALM), "zk-1")).toEqual(["h3"]);
    expect(validated(request(filled, CALM), "zk-1", { to: "h2" })).toContain(
      "moves zk-1 to h2, whose failure domain holds zk-2 of zk",
    );
  });

  it("a host without domain is one of its own", () => {
    const of = fleet(
      [host("h1"), host("h2", LEVEL), host("h3", LEVEL)],
      [vm("zk-1", "h1", 8, zk), vm("zk-2", "h2", 8, zk), vm("x", "h2", 20)],
    );
    expect(placesOf(planned(of, CALM), "zk-1")).toEqual(["h3"]);
  });

  it("members that share a domain already may move within it, and not to another member's", () => {
    const of = fleet(inDomains("a", "a", "b"), [
      vm("zk-1", "h1", 8, zk),
      vm("zk-2", "h2", 8, zk),
      vm("zk-3", "h3", 8, zk),
    ]);
    expect(placesOf(planned(of, CALM), "zk-1")).toEqual(["h2"]);
  });

  it("nobody takes the domain of a member that comes home meanwhile", () => {
    const hosts = ["a", "a", "b", "c"].map((domain, index) => host(`h${index + 1}`, { domain }));
    const of = fleet(hosts, [vm("zk-1", "h1", 8, zk), vm("zk-2", "h3", 8, zk)]);
    const plan = planned(of, { reserve: 0, putBack: "home", maxUnavailable: 3, startWidth: 3 });
    expect([placesOf(plan, "zk-1").at(-1), placesOf(plan, "zk-2").at(-1)]).toEqual(["h1", "h3"]);
  });

  it("a refusal names the group, with the number of domains", () => {
    const hosts = ["a", "b", "c"].map((domain, index) => host(`h${index + 1}`, { domain }));
    const members = [1, 2, 3].map((n) => vm(`zk-${n}`, `h${n}`, 8, zk));
    const refusal = refused(fleet(hosts, members), CALM);
    expect(refusal.reasons).toEqual([
      {
        code: "spread",
        text: "h1 cannot go out: the 3 members of zk may not share a failure domain, and only 2 domains would have a host in service.",
        hosts: ["h1"],
        workloads: ["zk-1", "zk-2", "zk-3"],
      },
    ]);
    expect(refusal.unlock).toBe("Let zk-1 share a failure domain with other members of zk for the time of the roll.");
  });

  it("a domain with room that holds another member is told from one without room", () => {
    const of = fleet(inDomains("a", "b", "c"), [vm("zk-1", "h1", 40, zk), vm("zk-2", "h2", 8, zk), vm("x", "h3", 60)]);
    const refusal = refused(of, CALM);
    expect(refusal.reasons[0]).toMatchObject({
      code: "spread",
      text: "h1 cannot be emptied: zk-1 (40 GiB) has room only on h2, whose failure domain holds another member of zk.",
    });
    expect(refusal.unlock).toBe("Let zk-1 share a failure domain with other members of zk for the time of the roll.");
  });
});

describe("workloads that may move once", () => {
  const once = { moves: "once" } as const;

  it("go straight to a host that is not emptied later; their host is not the first one, nor the canary", () => {
    const of = fleet(
      [host("h1"), host("h2"), host("h3"), host("h4")],
      [vm("db", "h1", 8, once), ...["h2", "h3", "h4"].flatMap((on) => [vm(`${on}-a`, on), vm(`${on}-b`, on)])],
    );
    for (const policy of [{ reserve: 0 }, { ...CALM, putBack: "home", maxUnavailable: 2 }] as const) {
      const plan = planned(of, policy);
      expect(plan.hosts[0]?.host).not.toBe("h1");
      expect(placesOf(plan, "db")).toHaveLength(1);
    }
    expect(planned(of, { reserve: 0 }).notes).toContain(
      "h1 would be canary by the number of workloads, but cannot be emptied first.",
    );
  });

  it("do not come home, and are not moved for balance", () => {
    const of = fleet(
      [host("h1"), host("h2", LEVEL)],
      ["a", "b", "c", "d"].map((id) => vm(id, "h2", 14, once)),
    );
    expect(planned(of, { canary: 0 }).totals.moves).toBe(0);
    const home = fleet([host("h1"), host("h2", LEVEL), host("h3", LEVEL)], [vm("db", "h1", 8, once)]);
    expect(placesOf(planned(home, { reserve: 0, putBack: "home" }), "db")).toHaveLength(1);
  });

  it("the validator counts their moves", () => {
    const of = fleet(
      [host("h1"), host("h2"), host("h3", LEVEL)],
      [vm("db", "h1", 8, once), vm("x", "h2"), vm("y", "h2")],
    );
    const asked = request(of, CALM);
    const plan = planned(of, CALM);
    const twice = plan.hosts.map((entry) =>
      entry.host === "h1"
        ? { ...entry, putBack: entry.evacuate.map((move) => ({ ...move, from: move.to, to: "h1" })) }
        : entry,
    );
    expect(validatePlan(asked, { ...plan, hosts: twice }).join()).toContain(
      "h1 moves db again, which may move only once",
    );
    const lazy = plan.hosts.map((entry) =>
      entry.host === "h1" ? { ...entry, evacuate: entry.evacuate.map((move) => ({ ...move, from: "h3" })) } : entry,
    );
    expect(validatePlan(asked, { ...plan, hosts: lazy }).join()).toContain("off h3 in vain");
  });

  it("a refusal says that no host can go first, and letting one of them move again is a way out", () => {
    const of = fleet(
      [host("h1"), host("h2"), host("h3")],
      [vm("a", "h1", 8, once), vm("b", "h2", 8, once), vm("c", "h3", 8, once)],
    );
    const refusal = refused(of, CALM);
    expect(refusal.reasons).toMatchObject([
      {
        code: "moves-once",
        text: "No host can go first: each runs a workload that may move only once (a, b and c), and every host where it could go has to be emptied as well.",
      },
    ]);
    expect(refusal.unlock).toBe("Let a move more than once in this roll.");
  });

  it("no room but on a host that is emptied later is told as that", () => {
    const of = fleet(
      [host("h1", { gib: 60 }), host("h2"), host("h3", LEVEL)],
      [vm("a", "h1", 40, once), vm("b", "h3", 60), vm("c", "h2", 22)],
    );
    expect(refused(of, CALM).reasons.map(({ text }) => text)).toContain(
      "h1 cannot be emptied: a (40 GiB) has room only on h2, which has to be emptied as well, and it may move only once.",
    );
  });
});

describe("together groups", () => {
  const app = { together: "app" } as const;
  const hosts = [host("h1"), host("h2", LEVEL), host("h3", LEVEL), host("h4", LEVEL)];

  it("members that share a host move to one host, whole", () => {
    const of = fleet(hosts, [
      vm("app-1", "h1", 20, app),
      vm("app-2", "h1", 20, app),
      vm("x", "h2", 30),
      vm("y", "h3", 30),
      vm("z", "h4", 20),
    ]);
    const plan = planned(of, CALM);
    expect([...placesOf(plan, "app-1"), ...placesOf(plan, "app-2")]).toEqual(["h4", "h4"]);
    expect(validated(request(of, CALM), "app-2", { to: "h3" })).toContain(
      "h1 parts app-1, app-2, which stay together (app)",
    );
  });

  it("members that are apart are not forced together", () => {
    const of = fleet(hosts, [vm("app-1", "h1", 20, app), vm("app-2", "h2", 50, app)]);
    expect(placesOf(planned(of, CALM), "app-1")[0]).not.toBe("h2");
  });

  it("they come home together or not at all, and are not moved for balance", () => {
    const of = fleet(
      [host("h1"), host("h2"), host("h3")],
      [
        vm("app-1", "h1", 8, app),
        vm("app-2", "h1", 8, app),
        vm("x", "h2"),
        vm("y", "h2"),
        vm("z", "h2"),
        vm("u", "h3"),
        vm("v", "h3"),
        vm("w", "h3"),
      ],
    );
    const plan = planned(of, { reserve: 0 });
    expect(plan.hosts[0]).toMatchObject({ host: "h1", canary: true });
    expect(placesOf(plan, "app-1")).toEqual(placesOf(plan, "app-2"));
    expect(placesOf(plan, "app-1").at(-1)).toBe("h1");
    const parted = plan.hosts.map((entry) => ({ ...entry, putBack: entry.putBack.slice(1) }));
    const { totals, effort } = plan;
    const moves = totals.moves - plan.hosts.filter((entry) => entry.putBack.length > 0).length;
    const id = planId({
      hosts: parted,
      moves,
      out: totals.out,
      hours: totals.hours.high,
      effort,
      baseline: request(of).baseline,
    });
    const said = validatePlan(request(of, { reserve: 0 }), {
      ...plan,
      id,
      hosts: parted,
      totals: { ...totals, moves },
      bounds: { ...plan.bounds, moves: 0 },
    });
    expect(said.join()).toMatch(/h1 parts app-\d from app-\d, which stay together/);
  });

  it("in mid-roll the rest follows those that have moved already or are on their way", () => {
    const out = host("h1", { cordoned: true, mark: MARK });
    const rest = [host("h2", LEVEL), host("h3", LEVEL), host("h4", LEVEL)];
    const memory = { memory: { hosts: { h1: inHand({ homes: ["app-1", "app-2"] }) } } };
    for (const first of [vm("app-1", "h3", 8, app), vm("app-1", "h1", 8, { ...app, movingTo: "h3" })]) {
      const of = fleet([out, ...rest], [first, vm("app-2", "h1", 8, app), vm("x", "h4", 30)]);
      expect(placesOf(planned(of, CALM, memory), "app-2")).toEqual(["h3"]);
      const full = fleet([out, ...rest], [first, vm("app-2", "h1", 8, app), vm("x", "h3", 54, { pinned: true })]);
      expect(refused(full, CALM, memory).reasons[0]).toMatchObject({
        code: "together",
        text: "h1 cannot be emptied: app-2 (8 GiB) has room only on h2 and h4, and it has to stay with others of app, which are elsewhere or cannot move.",
      });
    }
  });

  it("a refusal names those that no host can take whole, and parting them is a way out", () => {
    const of = fleet(
      hosts.map((one) => ({ ...one, capacity: { memory: (one.id === "h1" ? 64 : 32) * 1024 } })),
      [vm("app-1", "h1", 20, app), vm("app-2", "h1", 20, app)],
    );
    const refusal = refused(of, CALM);
    expect(refusal.reasons).toEqual([
      {
        code: "together",
        text: "h1 cannot be emptied: app-1 and app-2 have to stay together (app), and no other host in service can take them all, even if all that can move left it.",
        hosts: ["h1"],
        workloads: ["app-1", "app-2"],
      },
    ]);
    expect(refusal.unlock).toBe("Let app-1 part from the others of app for the time of the roll.");
  });

  it.each([
    [
      "one that cannot move",
      { pinned: true },
      { pinned: "shutdown" },
      /app-1 and app-2 have to stay together \(app\), and app-2 cannot move/,
    ],
    ["an anti-affinity group", { group: "db" }, {}, /have to stay together \(app\), and db keeps them apart/],
  ] as const)("a refusal tells of %s among them", (_, change, policy, text) => {
    const of = fleet(hosts, [
      vm("app-1", "h1", 8, { ...app, group: "db" }),
      vm("app-2", "h1", 8, { ...app, ...change }),
    ]);
    expect(refused(of, { ...CALM, ...policy }).reasons[0]).toMatchObject({
      code: "together",
      text: expect.stringMatching(text),
    });
  });
});

describe("workloads that do not run", () => {
  it("stay on their host, count for nothing, and hinder nobody", () => {
    const off = { state: "stopped", group: "db", hosts: { only: ["h1"] } } as const;
    const of = fleet(
      [host("h1"), host("h2"), host("h3", LEVEL)],
      [vm("off", "h1", 60, off), vm("a", "h2", 60, { group: "db" }), vm("c", "h1", 2)],
    );
    const plan = planned(of, { ...CALM, maxUnavailable: 2 });
    expect(placesOf(plan, "off")).toEqual([]);
    expect(plan.totals.hosts).toBe(2);
  });

  it("are no reason to evacuate: a host that holds nothing else goes first and moves nothing", () => {
    const of = evenFleet(3, 2);
    const asleep = of.workloads.map((one) => (one.host === "h2" ? { ...one, state: "stopped" as const } : one));
    const [first] = planned({ ...of, workloads: asleep }, CALM).hosts;
    expect(first).toMatchObject({ host: "h2", evacuate: [], why: "nothing runs on it that could move" });
  });

  it("on a host that cannot be reached count for nothing, running ones there stay where they are", () => {
    const of = evenFleet(4, 2, { h4: { state: "unreachable" } });
    const plan = planned(of, { maxUnavailable: 2 });
    expect(
      plan.hosts.flatMap((entry) => entry.evacuate).filter((move) => move.from === "h4" || move.to === "h4"),
    ).toEqual([]);
    expect(plan.skipped).toEqual([{ host: "h4", why: "it cannot be reached", silent: true }]);
  });
});
