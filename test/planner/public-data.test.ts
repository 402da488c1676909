import { describe, expect, it } from "vitest";
import { nr6, roadef } from "../../bench/planner-data.ts";
import { policy } from "../../provider/core/policy.ts";
import { planFor } from "../../provider/planner/plan.ts";

/** Instances that others have published: read in place, beside the repository, where they are there. */
const INSTANCES = [
  {
    name: "ROADEF b_3: 100 hosts, 20,000 workloads, 6 resources, groups",
    load: () => roadef("b_3"),
    maxUnavailable: "3%",
  },
  {
    name: "ROADEF b_4: 500 hosts, 20,000 workloads, 6 resources, groups",
    load: () => roadef("b_4"),
    maxUnavailable: "3%",
  },
  { name: "BtrPlace nr6: 4,750 hosts, 28,504 workloads", load: nr6, maxUnavailable: "5%" },
];

describe("public instances", () => {
  for (const { name, load, maxUnavailable } of INSTANCES) {
    const fleet = load();
    if (fleet === undefined) console.warn(`SKIPPED: ${name} is not beside the repository (shared/data)`);
    it.skipIf(fleet === undefined)(`${name}: every host is done, no workload moves more than twice`, () => {
      if (fleet === undefined) return;
      const settings = policy.parse({ maxUnavailable, canary: 0, putBack: "none" });
      const plan = planFor({ fleet, policy: settings, baseline: "version=1.1.0", owners: [] });
      if (plan.kind === "refusal") throw new Error(plan.reasons.map((reason) => reason.text).join(" "));
      expect(plan.hosts).toHaveLength(fleet.hosts.length);
      const moves = new Map<string, number>();
      for (const entry of plan.hosts)
        for (const { workload } of entry.evacuate) moves.set(workload, (moves.get(workload) ?? 0) + 1);
      expect(Math.max(...moves.values())).toBeLessThanOrEqual(2);
      expect(plan.totals.moves / fleet.workloads.length).toBeLessThan(1.04);
    });
  }

  const impossible = [
    { name: "a1_1", code: "capacity" },
    { name: "a1_4", code: "anti-affinity" },
    { name: "a1_5", code: "capacity" },
  ];
  it.each(impossible)("ROADEF $name is proven impossible, by $code", ({ name, code }) => {
    const fleet = roadef(name);
    if (fleet === undefined) return console.warn(`SKIPPED: ROADEF ${name} is not beside the repository (shared/data)`);
    const answer = planFor({
      fleet,
      policy: policy.parse({ canary: 0, reserve: 0 }),
      baseline: "version=1.1.0",
      owners: [],
    });
    if (answer.kind === "plan") throw new Error("there is a plan");
    expect(answer.reasons.map((reason) => reason.code)).toContain(code);
  });
});
