import { judgedHosts } from "../core/phases.ts";
import type { Facts, Node } from "./facts.ts";

/** Probed workloads on the host that would come back to it. */
export function probedOn({ residents, probed }: Facts, node: Node): number {
  return (residents[node.index] ?? []).filter(({ id, workload }) => probed.has(id) && !workload.pinned).length;
}

/** The host can tell what the patch costs. */
export function isProbed(facts: Facts, node: Node): boolean {
  return facts.probed.size > 0 && probedOn(facts, node) > 0;
}

/**
 * Hosts that are still to be judged besides the canaries of this plan. A host that the run chose and that is back, or is in hand, has been
 * judged or will be.
 */
export function judgedLeft({ request, memory, nodes, phases }: Facts, canaries: readonly Node[]): number {
  const { policy } = request;
  if (policy.mode === "canary") return 0;
  const chosen = memory?.judged ?? [];
  const gone = nodes.filter(
    ({ id, role }) => chosen.includes(id) && (memory?.done.includes(id) === true || role === "in hand"),
  );
  return Math.max(0, judgedHosts(policy, canaries.length, phases.measured) - gone.length - canaries.length);
}
