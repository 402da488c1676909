import type { Fleet } from "../provider/core/fleet.ts";
import type { PolicyInput } from "../provider/core/policy.ts";
import { nr6, roadef } from "./planner-data.ts";
import { generateFleet } from "./planner-fleet.ts";

/** One fleet to be planned. */
export interface PlannerInstance {
  readonly name: string;
  /** Undefined where its data is absent. */
  readonly load: () => Fleet | undefined;
  readonly policy: PolicyInput;
  /** All workloads are probed: canary and judged hosts are watched. */
  readonly probed?: true;
  /** Units of effort; default: the planner's own. */
  readonly effort?: number;
  /** Hosts that the best published attempt gets done (shared/reference/planner.md §6, row "depth 2"). */
  readonly reference?: number;
}

const PLAIN: PolicyInput = { maxUnavailable: "5%", startWidth: "5%", canary: 0, putBack: "none" };

/** One host at a time and nothing in reserve, for instances on which greedy planning gets stuck. */
const STUCK: PolicyInput = { maxUnavailable: 1, reserve: 0, canary: 0, putBack: "none" };

/** What keeps the search at work for about a minute at most. */
const LONG_EFFORT = 2_000;

/** Hosts that the reference gets done with two workloads put out for one. */
const REFERENCE: Readonly<Record<string, number>> = {
  a1_2: 73,
  a1_3: 69,
  a2_1: 100,
  a2_2: 49,
  a2_3: 49,
  a2_4: 28,
  a2_5: 26,
  b_1: 80,
  b_2: 85,
  b_4: 500,
};

export const PLANNER_INSTANCES: readonly PlannerInstance[] = [
  ...[100, 1_000, 10_000].flatMap((hosts) =>
    [0.6, 0.75, 0.85, 0.9].map((load) =>
      generated(`${hosts} hosts at ${Math.round(load * 100)} %`, hosts, load, PLAIN),
    ),
  ),
  generated("1000 hosts, put back bounded", 1_000, 0.75, { ...PLAIN, putBack: "bounded" }),
  generated("1000 hosts, put back home", 1_000, 0.75, { ...PLAIN, putBack: "home" }),
  generated("1000 hosts, default policy", 1_000, 0.75, {}),
  generated("1000 hosts, default policy at 5 %", 1_000, 0.75, { maxUnavailable: "5%" }),
  { ...generated("1000 hosts, default policy, measured", 1_000, 0.75, {}), probed: true },
  {
    ...generated("1000 hosts, default policy at 5 %, measured", 1_000, 0.75, { maxUnavailable: "5%" }),
    probed: true,
  },
  generated("1000 hosts, limited by capacity only", 1_000, 0.75, {
    ...PLAIN,
    maxUnavailable: "100%",
    startWidth: "100%",
  }),
  { name: "BtrPlace nr6", load: nr6, policy: PLAIN },
  ...["b_3", "b_4"].map((name) => ({
    name: `ROADEF ${name}`,
    load: () => roadef(name),
    policy: { ...PLAIN, maxUnavailable: "3%", startWidth: "3%" },
  })),
  ...Object.entries(REFERENCE).map(([name, reference]) => ({
    name: `ROADEF ${name}, one at a time`,
    load: () => roadef(name),
    policy: STUCK,
    effort: LONG_EFFORT,
    reference,
  })),
];

/** Sizes of one kind of fleet, for how the time grows. */
export const GROWTH_INSTANCES: readonly PlannerInstance[] = [625, 1_250, 2_500, 5_000, 10_000].map((hosts) =>
  generated(`growth, ${hosts} hosts`, hosts, 0.75, PLAIN),
);

function generated(name: string, hosts: number, load: number, policy: PolicyInput): PlannerInstance {
  return { name, load: () => generateFleet({ hosts, load, seed: 1 }), policy };
}
