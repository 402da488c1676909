import { describe, expect, it } from "vitest";
import type { Fleet } from "../../provider/core/fleet.ts";
import { pausesOf, stepsOf } from "../../provider/core/phases.ts";
import type { HostPlan, Plan } from "../../provider/core/plan.ts";
import { planId } from "../../provider/core/plan-id.ts";
import type { PolicyInput } from "../../provider/core/policy.ts";
import { newRun, type RunMemory } from "../../provider/core/run.ts";
import { type PlanRequest, planFor } from "../../provider/planner/plan.ts";
import { validatePlan } from "../../provider/planner/validate.ts";
import { BASELINE, OWNER } from "./arbitraries.ts";
import { evenFleet, fleet, host, request, vm } from "./fleets.ts";

const every = ({ workloads }: Fleet): string[] => workloads.map(({ id }) => id);

function asked(of: Fleet, settings: PolicyInput = {}, more: Partial<PlanRequest> = {}): PlanRequest {
  return { ...request(of, settings), probed: every(of), ...more };
}

function plan(of: Fleet, settings: PolicyInput = {}, more: Partial<PlanRequest> = {}): Plan {
  const answer = planFor(asked(of, settings, more));
  if (answer.kind === "refusal") throw new Error(answer.reasons.map(({ text }) => text).join(" "));
  return answer;
}

const judged = ({ hosts }: Plan): string[] => hosts.filter((one) => one.judged).map((one) => one.host);
const run = (change: Partial<RunMemory>): RunMemory => ({ ...newRun("r1", OWNER, BASELINE, ""), ...change });

describe("judged hosts", () => {
  it("are the first ones, canaries included, one after the other, with their own workloads back", () => {
    const made = plan(evenFleet(12, 3), { maxUnavailable: 4 });
    expect(judged(made)).toEqual(made.hosts.slice(0, 5).map((one) => one.host));
    for (const [index, entry] of made.hosts.slice(0, 6).entries())
      expect(entry.after).toHaveLength(index === 0 ? 0 : 1);
    for (const entry of made.hosts.slice(0, 5))
      expect(entry.putBack.map(({ workload }) => workload).sort()).toEqual(
        entry.evacuate.map(({ workload }) => workload).sort(),
      );
  });

  it("take replicated workloads back first, then the smallest", () => {
    const of = fleet(
      ["h1", "h2", "h3", "h4"].map((id) => host(id)),
      [vm("big", "h1", 16), vm("small", "h1", 2), vm("twin", "h1", 12, { group: "twins" }), vm("mid", "h1", 4)],
    );
    expect(plan(of).hosts[0]?.putBack.map(({ workload }) => workload)).toEqual(["twin", "small", "mid", "big"]);
  });

  it("are as many as policy says, and at least the canaries; none without probes, or without a canary", () => {
    expect(judged(plan(evenFleet(8, 2), { judged: 3 }))).toHaveLength(3);
    expect(judged(plan(evenFleet(8, 2), { judged: 0 }))).toHaveLength(1);
    const classes = { h5: { class: "b" }, h6: { class: "b" }, h7: { class: "b" }, h8: { class: "b" } };
    expect(judged(plan(evenFleet(8, 2, classes), { judged: 1 }))).toHaveLength(2);
    expect(judged(plan(evenFleet(8, 2), { canary: 0 }))).toEqual([]);
    expect(judged(plan(evenFleet(8, 2), {}, { probed: [] }))).toEqual([]);
  });

  it("can tell: hosts without a probed workload go with the rest", () => {
    const of = evenFleet(6, 2);
    const made = plan(of, { judged: 6 }, { probed: ["h2-a", "h4-a", "h4-b"] });
    expect(judged(made)).toEqual(["h4", "h2"]);
  });

  it("stay chosen when the rest is planned anew, and are not chosen twice", () => {
    const of = evenFleet(8, 2);
    const first = plan(of, { judged: 3 });
    const [one = "", two = "", three = ""] = judged(first);
    const level = { level: "2.0.0", evidence: "2.0.0" };
    const later = evenFleet(8, 2, { [one]: level, [two]: level });
    const memory = run({ canaryPassed: true, canaries: [one], judged: [one, two, three], done: [one, two] });
    expect(judged(plan(later, { judged: 3 }, { memory, previous: first }))).toEqual([three]);
  });
});

describe("the canary of a fleet with probes", () => {
  it("is the host with the most probed workloads, not the one that is emptied most cheaply", () => {
    const of = fleet(
      ["h1", "h2", "h3", "h4"].map((id) => host(id)),
      [
        ...["a", "b", "c"].map((name) => vm(`h1-${name}`, "h1", 4)),
        ...["a", "b"].map((name) => vm(`h2-${name}`, "h2", 4)),
        vm("h3-a", "h3", 4),
      ],
    );
    expect(plan(of, {}, { probed: ["h1-a", "h2-a", "h2-b"] }).hosts[0]?.host).toBe("h2");
    expect(plan(of, {}, { probed: [] }).hosts[0]?.host).toBe("h4");
  });

  it("is never an empty one while its class has another", () => {
    const of = fleet(
      ["h1", "h2", "h3"].map((id) => host(id)),
      [vm("h2-a", "h2", 4), vm("h3-a", "h3", 4)],
    );
    expect(plan(of, {}, { probed: ["h3-a"] }).hosts[0]?.host).toBe("h3");
  });
});

describe("a roll that ends with its canary", () => {
  it("takes another canary where the first choice provably cannot be emptied", () => {
    const level = { level: "2.0.0", evidence: "2.0.0" };
    const of = fleet(
      [host("h1", level), host("h2"), host("h3")],
      [
        vm("w1", "h1", 24),
        vm("w2", "h2", 24),
        vm("w3", "h3", 24),
        vm("w4", "h3", 1, { hosts: { never: ["h2", "h1"] } }),
      ],
    );
    expect(plan(of, { mode: "canary", reserve: 0 }).hosts.map((one) => one.host)).toEqual(["h2"]);
  });
});

describe("the forecast of a measured roll", () => {
  const settings: PolicyInput = { reference: "30m", canarySoak: "60m", soak: "20m", judged: 3 };

  it("has the reference window, the steps, the soaks and the last looks in it", () => {
    const made = plan(evenFleet(10, 4), settings);
    const [canary, second] = made.hosts as [HostPlan, HostPlan];
    expect(made.watch).toEqual({ before: 1800, after: 1080 });
    expect(canary).toMatchObject({ start: 1800, steps: [1, 2, 4], soak: 2 * 60 + 4 * 60 + 3600 });
    expect(second.soak).toBe(6 * 60 + 1200);
    expect(made.hosts.at(-1)).toMatchObject({ judged: false, steps: [], soak: 120 });
    const end = Math.max(...made.hosts.map((one) => one.end)) + 1080;
    expect(made.totals.hours.expected).toBeCloseTo(end / 3600, 2);
  });

  it("takes twice as long a window before the first host where there are few", () => {
    expect(plan(evenFleet(6, 2), {}).watch.before).toBe(3600);
    expect(plan(evenFleet(7, 2), {}).watch.before).toBe(1800);
  });

  it("is near what no plan can do without, the serial parts included", () => {
    for (const [hosts, wide] of [
      [20, 1],
      [40, "5%"],
      [60, "10%"],
    ] as const) {
      const made = plan(evenFleet(hosts, 4), { maxUnavailable: wide });
      expect(made.totals.hours.expected / made.bounds.hours).toBeLessThanOrEqual(1.07);
    }
  });

  it("takes no window once it is over, and takes it again when a roll goes on that has hosts to judge", () => {
    const of = evenFleet(8, 2, { h1: { level: "2.0.0", evidence: "2.0.0" } });
    const impact = { hosts: 8, undisturbed: [], patched: {}, suspects: {}, verdicts: [], watched: {} };
    const windowOf = (memory: Partial<RunMemory>): number => plan(of, settings, { memory: run(memory) }).watch.before;
    const done = { canaryPassed: true, canaries: ["h1"], judged: ["h1", "h2", "h3"], done: ["h1"] };
    expect(windowOf({ ...done, impact: { ...impact, reference: { from: 0, until: 1 } } })).toBe(0);
    expect(windowOf({ ...done, impact })).toBe(1800);
    expect(windowOf({ ...done, judged: ["h1"], impact: { ...impact, reference: { from: 0, until: 1 } } })).toBe(0);
  });
});

describe("steps of the put-back", () => {
  const usual = ["10%", "25%", "50%", "100%"];
  it.each([
    [10, [1, 3, 5, 10]],
    [2, [1, 2]],
    [1, [1]],
    [0, []],
    [40, [4, 10, 20, 40]],
  ])("of %d moves are %j", (moves, steps) => {
    expect(stepsOf(moves, usual)).toEqual(steps);
  });

  it("hold load for two minutes each, and for four before the last", () => {
    expect(pausesOf([1, 3, 5, 10])).toBe(8 * 60_000);
    expect(pausesOf([1, 2])).toBe(2 * 60_000);
    expect(pausesOf([7])).toBe(0);
  });
});

describe("the validator", () => {
  const of = asked(evenFleet(8, 4), { judged: 3, maxUnavailable: 2 });
  const sound = plan(evenFleet(8, 4), { judged: 3, maxUnavailable: 2 });
  const broken = (index: number, part: Partial<HostPlan>): string => {
    const hosts = sound.hosts.map((entry, at) => (at === index ? { ...entry, ...part } : entry));
    const { moves, out, hours } = sound.totals;
    const id = planId({ hosts, moves, out, hours: hours.high, effort: sound.effort, baseline: BASELINE });
    return validatePlan(of, { ...sound, id, hosts }).join("; ");
  };

  it("finds nothing wrong with what the planner makes", () => {
    expect(validatePlan(of, sound)).toEqual([]);
  });

  it.each<[string, number, Partial<HostPlan>, RegExp]>([
    ["a canary that is not judged", 0, { judged: false, steps: [], soak: 120 }, /is a canary and is not judged/],
    ["a host too many that is judged", 3, { judged: true, soak: 1200 }, /4 hosts are judged instead of 3/],
    ["steps that do not rise", 1, { steps: [2, 2, 4] }, /steps of h\d do not lead to all/],
    ["steps that end too early", 1, { steps: [1, 2] }, /steps of h\d do not lead to all/],
    ["steps of a host that is not judged", 5, { steps: [1] }, /takes its load back in steps/],
    ["a soak that is too short", 1, { soak: 60 }, /is watched for 60 s instead of/],
    ["a start within the reference window", 0, { start: 60 }, /starts within the reference window/],
    ["a judged host beside another", 2, { after: [] }, /is to be judged and does not go alone/],
    ["the rest before a judged host is back", 3, { after: [] }, /starts before a judged host is back/],
  ])("catches %s", (_what, index, part, says) => {
    expect(broken(index, part)).toMatch(says);
  });

  it("catches looks that the end does not wait for", () => {
    expect(validatePlan(of, { ...sound, watch: { ...sound.watch, after: 0 } }).join()).toMatch(/looked at for 0 s/);
    const silent = { ...of, probed: [] };
    expect(validatePlan(silent, sound).join()).toMatch(/to be judged, but nothing is probed/);
  });
});
