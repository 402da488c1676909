import { generateFleet } from "../../bench/planner-fleet.ts";
import type { Fleet, Host } from "../../provider/core/fleet.ts";
import type { HostPlan, Plan } from "../../provider/core/plan.ts";
import type { PolicyInput } from "../../provider/core/policy.ts";
import { emptyRecord } from "../../provider/core/record.ts";
import { described } from "../../provider/lifecycle/described.ts";
import { outlookOf } from "../../provider/lifecycle/outlook.ts";
import type { PlanDocument } from "../../provider/lifecycle/render/document.ts";
import { validate } from "../../provider/lifecycle/validate.ts";

/** Documents of true plans for generated fleets. */
export function documentOf({
  hosts,
  load = 0.5,
  policy = {},
  change = (fleet) => fleet,
}: {
  readonly hosts: number;
  readonly load?: number;
  readonly policy?: PolicyInput;
  readonly change?: (fleet: Fleet) => Fleet;
}): PlanDocument {
  const fleet = change(generateFleet({ hosts, load, seed: 1 }));
  const target = { kind: "simulated", file: "fleet.db" };
  const { inputs } = validate({ target, baseline: { version: "1.1.0" }, policy, owner: "shop/prod/fleet" });
  if (inputs === undefined) throw new Error("these are no inputs");
  const look = { fleet, record: emptyRecord, scale: 1 };
  const outlook = outlookOf(look, inputs, ["shop/prod/fleet"]);
  return described(look, inputs, outlook, { owner: inputs.owner, why: outlook.why, ask: "command" });
}

/** Equal empty hosts, all behind. */
export function fleetOf(count: number, domain = "rack"): Fleet {
  const hosts = Array.from({ length: count }, (_, index): Host => {
    return {
      id: `h${index + 1}`,
      level: "8.0.1",
      wanted: "8.0.3",
      evidence: "8.0.1",
      state: "up",
      bootId: "b",
      cordoned: false,
      held: false,
      capacity: { memory: 1024, cpu: 4 },
      domain,
      slots: 2,
      estimate: { patch: 60, boot: 60 },
    };
  });
  return { target: "simulated:x", at: 0, scheme: "release", hosts, workloads: [], migration: { fixed: 1, perGiB: 1 } };
}

/** A plan by hand: one move for each host. */
export function planOf(names: readonly string[]): Plan {
  const hosts = names.map((host, index): HostPlan => {
    const evacuate = [{ workload: `${host}-a`, from: host, to: "h9", gib: 8, why: "only place" }];
    const canary = index === 0;
    return {
      host,
      from: "8.0.1",
      to: "8.0.3",
      canary,
      judged: false,
      wave: index + 1,
      after: [],
      why: "its turn",
      makeRoom: [],
      evacuate,
      shutdown: [],
      putBack: [],
      steps: [],
      soak: 0,
      undoRoom: [],
      start: 0,
      end: 60,
    };
  });
  const totals = {
    hosts: names.length,
    moves: names.length,
    gib: names.length * 8,
    out: 1,
    hours: { low: 0.5, expected: 1, high: 2 },
  };
  const bounds = { moves: names.length, hours: 0.5, out: 1 };
  const id = `${names.length}h-${names.length}m-1out-2t-200e-00000000-00000000`;
  const notes = ["Room for 1 host failure stays free."];
  return {
    kind: "plan",
    id,
    hosts,
    skipped: [],
    notes,
    totals,
    watch: { before: 0, after: 0 },
    effort: 200,
    bounds,
    peaks: [],
  };
}
