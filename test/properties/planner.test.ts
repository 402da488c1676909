import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Plan } from "../../provider/core/plan.ts";
import { type PlanRequest, planFor, planIfFound } from "../../provider/planner/plan.ts";
import { validatePlan } from "../../provider/planner/validate.ts";
import { calmRequest, tightRequest, wideRequest, wildRequest } from "../planner/arbitraries.ts";
import { beyondBounds } from "../planner/breaches.ts";
import { midway } from "../planner/progress.ts";

const RUNS = process.env.ROLLING_PATCH_FULL === "1" ? 20_000 : 1_000;

/** A failure prints the seed; FC_SEED replays it. */
const settings = { numRuns: RUNS, ...(process.env.FC_SEED === undefined ? {} : { seed: Number(process.env.FC_SEED) }) };

describe("for any fleet", () => {
  it.each([
    ["seen for the first time", calmRequest],
    ["in mid-roll, with anything going on", wildRequest],
  ])("%s: a sound plan, or a refusal that gives reasons and a way out", (_, requests) => {
    fc.assert(
      fc.property(requests, (request) => {
        const answer = planFor(request);
        if (answer.kind === "plan") {
          expect(validatePlan(request, answer)).toEqual([]);
          return;
        }
        expect(answer.reasons.length).toBeGreaterThan(0);
        expect(answer.reasons.every((reason) => reason.text.endsWith("."))).toBe(true);
        expect(answer.unlock).toMatch(/\.$/);
      }),
      settings,
    );
  });

  it("the same request gives the same answer", () => {
    fc.assert(
      fc.property(wildRequest, (request) => {
        const copy = structuredClone(request);
        expect(JSON.stringify(planFor(copy))).toBe(JSON.stringify(planFor(request)));
        expect(copy).toEqual(request);
      }),
      { ...settings, numRuns: RUNS / 4 },
    );
  });

  it.each([
    ["seen for the first time", calmRequest],
    ["in mid-roll, with anything going on", wildRequest],
    ["that many hosts may leave together", wideRequest],
  ])("%s: no plan is below its bounds, nor is what any point of it leaves to be done", (_, requests) => {
    fc.assert(
      fc.property(requests, fc.nat(7), fc.nat(3), fc.nat(14), fc.boolean(), (request, over, started, moved, flying) => {
        const plan = planIfFound(request);
        if (plan === undefined) return;
        expect(beyondBounds(request, plan)).toBeUndefined();
        if (plan.hosts.length === 0 || request.memory !== undefined) return;
        const first = Math.min(over, plan.hosts.length);
        const later = midway(request, plan, first, Math.min(started, plan.hosts.length - first), moved, flying);
        const rest = planIfFound(later);
        if (rest !== undefined) expect(beyondBounds(later, rest)).toBeUndefined();
      }),
      { ...settings, numRuns: RUNS / 2 },
    );
  });

  it("without reserve and with room to be out, a refusal names a host or workload that is in the way", () => {
    fc.assert(
      fc.property(calmRequest, (request) => {
        const policy = {
          ...request.policy,
          reserve: 0,
          maxUnavailable: { fleet: 8, perDomain: undefined },
          pinned: "shutdown" as const,
        };
        const answer = planFor({ ...request, policy });
        if (answer.kind === "plan") return;
        expect([
          "capacity",
          "backward",
          "anti-affinity",
          "too-large",
          "must-rule",
          "spread",
          "moves-once",
          "together",
        ]).toContain(answer.reasons[0]?.code);
        expect([...(answer.reasons[0]?.hosts ?? []), ...(answer.reasons[0]?.workloads ?? [])].length).toBeGreaterThan(
          0,
        );
      }),
      settings,
    );
  });

  it("a looser policy never turns a plan into a refusal that claims proof", () => {
    fc.assert(
      fc.property(calmRequest, (request) => {
        if (planFor(request).kind === "refusal") return;
        const answer = planFor({
          ...request,
          policy: { ...request.policy, reserve: 0, canary: 0, maxUnavailable: { fleet: 8, perDomain: undefined } },
        });
        if (answer.kind === "refusal") expect(answer.reasons.map((reason) => reason.code)).toContain("no-progress");
      }),
      { ...settings, numRuns: RUNS / 2 },
    );
  });

  it("taking the rules of workloads away never turns a plan into a refusal that claims proof", () => {
    fc.assert(
      fc.property(calmRequest, (request) => {
        if (planFor(request).kind === "refusal") return;
        const workloads = request.fleet.workloads.map(
          ({ hosts: _hosts, spread: _spread, moves: _moves, together: _together, ...one }) => one,
        );
        const answer = planFor({ ...request, fleet: { ...request.fleet, workloads } });
        if (answer.kind === "refusal") expect(answer.reasons.map((reason) => reason.code)).toContain("no-progress");
      }),
      { ...settings, numRuns: RUNS / 2 },
    );
  });

  it("taking single rules on hosts or the reserve away never turns a plan into a refusal that claims proof", () => {
    const fields = ["quorums", "apart", "last", "order", "reserve", "perDomain", "hosts"] as const;
    fc.assert(
      fc.property(fc.oneof(calmRequest, tightRequest), fc.constantFrom(...fields), (request, field) => {
        if (planIfFound(request) === undefined) return;
        const answer = planFor({ ...without(request, field), effort: 1 });
        if (answer.kind === "refusal") expect(answer.reasons.map((reason) => reason.code)).toContain("no-progress");
      }),
      { ...settings, numRuns: RUNS / 2 },
    );
  });

  it("in a tight fleet the remainder can be planned while room is being made or given back, under every policy", () => {
    const seen = { making: 0, giving: 0 };
    fc.assert(
      fc.property(tightRequest, fc.nat(99), (request, moment) => {
        const easy = { ...request, effort: 1 };
        const plan = planIfFound(easy);
        const first = plan?.hosts.findIndex((entry) => entry.makeRoom.length > 0) ?? -1;
        const entry = plan?.hosts[first];
        if (plan === undefined || entry === undefined) return;
        expect(validatePlan(easy, plan)).toEqual([]);
        const { makeRoom, evacuate, putBack, undoRoom } = entry;
        // Every other time one of the moves that make room or give it back.
        const back = makeRoom.length + evacuate.length + 1 + putBack.length;
        const room = [...makeRoom.keys(), ...[...undoRoom.keys()].map((index) => back + index)];
        const given = back + 1 + (moment % Math.max(1, undoRoom.length));
        const inRoom = moment % 4 === 0 && undoRoom.length > 0 ? given : (room[moment % room.length] ?? 0);
        const moved = moment % 2 === 0 ? inRoom : moment % (back + undoRoom.length + 1);
        if (moved < makeRoom.length) seen.making += 1;
        if (moved > back) seen.giving += 1;
        const half = midway(easy, plan, first, 1, moved);
        const rest = planIfFound(half) ?? planIfFound({ ...half, effort: 60 });
        if (rest === undefined) throw new Error(`no plan after ${moved} steps of ${entry.host}`);
        expect(rest.hosts[0]?.host).toBe(entry.host);
        expect(rest.hosts).toHaveLength(plan.hosts.length - first);
      }),
      { ...settings, numRuns: RUNS / 2 },
    );
    expect(seen.making).toBeGreaterThan(5);
    expect(seen.giving).toBeGreaterThan(1);
  });

  it("the remainder can be planned from any point of a plan, in the announced order and mostly to the announced places", () => {
    let same = 0;
    let all = 0;
    fc.assert(
      fc.property(calmRequest, fc.nat(7), fc.nat(1), fc.nat(3), (request, over, started, moved) => {
        const plan = planFor(request);
        if (plan.kind === "refusal" || plan.hosts.length === 0) return;
        const first = Math.min(over, plan.hosts.length);
        const rest = plan.hosts.slice(first);
        const again = planFor(midway(request, plan, first, Math.min(started, rest.length), moved));
        if (again.kind === "refusal") throw new Error(again.reasons[0]?.text);
        expect(again.hosts.map((entry) => entry.host)).toEqual(rest.map((entry) => entry.host));
        const announced = destinations(rest);
        for (const [key, to] of destinations(again.hosts)) {
          all += 1;
          if (announced.get(key) === to) same += 1;
        }
      }),
      settings,
    );
    expect(same).toBeGreaterThan(0.98 * all);
  });
});

/** Without one rule on hosts, or the reserve. `hosts`: must- and should-rules of workloads. */
function without(
  { fleet, policy, ...rest }: PlanRequest,
  field: "quorums" | "apart" | "last" | "order" | "reserve" | "perDomain" | "hosts",
): PlanRequest {
  if (field === "reserve") return { ...rest, fleet, policy: { ...policy, reserve: 0 } };
  if (field === "perDomain")
    return {
      ...rest,
      fleet,
      policy: { ...policy, maxUnavailable: { ...policy.maxUnavailable, perDomain: undefined } },
    };
  if (field === "hosts") {
    const workloads = fleet.workloads.map(({ hosts: _hosts, ...one }) => one);
    return { ...rest, fleet: { ...fleet, workloads }, policy };
  }
  const { [field]: _field, ...others } = policy;
  const hosts = field === "quorums" ? fleet.hosts.map(({ quorums: _quorums, ...host }) => host) : fleet.hosts;
  return { ...rest, fleet: { ...fleet, hosts }, policy: others };
}

function destinations(hosts: Plan["hosts"]): Map<string, string> {
  return new Map(hosts.flatMap((entry) => entry.evacuate.map((move) => [`${entry.host} ${move.workload}`, move.to])));
}
