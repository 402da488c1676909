import type { RefusalReason } from "../core/plan.ts";
import type { Facts } from "./facts.ts";
import type { Stuck } from "./manner.ts";
import { capital, count, list } from "./words.ts";

/** How many hosts a refusal explains one by one. */
const SHOWN = 3;

/** Why the attempt that came furthest went no further: the hosts that could not go next, each with what was in the way. */
export function stuckReasons(facts: Facts, { obstacles, turns }: Stuck): RefusalReason[] {
  const left = facts.nodes.filter(({ role, id }) => role === "pending" && !turns.some((turn) => turn.node.id === id));
  const order = `the best order found does ${turns.length} of ${count(turns.length + left.length, "host")}`;
  const reasons = obstacles.slice(0, SHOWN).map(({ node: _node, ...reason }): RefusalReason => reason);
  const none = "no plan was found within the effort, which is no proof that there is none";
  if (reasons.length === 0) {
    const text = `${capital(none)}: ${order}.`;
    return [{ code: "no-progress", text, hosts: left.map(({ id }) => id), workloads: [] }];
  }
  const others = left.map(({ id }) => id).filter((id) => !reasons.some((reason) => reason.hosts.includes(id)));
  const rest = others.length > 0 ? `, and ${list(others)} cannot go next either` : "";
  const text = `Before that, ${order}${rest}; ${none}.`;
  return [...reasons, { code: "no-progress", text, hosts: others, workloads: [] }];
}
