import type { Facts, Node } from "./facts.ts";

/**
 * Hosts that go first, alone: per hardware/firmware class, in class order, the pending ones with the fewest workloads, then
 * by id. Those that the run has chosen stay chosen. None once the canary has passed. `avoid`: cannot be emptied first.
 */
export function canariesOf(facts: Facts, avoid: ReadonlySet<string>): Node[] {
  const { memory, nodes, residents, request } = facts;
  if (request.policy.canary === 0 || memory?.canaryPassed === true) return [];
  const classOf = (node: Node): string => node.host.class ?? "";
  const chosen = memory?.canaries ?? [];
  const isStuck = (node: Node): boolean =>
    request.policy.pinned === "refuse" && residents[node.index]?.some((item) => item.workload.pinned) === true;
  const workloads = (node: Node): number => residents[node.index]?.length ?? 0;
  const rank = (node: Node): number => (chosen.includes(node.id) ? chosen.indexOf(node.id) : chosen.length);

  const canaries: Node[] = [];
  for (const name of [...new Set(nodes.map(classOf))].sort()) {
    const members = nodes.filter((node) => classOf(node) === name);
    // Before the canary has passed, nothing but canaries was let through.
    const gone = members.filter(
      ({ id, role }) => memory?.done.includes(id) === true || (role === "in hand" && chosen.includes(id)),
    );
    const pending = members.filter((node) => node.role === "pending" && !avoid.has(node.id));
    // Where no host of the class can be emptied at all, the refusal is to say so; unless one of them has been canary already.
    const able =
      pending.every(isStuck) && avoid.size === 0 && gone.length === 0
        ? pending
        : pending.filter((node) => !isStuck(node));
    able.sort((a, b) => rank(a) - rank(b) || workloads(a) - workloads(b) || (a.id < b.id ? -1 : 1));
    canaries.push(...able.slice(0, Math.max(0, request.policy.canary - gone.length)));
  }
  return canaries;
}
