import type { Fleet } from "../../provider/core/fleet.ts";
import { wrapped } from "./evacuation-model.ts";

/**
 * The fewest moves of a roll of all hosts, one at a time, with nothing in reserve (shared/reference/planner.md §7), as a model in CPLEX LP
 * format: `x<v>_<h>_<t>` workload v is on host h while the t-th host is out, `z<h>_<t>` that host is h, `m<v>_<t>` v has moved before it. What
 * moves in between is not in it, so no plan can do with fewer. `least`: a proven bound, as a cut.
 */
export function rollModel({ hosts, workloads }: Fleet, least: number): string {
  const [h, t] = [[...hosts.keys()], [...hosts.keys()]];
  const v = [...workloads.keys()];
  const x = (a: number, b: number, c: number): string => `x${a}_${b}_${c}`;
  const sum = (names: readonly string[]): string => names.join(" + ");
  const moves = v.flatMap((a) => t.map((c) => `m${a}_${c}`));
  const rows = [
    ...v.flatMap((a) => t.map((c) => `${sum(h.map((b) => x(a, b, c)))} = 1`)),
    ...t.map((c) => `${sum(h.map((b) => `z${b}_${c}`))} = 1`),
    ...h.map((b) => `${sum(t.map((c) => `z${b}_${c}`))} = 1`),
    ...v.flatMap((a) => h.flatMap((b) => t.map((c) => `${x(a, b, c)} + z${b}_${c} <= 1`))),
    ...hosts.flatMap(({ capacity }, b) =>
      Object.entries(capacity).flatMap(([name, most]) =>
        t.map((c) => {
          const needs = workloads.flatMap(({ demand }, a) =>
            (demand[name] ?? 0) > 0 ? [`${demand[name]} ${x(a, b, c)}`] : [],
          );
          return needs.length === 0 ? "" : `${sum(needs)} + ${most} z${b}_${c} <= ${most}`;
        }),
      ),
    ),
    ...workloads.flatMap(({ host }, a) =>
      hosts.flatMap(({ id }, b) =>
        t.map((c) =>
          c === 0
            ? `m${a}_0 ${id === host ? `+ ${x(a, b, 0)} >= 1` : `- ${x(a, b, 0)} >= 0`}`
            : `m${a}_${c} - ${x(a, b, c)} + ${x(a, b, c - 1)} >= 0`,
        ),
      ),
    ),
    ...v.map((a) => `${sum(t.map((c) => `m${a}_${c}`))} >= 1`),
    `${sum(moves)} >= ${least}`,
  ];
  const binaries = [
    ...v.flatMap((a) => h.flatMap((b) => t.map((c) => x(a, b, c)))),
    ...h.flatMap((b) => t.map((c) => `z${b}_${c}`)),
    ...moves,
  ];
  return [
    ...["Minimize", ` moves: ${wrapped(sum(moves))}`, "Subject To"],
    ...rows.filter((row) => row !== "").map((row, index) => ` r${index}: ${wrapped(row)}`),
    ...["Binary", ...binaries.map((name) => ` ${name}`), "End", ""],
  ].join("\n");
}
