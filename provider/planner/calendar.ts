import { readable } from "../core/duration.ts";
import { own } from "../core/own.ts";
import type { RefusalReason } from "../core/plan.ts";
import { firstCalm, quietSpans } from "../core/quiet.ts";
import { remediationSeconds } from "./durations.ts";
import type { Facts, Item, Node } from "./facts.ts";
import type { Obstacle } from "./obstacle.ts";
import { list } from "./words.ts";

/*
 * Quiet hours of workloads, by the calendar. A plan counts in durations and has no calendar: it keeps the hours of those together that move
 * in one turn, and lets hosts that could not start now go later. When a host starts is for `decide` to say.
 */

/** There is a time in sight in which all of these may move, long enough for the host's turn; a host in hand goes on in any case. */
export function leavesTime(facts: Facts, node: Node, items: readonly Item[]): boolean {
  const { quiet } = facts.request;
  if (quiet === undefined || node.role === "in hand") return true;
  const spans = quietSpans(
    quiet,
    items.map(({ id }) => id),
  );
  return spans.length === 0 || firstCalm(spans, quiet.from, leastOf(node, items)) !== undefined;
}

/** Least milliseconds of a turn in which these move. */
function leastOf(node: Node, items: readonly Item[]): number {
  return 1000 * (remediationSeconds(node) + Math.max(0, ...items.map(({ seconds }) => seconds)));
}

/** Hosts that could start now before those that could not, each in their order. */
export function restingLast({ resting }: Facts, order: readonly Node[]): readonly Node[] {
  if (resting.size === 0) return order;
  return [...order.filter(({ id }) => !resting.has(id)), ...order.filter(({ id }) => resting.has(id))];
}

/** Each of its workloads may move at some time, and all of them at none. */
export function quietObstacle(facts: Facts, node: Node, items: readonly Item[]): Obstacle {
  const having = items.filter((item) => keepsHours(facts, item)).map(({ id }) => id);
  const text = `${node.id} cannot be emptied and patched in one go: quiet hours of ${list(having)} leave no ${readable(leastOf(node, items))} in sight in which nothing of it must stay.`;
  return { node, code: "quiet", text, hosts: [node.id], workloads: having };
}

/**
 * A workload has to leave its host, and whichever turn it moves in takes at least as long as its move and, where no host is in hand
 * yet, the shortest patch: there is no such time outside of its quiet hours.
 */
export function quietReasons(facts: Facts, pending: readonly Node[]): RefusalReason[] {
  const { quiet } = facts.request;
  if (quiet === undefined) return [];
  const isFresh = !facts.nodes.some((node) => node.role === "in hand");
  const patch = isFresh ? Math.min(...pending.map(remediationSeconds)) : 0;
  return pending.flatMap((node) =>
    (facts.residents[node.index] ?? []).flatMap((item): RefusalReason[] => {
      const least = 1000 * (item.seconds + patch);
      if (item.workload.pinned || !keepsHours(facts, item)) return [];
      if (firstCalm(quietSpans(quiet, [item.id]), quiet.from, least) !== undefined) return [];
      const text = `${node.id} cannot be emptied: quiet hours of ${item.id} leave no ${readable(least)} in sight for its move${isFresh ? " and a patch" : ""}.`;
      return [{ code: "quiet", text, hosts: [node.id], workloads: [item.id] }];
    }),
  );
}

/** For reviewers: whose quiet hours hosts wait for, and which hosts go later because of them. */
export function quietNotes(facts: Facts): string[] {
  const waiting = facts.nodes.filter((node) => node.role === "pending");
  const items = waiting.flatMap((node) => facts.residents[node.index] ?? []);
  const having = items.filter((item) => keepsHours(facts, item) && !item.workload.pinned).map(({ id }) => id);
  if (having.length === 0) return [];
  const late = waiting.filter(({ id }) => facts.resting.has(id)).map(({ id }) => id);
  const others =
    late.length === 0 ? "" : `; ${list(late)} could not start now and ${late.length === 1 ? "goes" : "go"} later`;
  return [
    `Quiet hours of ${list(having)}: a host that ${having.length === 1 ? "it moves off" : "one of them moves off"} starts only where it would be done before they begin${others}.`,
  ];
}

/** It has quiet hours ahead. */
const keepsHours = ({ request }: Facts, { id }: Item): boolean => own(request.quiet?.spans, id) !== undefined;
