import type { RefusalReason } from "../core/plan.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { count, list } from "./words.ts";

/** S2 for failure domains: told for the first host that is all there is of its domain. */
export function spreadReasons(facts: Facts, pending: readonly Node[]): RefusalReason[] {
  const hosts = facts.nodes.filter((node) => node.serving || node.role === "in hand");
  const sizes = new Map<number, number>();
  for (const node of hosts) sizes.set(node.domain, (sizes.get(node.domain) ?? 0) + 1);
  const items = hosts.flatMap((node) => residents(facts, node)).filter((item) => item.workload.spread !== undefined);
  return [...Map.groupBy(items, (item) => item.workload.spread)].flatMap(([name, members]): RefusalReason[] => {
    const apart = new Set(members.map((item) => item.node.domain)).size === members.length;
    const out = pending.find((node) => {
      const stays = members.some((item) => item.node === node && item.workload.pinned) ? 1 : 0;
      return sizes.get(node.domain) === 1 && members.length - stays > sizes.size - 1;
    });
    if (!apart || out === undefined) return [];
    const text = `${out.id} cannot go out: the ${members.length} members of ${name} may not share a failure domain, and only ${count(sizes.size - 1, "domain")} would have a host in service.`;
    return [{ code: "spread", text, hosts: [out.id], workloads: members.map(({ id }) => id) }];
  });
}

/** No host can be the first one. */
export function onceReasons(facts: Facts, pending: readonly Node[]): RefusalReason[] {
  if (facts.nodes.some((node) => node.role === "in hand" || (node.open && node.role !== "pending"))) return [];
  const bound = pending.map((node) =>
    residents(facts, node).filter((item) => item.rules?.once && !item.workload.pinned),
  );
  if (bound.some((items) => items.length === 0)) return [];
  const workloads = bound.flat().map(({ id }) => id);
  const text = `No host can go first: each runs a workload that may move only once (${list(workloads)}), and every host where it could go has to be emptied as well.`;
  return [{ code: "moves-once", text, hosts: pending.map(({ id }) => id), workloads }];
}

const residents = (facts: Facts, node: Node): readonly Item[] => facts.residents[node.index] ?? [];
