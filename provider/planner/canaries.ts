import type { Facts, Node } from "./facts.ts";
import { probedOn } from "./judged.ts";
import { goesFirst, Line } from "./line.ts";

/**
 * Hosts that go first, alone: per hardware/firmware class, in class order, the pending ones with the most probed workloads (none
 * are probed: with the fewest workloads), then by id; those that could not start now, for quiet hours, after those that could. Those that the run has chosen stay chosen. None once the canary has passed, and none that
 * by an order rule waits for a host which is no canary. `avoid`: cannot be emptied first.
 */
export function canariesOf(facts: Facts, avoid: ReadonlySet<string>): Node[] {
  const { memory, nodes, phases, residents, request } = facts;
  if (request.policy.canary === 0 || memory?.canaryPassed === true) return [];
  const classOf = (node: Node): string => node.host.class ?? "";
  const chosen = memory?.canaries ?? [];
  const isStuck = (node: Node): boolean =>
    request.policy.pinned === "refuse" && residents[node.index]?.some((item) => item.workload.pinned) === true;
  const workloads = (node: Node): number => residents[node.index]?.length ?? 0;
  // One that tells most about the patch; an empty one only where its class has no other.
  const silent = (node: Node): number => (phases.measured && workloads(node) === 0 ? 1 : 0);
  const late = ({ id }: Node): number => (facts.resting.has(id) ? 1 : 0);
  const told = (node: Node): number => (phases.measured ? probedOn(facts, node) : 0);
  const rank = (node: Node): number => (chosen.includes(node.id) ? chosen.indexOf(node.id) : chosen.length);

  const canaries: Node[] = [];
  const byRank = (a: Node, b: Node): number =>
    rank(a) - rank(b) ||
    silent(a) - silent(b) ||
    late(a) - late(b) ||
    told(b) - told(a) ||
    workloads(a) - workloads(b) ||
    (a.id < b.id ? -1 : 1);
  const next = (members: readonly Node[]): Node | undefined => {
    // Before the canary has passed, nothing but canaries was let through.
    const gone = members.filter(
      ({ id, role }) => memory?.done.includes(id) === true || (role === "in hand" && chosen.includes(id)),
    );
    if (gone.length + members.filter((node) => canaries.includes(node)).length >= request.policy.canary)
      return undefined;
    const pending = members.filter((node) => node.role === "pending" && !avoid.has(node.id));
    // Where no host of the class can be emptied at all, the refusal is to say so; unless one of them has been canary already.
    const able =
      pending.every(isStuck) && avoid.size === 0 && gone.length === 0
        ? pending
        : pending.filter((node) => !isStuck(node));
    return able.filter((node) => !canaries.includes(node) && goesFirst(facts, node, canaries)).sort(byRank)[0];
  };
  const classes = [...Map.groupBy(nodes, classOf)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, members]) => members);
  // One at a time, by class: each may be what another one waits for.
  for (let index = 0; index < classes.length; ) {
    const node = next(classes[index] as Node[]);
    if (node !== undefined) canaries.push(node);
    index = node === undefined ? index + 1 : 0;
  }
  const byClass = classes.flatMap((members) => members.filter((node) => canaries.includes(node)).sort(byRank));
  // Those that the run has chosen were announced in this order, whatever their classes.
  return new Line(facts).arranged(byClass.sort((a, b) => rank(a) - rank(b)));
}
