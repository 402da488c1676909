import { createRequire } from "node:module";
import type { LegacyHighs } from "highs";

/** The package's types describe its CommonJS form only. */
const loadHighs = createRequire(import.meta.url)("highs") as () => Promise<LegacyHighs>;

export interface Solution {
  /** Of the best solution; proven to be so where `status` is `optimal`. */
  readonly objective: number;
  readonly status: "optimal" | "infeasible" | "unknown";
}

/** Solves a model in CPLEX LP format with HiGHS within so many seconds of its own. */
export type Solve = (model: string, seconds: number) => Solution;

/** A solver of its own for every model: a failed one leaves nothing behind. */
export async function solver(): Promise<Solve> {
  const highs = await loadHighs();
  return (model, seconds) => {
    const { Status, ObjectiveValue } = highs.solve(model, {
      time_limit: seconds,
      mip_rel_gap: 0,
      mip_abs_gap: 0.5,
      threads: 1,
      random_seed: 1,
      output_flag: false,
    });
    const status = Status === "Optimal" ? "optimal" : Status === "Infeasible" ? "infeasible" : "unknown";
    return { objective: Math.round(ObjectiveValue), status };
  };
}
