import type { RefusalReason } from "../core/plan.ts";
import { at, type Board, needOf } from "./board.ts";
import type { Obstacle, Stuck } from "./draft.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { amount, count, list } from "./words.ts";

/** How many hosts a refusal explains one by one. */
const SHOWN = 3;

/** Why the attempt that came furthest went no further: the hosts that could not go next, each with what was in the way. */
export function stuckReasons(facts: Facts, stuck: Stuck): RefusalReason[] {
  const seen = new Set<Node>();
  const obstacles = stuck.obstacles.filter(({ node }) => !seen.has(node) && seen.add(node));
  const left = facts.nodes.filter(
    (node) => node.role === "pending" && !stuck.turns.some((turn) => turn.node === node),
  ).length;
  const reasons = obstacles.slice(0, SHOWN).map((obstacle) => reasonOf(facts, stuck.board, obstacle));
  const rest = obstacles.slice(SHOWN).map(({ node }) => node.id);
  const done = stuck.turns.length;
  if (obstacles.length === 0) {
    const text = `No order of the hosts was found within the effort; the best one does ${done} of ${done + left}.`;
    return [{ code: "no-progress", text, hosts: [], workloads: [] }];
  }
  if (done > 0 || rest.length > 0) {
    const more = rest.length > 0 ? `; ${list(rest)} cannot go next either` : "";
    const text = `The best order found does ${done} of ${count(done + left, "host")}, then none of the others can go next${more}.`;
    reasons.push({ code: "no-progress", text, hosts: rest, workloads: [] });
  }
  return reasons;
}

function reasonOf(facts: Facts, board: Board, { node, kind, item }: Obstacle): RefusalReason {
  const base = { hosts: [node.id], workloads: item === undefined ? [] : [item.id] };
  if (item !== undefined) return { ...base, ...fitsNowhere(facts, board, node, item) };
  if (kind === "domain") {
    const text = `${node.id} cannot go out: policy.maxUnavailable.perDomain allows no further host of ${node.host.domain} out.`;
    return { ...base, code: "domain", text };
  }
  return { ...base, code: "reserve", text: reserveText(facts, board, node) };
}

function fitsNowhere(facts: Facts, board: Board, node: Node, item: Item): Pick<RefusalReason, "code" | "text"> {
  const size = facts.resources
    .flatMap((resource, r) => (at(item.need, r) > 0 ? [amount(resource, at(item.need, r))] : []))
    .join(", ");
  const others = facts.nodes.filter((other) => other !== node && other.open && board.isServing(other));
  const roomy = others.filter((other) => board.hasRoom(item, other));
  const start = `${node.id} cannot be emptied: ${item.id} (${size})`;
  if (roomy.length > 0) {
    const text = `${start} has room only on ${list(roomy.map(({ id }) => id))}, and each of them runs another member of ${facts.groups[item.group]}.`;
    return { code: "anti-affinity", text };
  }
  if (others.length === 0)
    return { code: "capacity", text: `${start} fits on no other host: no other host takes workloads.` };
  // The resource that most hosts lack tells more than the others.
  const lacks = facts.resources.map(
    (_, r) => others.filter((other) => at(item.need, r) > free(board, other, r)).length,
  );
  const r = lacks.indexOf(Math.max(...lacks));
  const most = others.reduce((best, other) => (free(board, other, r) > free(board, best, r) ? other : best));
  const text = `${start} fits on no other host; most free is ${most.id} with ${amount(facts.resources[r] ?? "", Math.max(0, free(board, most, r)))}, with everything else of ${node.id} placed.`;
  return { code: "capacity", text };
}

function reserveText(facts: Facts, board: Board, node: Node): string {
  const movable = board.itemsOn(node).filter((item) => !item.workload.pinned);
  const incoming = needOf(movable, facts.resources.length);
  const slack = board.slack(node, incoming);
  const r = slack.indexOf(Math.min(...slack));
  const reserve = board.reserved(r, node).total;
  const resource = facts.resources[r] ?? "";
  return `${node.id} cannot go out: with it out ${amount(resource, Math.max(0, at(slack, r) + reserve))} would stay free, and the reserve for ${count(facts.reserve, "host failure")} is ${amount(resource, reserve)}.`;
}

const free = (board: Board, node: Node, r: number): number => at(node.capacity, r) - at(board.loadOf(node), r);
