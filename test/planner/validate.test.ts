import { describe, expect, it } from "vitest";
import { type HostPlan, movesOf, type Plan } from "../../provider/core/plan.ts";
import { planId } from "../../provider/core/plan-id.ts";
import type { PlanRequest } from "../../provider/planner/plan.ts";
import { planFor } from "../../provider/planner/plan.ts";
import { validatePlan } from "../../provider/planner/validate.ts";
import { evenFleet, fleet, host, inHand, MARK, request, vm } from "./fleets.ts";

const LEVEL = { level: "2.0.0", evidence: "2.0.0" } as const;

const of = evenFleet(8, 4, { h7: { domain: "a" }, h8: { domain: "a" } });
const grouped = {
  ...of,
  workloads: of.workloads.map((one) => (/^h[1-4]-a$/.test(one.id) ? { ...one, group: "db" } : one)),
};
const asked = request(grouped, { maxUnavailable: { fleet: 3, perDomain: 1 } });
const sound = planOf(asked);

function planOf(asked: PlanRequest): Plan {
  const plan = planFor(asked);
  if (plan.kind === "refusal") throw new Error(plan.reasons[0]?.text);
  return plan;
}

/** The plan with other hosts, and totals and id that fit them: only the content is wrong. */
function withHosts(plan: Plan, hosts: readonly HostPlan[], asked: PlanRequest): Plan {
  const moves = hosts.reduce(
    (sum, entry) => sum + entry.makeRoom.length + entry.evacuate.length + entry.putBack.length + entry.undoRoom.length,
    0,
  );
  let open: string[] = [];
  let out = 0;
  for (const entry of hosts) {
    open = [...open.filter((id) => !entry.after.includes(id)), entry.host];
    out = Math.max(out, open.length);
  }
  const id = planId({
    hosts,
    moves,
    out,
    hours: plan.totals.hours.high,
    effort: plan.effort,
    baseline: asked.baseline,
  });
  return {
    ...plan,
    id,
    hosts,
    totals: { ...plan.totals, hosts: hosts.length, moves, out },
    bounds: { ...plan.bounds, moves: 0, hours: 0 },
  };
}

const change = (plan: Plan, index: number, part: Partial<HostPlan>): HostPlan[] =>
  plan.hosts.map((entry, i) => (i === index ? { ...entry, ...part } : entry));

/** Changes one host of the sound plan and tells what the validator says. */
function broken(index: number, part: (entry: HostPlan) => Partial<HostPlan>): string {
  const entry = sound.hosts[index] as HostPlan;
  return validatePlan(asked, withHosts(sound, change(sound, index, part(entry)), asked)).join("; ");
}

describe("the validator", () => {
  it("finds nothing wrong with what the planner makes", () => {
    expect(validatePlan(asked, sound)).toEqual([]);
    expect(validatePlan(asked, withHosts(sound, sound.hosts, asked))).toEqual([]);
  });

  it("catches a move that was dropped", () => {
    expect(broken(2, (entry) => ({ evacuate: entry.evacuate.slice(1) }))).toMatch(/would be remediated with .* on it/);
  });

  it("catches a move that was made twice", () => {
    expect(broken(2, (entry) => ({ evacuate: [...entry.evacuate, ...entry.evacuate.slice(0, 1)] }))).toContain(
      "is not on it then",
    );
  });

  it("catches a destination that is out at the same time", () => {
    const index = sound.hosts.findIndex((entry, i) => i > 1 && entry.after.length === 0);
    const beside = sound.hosts[index - 1]?.host ?? "";
    expect(broken(index, (entry) => ({ evacuate: entry.evacuate.map((move) => ({ ...move, to: beside })) }))).toContain(
      "may be out then",
    );
  });

  it("catches a destination that is the host itself, or does not exist", () => {
    expect(broken(2, (entry) => ({ evacuate: entry.evacuate.map((move) => ({ ...move, to: entry.host })) }))).toContain(
      "may be out then",
    );
    expect(broken(2, (entry) => ({ evacuate: entry.evacuate.map((move) => ({ ...move, to: "h99" })) }))).toContain(
      "is not in the fleet",
    );
  });

  it("catches all workloads going to one host", () => {
    const [first, second] = sound.hosts;
    const all = (entry: HostPlan): HostPlan => ({
      ...entry,
      evacuate: entry.evacuate.map((move) => ({ ...move, to: "h8" })),
    });
    if (first === undefined || second === undefined) throw new Error("no plan");
    const crowded = sound.hosts.map((entry) => (entry.host === "h8" ? entry : all(entry)));
    expect(validatePlan(asked, withHosts(sound, crowded, asked)).join("; ")).toMatch(/holds \d+ of 65536 memory/);
  });

  it("catches two members of a group on one host", () => {
    const index = sound.hosts.findIndex((entry) => entry.evacuate.some((move) => move.workload === "h1-a"));
    const at = new Map(grouped.workloads.map((one) => [one.id, one.host]));
    for (const entry of sound.hosts.slice(0, index)) for (const move of movesOf(entry)) at.set(move.workload, move.to);
    const host = sound.hosts[index]?.host;
    const mate = ["h2-a", "h3-a", "h4-a"].map((id) => at.get(id)).find((id) => id !== host && id !== undefined) ?? "";
    const found = broken(index, (entry) => ({
      evacuate: entry.evacuate.map((move) => (move.workload === "h1-a" ? { ...move, to: mate } : move)),
    }));
    expect(found).toMatch(/two members of db|may be out then/);
  });

  it("catches an `after` that was dropped", () => {
    const caught = sound.hosts.flatMap((entry, index) =>
      entry.after.length > 0 ? [broken(index, () => ({ after: [] }))] : [],
    );
    expect(caught.length).toBeGreaterThan(3);
    expect(caught.filter((text) => text === "")).toEqual([]);
  });

  it("catches an `after` that cannot come true", () => {
    expect(broken(1, () => ({ after: [sound.hosts[4]?.host ?? ""] }))).toContain("does not come before it");
  });

  it("catches hosts that change places", () => {
    const [first, second, ...rest] = sound.hosts as [HostPlan, HostPlan, ...HostPlan[]];
    expect(validatePlan(asked, withHosts(sound, [second, first, ...rest], asked))).not.toEqual([]);
  });

  it("catches a host that was dropped, and one that was planned twice", () => {
    expect(validatePlan(asked, withHosts(sound, sound.hosts.slice(0, -1), asked)).join()).toContain(
      "neither planned nor skipped",
    );
    expect(validatePlan(asked, withHosts(sound, [...sound.hosts, ...sound.hosts.slice(-1)], asked)).join()).toContain(
      "planned twice",
    );
  });

  it("catches a host that is skipped without need", () => {
    const plan = {
      ...withHosts(sound, sound.hosts.slice(0, -1), asked),
      skipped: [{ host: sound.hosts.at(-1)?.host ?? "", why: "tired" }],
    };
    expect(validatePlan(asked, plan).join()).toContain("skipped without need");
  });

  it("catches a canary that is none, too many canaries, and a canary that comes late", () => {
    expect(broken(0, () => ({ canary: false }))).toContain("0 canaries");
    expect(broken(1, () => ({ canary: true }))).toContain("2 canaries");
    expect(
      validatePlan(
        asked,
        withHosts(
          sound,
          change(sound, 0, { canary: false }).map((e, i) => (i === 3 ? { ...e, canary: true } : e)),
          asked,
        ),
      ).join(),
    ).toContain("too late in the order");
  });

  it("catches a host that is not ours to touch", () => {
    const held = {
      ...asked,
      fleet: {
        ...grouped,
        hosts: grouped.hosts.map((one) => (one.id === "h5" ? { ...one, held: true, cordoned: true } : one)),
      },
    };
    expect(validatePlan(held, sound).join()).toContain("h5 is planned, but it is not ours to touch");
  });

  it("catches moves onto hosts that take no workloads", () => {
    const away = evenFleet(4, 1, { h4: { held: true, cordoned: true } });
    const second = request(away, { maxUnavailable: 2, reserve: 0 });
    const plan = planOf(second);
    const hosts = plan.hosts.map((entry) => ({
      ...entry,
      evacuate: entry.evacuate.map((move) => ({ ...move, to: "h4" })),
    }));
    expect(validatePlan(second, withHosts(plan, hosts, second)).join()).toContain(
      "moves to h4, which takes no workloads",
    );
  });

  it("catches a pinned workload that is moved, left running, or shut down against the policy", () => {
    const pinned = fleet(
      [host("h1"), host("h2"), host("h3", LEVEL)],
      [vm("gpu", "h1", 8, { pinned: true }), vm("a", "h2")],
    );
    const shutdown = request(pinned, { pinned: "shutdown", canary: 0 });
    const plan = planOf(shutdown);
    const index = plan.hosts.findIndex((entry) => entry.host === "h1");
    const move = { workload: "gpu", from: "h1", to: "h3", gib: 8, why: "" };
    const check = (part: Partial<HostPlan>, asked = shutdown): string =>
      validatePlan(asked, withHosts(plan, change(plan, index, part), asked)).join();
    expect(check({ shutdown: [], evacuate: [move] })).toContain("gpu, which is pinned");
    expect(check({ shutdown: [] })).toContain("remediated with gpu running");
    expect(check({}, request(pinned, { pinned: "refuse", canary: 0 }))).toContain("which policy does not allow");
  });

  it("catches put back from where the workload is not, twice, or against the policy", () => {
    const canary = sound.hosts[0] as HostPlan;
    expect(broken(0, () => ({ putBack: canary.putBack.map((move) => ({ ...move, from: "h8" })) }))).toMatch(
      /which is not on h8 then/,
    );
    expect(broken(0, () => ({ putBack: [...canary.putBack, ...canary.putBack] }))).toContain("back twice");
    const none = request(grouped, { maxUnavailable: 1, putBack: "none" });
    const plan = planOf(none);
    const second = plan.hosts[1] as HostPlan;
    const back = second.evacuate.map((move) => ({ ...move, from: move.to, to: second.host }));
    expect(validatePlan(none, withHosts(plan, change(plan, 1, { putBack: back }), none)).join()).toContain(
      "which policy does not ask for",
    );
  });

  it("catches a host that is emptied while others may still move workloads to it", () => {
    const wide = request(evenFleet(6, 1), { maxUnavailable: 6, canary: 0, reserve: 0, putBack: "none" });
    const plan = planOf(wide);
    const [first, second] = plan.hosts as [HostPlan, HostPlan];
    const hosts = plan.hosts.map((entry, i) =>
      i === 0 ? { ...first, evacuate: first.evacuate.map((move) => ({ ...move, to: second.host })) } : entry,
    );
    expect(validatePlan(wide, withHosts(plan, hosts, wide)).join()).toContain(
      `${second.host} starts while ${first.host} may still move workloads to it`,
    );
  });

  it("catches more hosts out than allowed, also per domain, and a ramp that is too steep", () => {
    const without = (plan: Plan): HostPlan[] => plan.hosts.map((entry) => ({ ...entry, after: [] }));
    const even = evenFleet(10, 0);
    const narrow = request(even, { maxUnavailable: 2, canary: 0, reserve: 0 });
    expect(validatePlan(narrow, withHosts(planOf(narrow), without(planOf(narrow)), narrow)).join()).toContain(
      "more than maxUnavailable allows",
    );
    const racks = request(evenFleet(4, 0, { h1: { domain: "a" }, h2: { domain: "a" } }), {
      maxUnavailable: { fleet: 4, perDomain: 1 },
      canary: 0,
      reserve: 0,
    });
    expect(validatePlan(racks, withHosts(planOf(racks), without(planOf(racks)), racks)).join()).toContain(
      "more than perDomain allows",
    );
    const wide = request(even, { maxUnavailable: 10, canary: 0, reserve: 0 });
    expect(validatePlan(wide, withHosts(planOf(wide), without(planOf(wide)), wide)).join()).toContain(
      "ahead of the ramp",
    );
  });

  it("catches a plan that eats the reserve", () => {
    const even = evenFleet(6, 3);
    const loose = request(even, { maxUnavailable: 6, canary: 0, putBack: "none", reserve: 0 });
    const plan = planOf(loose);
    expect(plan.totals.out).toBeGreaterThan(1);
    const strict = request(even, { maxUnavailable: 6, canary: 0, putBack: "none", reserve: 3 });
    expect(validatePlan(strict, plan).join()).toContain("leaves less memory free than the reserve");
  });

  it("catches a reserve that would only be short while load comes back", () => {
    // The large host makes the reserve larger when it is back, and its load is then booked at both ends.
    const hosts = [
      host("big", { gib: 128, slots: 16 }),
      ...["h1", "h2", "h3", "h4", "h5"].map((id) => host(id, LEVEL)),
    ];
    const workloads = Array.from({ length: 15 }, (_, i) => vm(`w${String(i).padStart(2, "0")}`, "big", 8)).concat(
      ["h1", "h2", "h3", "h4", "h5"].map((id) => vm(`x-${id}`, id, 26)),
    );
    const plan = planOf(request(fleet(hosts, workloads)));
    expect(plan.hosts[0]?.putBack.length).toBeLessThan(15);
    const entry = plan.hosts[0] as HostPlan;
    const all = entry.evacuate.map((move) => ({ ...move, from: move.to, to: "big" }));
    const greedy = withHosts(plan, change(plan, 0, { putBack: all }), request(fleet(hosts, workloads)));
    expect(validatePlan(request(fleet(hosts, workloads)), greedy).join()).toContain(
      "leaves less memory free than the reserve",
    );
  });

  it("catches a host in hand that is forgotten, waits, or is emptied although it is at the level", () => {
    const hosts = [host("h1", { ...LEVEL, cordoned: true, mark: MARK }), host("h2"), host("h3")];
    const going = request(
      fleet(hosts, [vm("a", "h1"), vm("b", "h2")]),
      { reserve: 0 },
      { memory: { canaryPassed: true, hosts: { h1: inHand() } } },
    );
    const plan = planOf(going);
    expect(validatePlan(going, withHosts(plan, plan.hosts.slice(1), going)).join()).toContain(
      "h1 is in hand, but not planned",
    );
    const moves = [{ workload: "a", from: "h1", to: "h3", gib: 8, why: "" }];
    expect(validatePlan(going, withHosts(plan, change(plan, 0, { evacuate: moves }), going)).join()).toContain(
      "at the level already and would be emptied",
    );
    const [first, second, third] = plan.hosts as [HostPlan, HostPlan, HostPlan];
    expect(validatePlan(going, withHosts(plan, [second, first, third], going)).join()).toContain(
      "too late in the order",
    );
  });

  it("catches totals, bounds and ids that say something else", () => {
    const check = (part: Partial<Plan>): string => validatePlan(asked, { ...sound, ...part }).join();
    expect(check({ totals: { ...sound.totals, moves: 1 } })).toContain("moves are planned");
    expect(check({ totals: { ...sound.totals, hosts: 1 } })).toContain("hosts are planned");
    expect(check({ bounds: { ...sound.bounds, moves: 999 } })).toContain("bound of 999 moves");
    expect(check({ bounds: { ...sound.bounds, hours: 999 } })).toContain("bound of 999 hours");
    expect(check({ id: "1h-1m-1out-1t-1e-00000000-00000000" })).toContain("its id is");
    const out = { ...sound.totals, out: sound.totals.out + 1 };
    const id = planId({
      hosts: sound.hosts,
      moves: out.moves,
      out: out.out,
      hours: out.hours.high,
      effort: sound.effort,
      baseline: asked.baseline,
    });
    expect(check({ totals: out, id })).toContain("may be out at once");
    expect(broken(1, () => ({ from: "0.9.0" }))).toContain("not from 0.9.0");
    expect(broken(1, () => ({ end: -1 }))).toContain("ends before it starts");
  });
});
