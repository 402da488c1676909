import type { RefusalReason } from "../core/plan.ts";
import { kept, type Reserve } from "../core/reserve.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { pinnedOn } from "./leaving.ts";
import { reserveWords } from "./reserve-words.ts";
import { add, at, needOf } from "./vectors.ts";
import { amount, count } from "./words.ts";

/** S1, told once per resource for the host that lacks most. */
export function capacityReasons(facts: Facts, pending: readonly Node[]): RefusalReason[] {
  const serving = facts.nodes.filter((node) => node.serving || node.role === "in hand");
  const capacity = facts.resources.map(() => 0);
  const need = facts.resources.map(() => 0);
  for (const node of serving) {
    add(capacity, node.capacity, 1);
    add(need, needOf(residents(facts, node), facts.resources.length), 1);
  }
  return facts.resources.flatMap((resource, r): RefusalReason[] => {
    const sizes = serving.map((node) => at(node.capacity, r)).sort((a, b) => b - a);
    const tolerance = 1e-9 * at(capacity, r);
    const short = pending.flatMap((node) => {
      const own = at(node.capacity, r);
      const left = at(capacity, r) - own;
      const pinned = pinnedOn(facts, node).reduce((sum, item) => sum + at(item.need, r), 0);
      const running = at(need, r) - pinned;
      const reserve = keptWithout(facts.reserve, resource, sizes, own, left);
      return left - running - reserve < -tolerance
        ? [{ node, left, running, reserve, lack: running + reserve - left }]
        : [];
    });
    const [worst] = short.sort((a, b) => b.lack - a.lack);
    if (worst === undefined) return [];
    const others = short.length > 1 ? ` The same holds for ${count(short.length - 1, "other host")}.` : "";
    const tight = worst.running > worst.left + tolerance;
    const held = tight ? "" : ` and ${reserveWords(facts.reserve)} ${amount(resource, worst.reserve)}`;
    return [
      {
        code: tight ? "capacity" : "reserve",
        text: `${worst.node.id} cannot go out: the other ${count(serving.length - 1, "host")} in service have ${amount(resource, worst.left)}, the running workloads take ${amount(resource, worst.running)}${held}, ${amount(resource, tight ? worst.running - worst.left : worst.lack)} too much.${others}`,
        hosts: short.map(({ node }) => node.id),
        workloads: [],
      },
    ];
  });
}

/** S2 */
export function groupReasons(facts: Facts, pending: readonly Node[]): RefusalReason[] {
  const hosts = facts.nodes.filter((node) => node.serving || node.role === "in hand");
  const members: Item[][] = facts.groups.map(() => []);
  for (const node of hosts)
    for (const item of residents(facts, node)) if (item.group >= 0) members[item.group]?.push(item);
  return members.flatMap((items, group): RefusalReason[] => {
    if (items.length < hosts.length) return [];
    const apart = new Set(items.map((item) => item.node)).size === items.length;
    const out = pending.find((node) => {
      const stays = items.some((item) => item.node === node && item.workload.pinned) ? 1 : 0;
      return items.length - stays > hosts.length - 1;
    });
    if (!apart || out === undefined) return [];
    const text = `${out.id} cannot go out: the ${items.length} members of ${facts.groups[group]} may not share a host, and only ${count(hosts.length - 1, "host")} would be in service.`;
    return [{ code: "anti-affinity", text, hosts: pending.map(({ id }) => id), workloads: items.map(({ id }) => id) }];
  });
}

/** What the reserve keeps without one host of size `own`. `sizes`: of all hosts, largest first; `left`: their sum without it. */
function keptWithout(of: Reserve, resource: string, sizes: readonly number[], own: number, left: number): number {
  if (of.kind !== "failures") return kept(of, resource, [left]);
  const first = sizes.slice(0, of.count + 1);
  const index = first.indexOf(own);
  return kept(of, resource, index < 0 ? first : first.toSpliced(index, 1));
}

const residents = (facts: Facts, node: Node): readonly Item[] => facts.residents[node.index] ?? [];
