import { expect, test } from "vitest";
import { policy } from "../../provider/core/policy.ts";
import { newRun } from "../../provider/core/run.ts";
import { memoryFleet } from "../../provider/drivers/simulated/index.ts";
import { planOnce } from "../../provider/engine/planning.ts";
import { type PlanRequest, planFor } from "../../provider/planner/plan.ts";
import { smallFleet } from "../support/fleets.ts";
import { VirtualTime } from "../support/virtual-time.ts";

const baseline = { version: "8.0.3" };

/** A look of its own at a fleet of five hosts: none of its values is another look's. */
async function asked(change: (request: PlanRequest) => Partial<PlanRequest> = () => ({})): Promise<PlanRequest> {
  const fleet = await memoryFleet(smallFleet({ hosts: 5 }), new VirtualTime().clock()).driver.observe(baseline);
  const memory = newRun("run-1", "shop/prod/fleet", "version=8.0.3", "2026-01-05T08:00:00.000Z");
  const request = { fleet, policy: policy.parse({}), baseline: "version=8.0.3", owners: ["shop/prod/fleet"], memory };
  return { ...request, ...change(request) };
}

test("asked again, after another look and by a run of another name, it gives the answer that it has", async () => {
  const plan = planOnce(await asked());
  const again = await asked(({ fleet, memory }) => ({
    fleet: { ...fleet, at: fleet.at + 60_000 },
    memory: memory && { ...memory, id: "run-2", startedAt: "2026-01-05T09:00:00.000Z" },
  }));
  expect(planOnce(again)).toBe(plan);
  expect(plan).toEqual(planFor(again));
});

const changes: Readonly<Record<string, (request: PlanRequest) => Partial<PlanRequest>>> = {
  "a host's level": ({ fleet }) => ({
    fleet: { ...fleet, hosts: fleet.hosts.map((host, n) => (n === 1 ? { ...host, level: "8.0.2" } : host)) },
  }),
  "where a workload is": ({ fleet }) => ({
    fleet: { ...fleet, workloads: fleet.workloads.map((one, n) => (n === 0 ? { ...one, host: "h2" } : one)) },
  }),
  policy: () => ({ policy: policy.parse({ maxUnavailable: 2 }) }),
  baseline: () => ({ baseline: "version=8.0.4" }),
  owners: () => ({ owners: ["shop/prod/other"] }),
  "what the run has done": ({ memory }) => ({ memory: memory && { ...memory, canaryPassed: true, done: ["h1"] } }),
};

test.each(Object.entries(changes))("another request is planned anew: %s", async (_, change) => {
  const plan = planOnce(await asked());
  const other = await asked(change);
  const answer = planOnce(other);
  expect(answer).not.toBe(plan);
  expect(answer).toEqual(planFor(other));
});

test("what is left of an announced plan is planned each time, and ends the memory", async () => {
  const plan = planOnce(await asked());
  if (plan.kind === "refusal") throw new Error(plan.unlock);
  const rest = await asked(() => ({ previous: plan }));
  expect(planOnce(rest)).not.toBe(planOnce(rest));
  const after = planOnce(await asked());
  expect(after).not.toBe(plan);
  expect(after).toEqual(plan);
});
