import type { Workload } from "../core/fleet.ts";
import type { Move, Plan } from "../core/plan.ts";

/** Host rules that a move breaks, or gives up without a word. `flying`: it was under way before the plan. */
export function hostRuleTroubles({ id, hosts }: Workload, { to, why }: Move, flying: boolean): string[] {
  const found: string[] = [];
  if (!flying && hosts?.only?.includes(to) === false) found.push(`moves ${id} to ${to}, where it must not run`);
  if (!flying && hosts?.never?.includes(to) === true) found.push(`moves ${id} to ${to}, where it must never run`);
  if (hosts?.prefer?.includes(to) === false && !why.includes("should run on"))
    found.push(`gives up a should-rule of ${id} without saying so`);
  return found;
}

/** A plan that gives up should-rules says how many. */
export function silentlyGivenUp({ hosts, notes }: Plan, workloads: readonly Workload[]): string[] {
  const rules = new Map(workloads.map((one) => [one.id, one.hosts?.prefer]));
  const moves = hosts.flatMap((entry) => [...entry.makeRoom, ...entry.evacuate, ...entry.putBack]);
  const given = moves.some((move) => rules.get(move.workload)?.includes(move.to) === false);
  return given && !notes.some((note) => note.startsWith("Given up"))
    ? ["no note tells of the should-rules given up"]
    : [];
}
