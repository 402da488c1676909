import type { Workload } from "../core/fleet.ts";
import { type Move, movesOf, type Plan } from "../core/plan.ts";

/** Host rules that a move breaks, or gives up without a word. `flying`: it was under way before the plan. */
export function hostRuleTroubles({ id, hosts }: Workload, { to, why }: Move, flying: boolean): string[] {
  const found: string[] = [];
  if (!flying && hosts?.only?.includes(to) === false) found.push(`moves ${id} to ${to}, where it must not run`);
  if (!flying && hosts?.never?.includes(to) === true) found.push(`moves ${id} to ${to}, where it must never run`);
  if (hosts?.prefer?.includes(to) === false && !why.includes("should run on"))
    found.push(`gives up a should-rule of ${id} without saying so`);
  return found;
}

/**
 * Workloads that may move once and would move in vain: a second time, onto a host where that would be needed, or off one that need
 * not be emptied.
 */
export function movedInVain({ hosts }: Plan, workloads: readonly Workload[]): string[] {
  const once = new Set(workloads.filter(({ moves }) => moves === "once").map(({ id }) => id));
  if (once.size === 0) return [];
  const found: string[] = [];
  const moved = new Set<string>();
  const waiting = new Set(hosts.map(({ host }) => host));
  for (const entry of hosts) {
    for (const { workload, from } of [...entry.makeRoom, ...entry.evacuate, ...entry.putBack]) {
      if (!once.has(workload)) continue;
      if (moved.has(workload)) found.push(`${entry.host} moves ${workload} again, which may move only once`);
      else if (!waiting.has(from))
        found.push(`${entry.host} moves ${workload}, which may move only once, off ${from} in vain`);
      moved.add(workload);
    }
    waiting.delete(entry.host);
  }
  return found;
}

/** A plan that gives up should-rules says how many. */
export function silentlyGivenUp({ hosts, notes }: Plan, workloads: readonly Workload[]): string[] {
  const rules = new Map(workloads.map((one) => [one.id, one.hosts?.prefer]));
  const moves = hosts.flatMap(movesOf);
  const given = moves.some((move) => rules.get(move.workload)?.includes(move.to) === false);
  return given && !notes.some((note) => note.startsWith("Given up"))
    ? ["no note tells of the should-rules given up"]
    : [];
}
