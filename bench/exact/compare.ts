import type { Fleet } from "../../provider/core/fleet.ts";
import { findingOf } from "../../provider/core/plan.ts";
import { policy } from "../../provider/core/policy.ts";
import { planFor } from "../../provider/planner/plan.ts";
import { evacuationCase, rollCase } from "./cases.ts";
import { evacuationModel } from "./evacuation-model.ts";
import { rollModel } from "./roll-model.ts";
import type { Solve } from "./solver.ts";

/** The planner on one case, against an exact solver. */
export interface Compared {
  readonly name: string;
  /** Fewest moves of any plan, or fewer; undefined: unproven within the solver's time; `impossible`: there is none. */
  readonly fewest: number | "impossible" | undefined;
  /** Moves of the plan, or what the refusal says. */
  readonly planner: number | "impossible" | "unlock" | "neither";
}

/** Seconds that the solver has for one case. */
const PATIENCE = 60;

export function compareEvacuation(solve: Solve, seed: number, most?: number): Compared {
  const { name, fleet, host } = evacuationCase(seed, most);
  const { status, objective } = solve(evacuationModel(fleet, host), PATIENCE);
  const fewest =
    status === "optimal" ? fleet.workloads.length - objective : status === "infeasible" ? "impossible" : undefined;
  return { name, fewest, planner: movesOf(fleet) };
}

export function compareRoll(solve: Solve, seed: number): Compared {
  const { name, fleet } = rollCase(seed);
  const counts = fleet.hosts.map(({ id }) => fleet.workloads.filter(({ host }) => host === id).length);
  // M2: the workloads of the first host move twice.
  const least = fleet.workloads.length + Math.min(...counts);
  const planner = movesOf(fleet);
  if (planner === least) return { name, fewest: least, planner };
  const { status, objective } = solve(rollModel(fleet, least), PATIENCE);
  return {
    name,
    fewest: status === "optimal" ? objective : status === "infeasible" ? "impossible" : undefined,
    planner,
  };
}

/** Agreement of many cases. */
export function tallyOf(cases: readonly Compared[]) {
  const feasible = cases.filter(({ fewest }) => typeof fewest === "number");
  const over = feasible.map(({ fewest, planner }) =>
    typeof planner === "number" ? planner - (fewest as number) : Number.POSITIVE_INFINITY,
  );
  const impossible = cases.filter(({ fewest }) => fewest === "impossible");
  return {
    solved: feasible.length,
    equal: over.filter((moves) => moves === 0).length,
    oneOver: over.filter((moves) => moves === 1).length,
    worse: feasible.filter((_, index) => (over[index] ?? 0) > 1).map(({ name }) => name),
    /** Neither may ever happen: the model allows more than any plan. */
    wrong: [
      ...feasible.filter(({ planner }, index) => planner === "impossible" || (over[index] ?? 0) < 0),
      ...impossible.filter(({ planner }) => typeof planner === "number"),
    ].map(({ name }) => name),
    impossible: impossible.length,
    provenImpossible: impossible.filter(({ planner }) => planner === "impossible").length,
    unsolved: cases.filter(({ fewest }) => fewest === undefined).length,
  };
}

function movesOf(fleet: Fleet): Compared["planner"] {
  const rules = policy.parse({ maxUnavailable: 1, reserve: 0, canary: 0, putBack: "none" });
  const answer = planFor({ fleet, policy: rules, baseline: "version=1.1.0", owners: ["bench"] });
  return answer.kind === "plan" ? answer.totals.moves : findingOf(answer);
}
