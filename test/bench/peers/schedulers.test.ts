import { describe, expect, test } from "vitest";
import { audit } from "../../../bench/peers/audit.ts";
import { figuresOf } from "../../../bench/peers/figures.ts";
import { SMALL_INSTANCES } from "../../../bench/peers/instances.ts";
import type { Log } from "../../../bench/peers/roll.ts";
import { SCHEDULERS } from "../../../bench/peers/schedulers.ts";
import type { Fleet } from "../../../provider/core/fleet.ts";
import { policy } from "../../../provider/core/policy.ts";
import { planFor } from "../../../provider/planner/plan.ts";
import { fleetWith } from "./fleets.ts";

const XO_BEFORE = "Xen Orchestra before #10295";
const XO = "Xen Orchestra with #10295";
const CAU = "Cluster-Aware Updating";
const OVIRT = "oVirt cluster_upgrade";
const HROLLER = "Ganeti hroller";
const PEGAPROX = "PegaProx";
const LEAST_LOADED = "least loaded (like DRS)";
const OURS = "rolling-patch, put back none";

const [loose, tight, grouped] = SMALL_INSTANCES.map((instance) => instance.fleet(1)) as [Fleet, Fleet, Fleet];
const LIMITS = { maxUnavailable: 2, reserve: 0 } as const;

function roll(name: string, fleet: Fleet): Log {
  const scheduler = SCHEDULERS.find((one) => one.name === name);
  if (scheduler === undefined) throw new Error(`there is no scheduler ${name}`);
  return scheduler.roll(fleet, LIMITS);
}

describe.each(SCHEDULERS)("$name", ({ name }) => {
  test.each(SMALL_INSTANCES)("does nothing impossible, and the same every time: $name", (instance) => {
    const fleet = instance.fleet(1);
    const log = roll(name, fleet);
    expect(audit(fleet, log)).toEqual([]);
    expect(roll(name, fleet)).toEqual(log);
    expect(figuresOf(fleet, log).complete).toBe(log.stuck === undefined);
  });
});

describe("Xen Orchestra", () => {
  test("leaves workloads away from home before #10295, and none with it", () => {
    const before = figuresOf(loose, roll(XO_BEFORE, loose));
    expect(before.complete).toBe(true);
    expect(before.away).toBeGreaterThan(0);
    expect(figuresOf(loose, roll(XO, loose))).toMatchObject({ complete: true, away: 0 });
  });

  test("refuses when a host could not be emptied today, although an order exists", () => {
    const fleet = fleetWith([[70], [40], [40]]);
    expect(roll(XO, fleet)).toEqual({ moves: [], outages: [], stuck: "refused: h0 could not be emptied today" });
    expect(roll(OURS, fleet).stuck).toBeUndefined();
  });
});

describe("Cluster-Aware Updating", () => {
  test("moves every workload out and back", () => {
    const log = roll(CAU, loose);
    expect(figuresOf(loose, log)).toMatchObject({ complete: true, movesPerWorkload: 2, mostMoves: 2, away: 0 });
  });

  test("takes the node with the fewest roles first, and passes over what it cannot drain", () => {
    const log = roll(CAU, fleetWith([[70], [20, 20], [40]]));
    expect(log.outages.map(({ host }) => host.id)).toEqual(["h2", "h1"]);
    expect(log.stuck).toBe("cannot be drained: h0");
  });
});

test("oVirt stops at the first host that cannot be emptied, and puts nothing back", () => {
  expect(roll(OVIRT, fleetWith([[70], [40], [40]])).stuck).toContain("h0 cannot be emptied");
  const log = roll(OVIRT, loose);
  expect(figuresOf(loose, log).complete).toBe(true);
  expect(log.moves.some(({ workload, to }) => workload.host === to.id)).toBe(true);
  expect(figuresOf(loose, log).movesPerWorkload).toBeLessThan(1.5);
});

describe("hroller", () => {
  test("plans two moves for every workload, and as many hosts at once as fit", () => {
    const fleet = fleetWith([[30], [30], [30], [30]]);
    const log = roll(HROLLER, fleet);
    expect(figuresOf(fleet, log)).toMatchObject({ complete: true, movesPerWorkload: 2, mostMoves: 2, away: 0 });
    // Only two fit beside what they leave behind; the group of the master goes last.
    expect(log.outages.map(({ host, cordoned }) => [host.id, cordoned])).toEqual([
      ["h2", 0],
      ["h3", 0],
      ["h0", 160],
      ["h1", 160],
    ]);
  });

  test("has no plan when a host fits into no group", () => {
    expect(roll(HROLLER, fleetWith([[70], [40], [40]]))).toMatchObject({ outages: [], stuck: "not enough capacity" });
  });
});

test("PegaProx is stuck where the small ones have taken the place of the large one", () => {
  const fleet = fleetWith([[60, 20], [50], [40]]);
  expect(roll(PEGAPROX, fleet).stuck).toContain("h0 cannot be emptied");
  expect(roll(OVIRT, fleet).outages.length).toBeGreaterThan(0);
});

describe("least loaded", () => {
  test("overlaps hosts up to maxUnavailable", () => {
    const { outages } = roll(LEAST_LOADED, loose);
    const outAt = outages.map(({ cordoned }) =>
      outages.filter((one) => one.cordoned <= cordoned && cordoned < one.back),
    );
    expect(Math.max(...outAt.map((out) => out.length))).toBe(2);
  });

  test("comes back to a host that could not be emptied at first", () => {
    const { outages, stuck } = roll(LEAST_LOADED, fleetWith([[70], [40], [40]]));
    expect([outages.map(({ host }) => host.id), stuck]).toEqual([["h1", "h0", "h2"], undefined]);
  });
});

describe("anti-affinity", () => {
  test("is kept by least loaded and by us, and not looked at by hroller and PegaProx", () => {
    const broken = (name: string, fleet: Fleet): number => figuresOf(fleet, roll(name, fleet)).rulesBroken;
    expect([LEAST_LOADED, OURS].map((name) => broken(name, grouped))).toEqual([0, 0]);
    const mates = fleetWith([[10], [10], [50], []], { "h0-0": "web", "h1-0": "web" });
    const beside = fleetWith([[10], [20, 20], [60]], { "h0-0": "web", "h1-0": "web" });
    expect(broken(HROLLER, mates)).toBeGreaterThan(0);
    expect(broken(PEGAPROX, beside)).toBeGreaterThan(0);
  });

  test("is given up by oVirt, Xen Orchestra and Cluster-Aware Updating where nothing else is left", () => {
    const groups = { "h0-0": "web", "h1-0": "web" };
    const firstBroken = (name: string, rest: number): boolean | undefined =>
      roll(name, fleetWith([[10], [10], [rest]], groups)).moves[0]?.besideMate;
    expect([XO, CAU, OVIRT].map((name) => firstBroken(name, 60))).toEqual([false, false, false]);
    expect([XO, CAU, OVIRT].map((name) => firstBroken(name, 91))).toEqual([undefined, true, true]);
  });
});

test("our plan takes no longer than it forecasts, and comes to as many moves", () => {
  for (const fleet of [loose, tight, grouped]) {
    const answer = planFor({
      fleet,
      policy: policy.parse({ ...LIMITS, canary: 0, putBack: "none" }),
      baseline: "version=1.1.0",
      owners: ["bench"],
    });
    if (answer.kind === "refusal") throw new Error(answer.unlock);
    const { moves, hours } = figuresOf(fleet, roll(OURS, fleet));
    expect(moves).toBe(answer.totals.moves);
    expect(hours).toBeLessThanOrEqual(answer.totals.hours.expected * 1.02);
    expect(hours).toBeGreaterThan(answer.totals.hours.expected * 0.75);
  }
});
