import { expect, it } from "vitest";
import type { Act } from "../../provider/core/act.ts";
import type { Plan } from "../../provider/core/plan.ts";
import { planActs } from "../../provider/planner/acts.ts";
import { planFor } from "../../provider/planner/plan.ts";
import { Rig } from "../support/rig.ts";
import { schedule } from "../support/schedule.ts";

const FLEETS = Number(process.env.PROMISES ?? 300);

it(`on ${FLEETS} random unchanged fleets up does what the plan said, act for act`, async () => {
  let planned = 0;
  for (let seed = 1; seed <= FLEETS; seed++) {
    const { fleet, policy } = schedule(seed);
    const { maxUpTime: _time, ...rest } = policy ?? {};
    const rig = new Rig({ fleet: { ...fleet, jitter: 0.3, faults: [] }, policy: rest });
    const plan = await forecast(rig);
    if (plan === undefined) continue;
    planned += 1;
    const { ending } = await rig.end();
    expect(ending.kind, `seed ${seed}`).toBe("done");
    const did = rig.world.events.filter(
      (event) => event.by === "run" && (event.outcome === "done" || event.outcome === "begun"),
    );
    const order = did.filter((event) => event.what === "cordon").map((event) => event.host);
    expect(order, `seed ${seed}`).toEqual(plan.hosts.map((entry) => entry.host));
    const promised = plan.hosts.flatMap((entry) => planActs(plan, entry.host).flatMap(written));
    const kinds = new Set(["stage", "cordon", "stop", "migrate", "remediate", "uncordon", "start", "release"]);
    const done = did
      .filter((event) => kinds.has(event.what))
      .map(({ what, host, workload, to }) =>
        what === "migrate" ? `${what} ${workload} → ${to}` : `${what} ${workload ?? host}`,
      );
    expect([...done].sort(), `seed ${seed}`).toEqual([...promised].sort());
  }
  expect(planned).toBeGreaterThan(FLEETS / 3);
});

async function forecast(rig: Rig): Promise<Plan | undefined> {
  const { policy, owner } = rig.inputs();
  const fleet = await rig.driver().observe({ version: "8.0.3" });
  const made = planFor({ fleet, policy, baseline: "version=8.0.3", owners: [owner] });
  return made.kind === "plan" ? made : undefined;
}

function written(act: Act): string[] {
  if (act.name === "check" || act.name === "await" || act.name === "regression tests") return [];
  if (act.name === "migrate") return [`migrate ${act.workload} → ${act.to}`];
  return [`${act.name} ${"workload" in act ? act.workload : act.host}`];
}
