import type { Fleet, Host, Workload } from "../../provider/core/fleet.ts";

/** Workloads that no model has to tell apart: same host, same needs, none of them in a group. */
interface Kind {
  readonly from: string;
  readonly demand: Workload["demand"];
  readonly group: string | undefined;
  readonly count: number;
}

/**
 * The fewest moves after which one host is empty, others may move as well (shared/reference/planner.md §7), as a model in CPLEX LP format:
 * `x<k>_<h>` workloads of kind k end on host h. The order of the moves is not in it, so no plan can do with fewer.
 */
export function evacuationModel({ hosts, workloads }: Fleet, emptied: string): string {
  const kinds = kindsOf(workloads.filter(({ state }) => state === "running"));
  const others = hosts.filter(({ id }) => id !== emptied);
  const variable = (k: number, host: Host): string => `x${k}_${hosts.indexOf(host)}`;
  const staying = kinds.flatMap((kind, k) => {
    const origin = others.find(({ id }) => id === kind.from);
    return origin === undefined ? [] : [variable(k, origin)];
  });
  const placed = kinds.map(
    ({ count }, k) => ` p${k}: ${others.map((host) => variable(k, host)).join(" + ")} = ${count}`,
  );
  const room = others.flatMap((host, h) =>
    Object.entries(host.capacity).flatMap(([name, capacity], r) => {
      const needs = kinds.flatMap(({ demand }, k) =>
        (demand[name] ?? 0) > 0 ? [`${demand[name]} ${variable(k, host)}`] : [],
      );
      return needs.length === 0 ? [] : [` c${h}_${r}: ${needs.join(" + ")} <= ${capacity}`];
    }),
  );
  const groups = Map.groupBy(
    kinds.map((kind, k) => ({ ...kind, k })),
    ({ group }) => group,
  );
  const apart = [...groups].flatMap(([group, members], g) =>
    group === undefined || members.length < 2
      ? []
      : others.map((host, h) => ` g${g}_${h}: ${members.map(({ k }) => variable(k, host)).join(" + ")} <= 1`),
  );
  const bounds = kinds.flatMap(({ count }, k) => others.map((host) => ` 0 <= ${variable(k, host)} <= ${count}`));
  const all = kinds.flatMap((_, k) => others.map((host) => variable(k, host)));
  const objective = staying.length === 0 ? `0 ${all[0]}` : staying.join(" + ");
  return [
    ...["Maximize", ` stay: ${wrapped(objective)}`, "Subject To"],
    ...[...placed, ...room, ...apart].map(wrapped),
    ...["Bounds", ...bounds, "General", ...all.map((name) => ` ${name}`), "End", ""],
  ].join("\n");
}

function kindsOf(workloads: readonly Workload[]): Kind[] {
  const alike = Map.groupBy(workloads, ({ id, host, demand, group }) =>
    group === undefined ? JSON.stringify([host, demand]) : id,
  );
  return [...alike.values()].flatMap((list) => {
    const [first] = list;
    return first === undefined
      ? []
      : [{ from: first.host, demand: first.demand, group: first.group, count: list.length }];
  });
}

/** Readers of the format mind very long lines. */
export const wrapped = (text: string): string => text.replaceAll(/(.{160,}?) \+ /g, "$1\n + ");
