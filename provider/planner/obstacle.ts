import type { RefusalCode, RefusalReason } from "../core/plan.ts";
import type { Board, BoardRule } from "./board.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { membersOf } from "./item-rules.ts";
import { reserveWords } from "./reserve-words.ts";
import { type Limit, limitWords } from "./together.ts";
import { at } from "./vectors.ts";
import { amount, hostRuleWords, list } from "./words.ts";

/** Why a host cannot go next, as the fleet would be then. */
export interface Obstacle extends RefusalReason {
  readonly node: Node;
}

/** A workload of the host fits nowhere. Tells what is free now, while the workloads before it are booked. */
export function roomObstacle(facts: Facts, board: Board, node: Node, item: Item): Obstacle {
  const reason = (code: RefusalCode, what: string): Obstacle => {
    const size = facts.resources.flatMap((name, r) => (at(item.need, r) > 0 ? [amount(name, at(item.need, r))] : []));
    const text = `${node.id} cannot be emptied: ${item.id} (${size.join(", ")}) ${what}.`;
    return { node, code, text, hosts: [node.id], workloads: membersOf(item).map(({ id }) => id) };
  };
  const others = facts.nodes.filter((other) => other !== node && board.isServing(other) && other.role !== "closed");
  if (others.length === 0) return reason("capacity", "has nowhere to go: no other host takes workloads");
  const roomy = others.filter((other) => board.hasRoom(item, other));
  const [first] = roomy;
  if (first !== undefined) {
    const broken = Map.groupBy(roomy, (other) => board.broken(item, other) ?? "must-rule");
    const told = [...broken].map(
      ([rule, nodes]) => `${list(nodes.map(({ id }) => id))}, ${inTheWay(facts, item, rule, nodes.length > 1)}`,
    );
    return reason(board.broken(item, first) ?? "must-rule", `has room only on ${told.join(", and on ")}`);
  }
  const free = (other: Node, r: number): number => Math.max(0, at(other.capacity, r) - at(board.loadOf(other), r));
  const lacking = facts.resources.map((_, r) => others.filter((other) => at(item.need, r) > free(other, r)).length);
  const r = lacking.indexOf(Math.max(...lacking));
  const most = others.reduce((best, other) => (free(other, r) > free(best, r) ? other : best));
  return reason(
    "capacity",
    `fits on no other host; most free is ${most.id} with ${amount(facts.resources[r] ?? "", free(most, r))}`,
  );
}

/** What keeps a workload off hosts with room for it. */
function inTheWay(facts: Facts, item: Item, rule: BoardRule, several: boolean): string {
  if (rule === "backward") return `at ${several ? "older levels" : "an older level"}, where it must not move`;
  const about = {
    "must-rule": "hosts",
    spread: "spread",
    "anti-affinity": "group",
    "moves-once": "moves",
    together: "together",
  } as const;
  const { id, group, workload } = membersOf(item).find((one) => one.workload[about[rule]] !== undefined) ?? item;
  if (rule === "together")
    return `and it has to stay with others of ${workload.together}, which are elsewhere or cannot move`;
  if (rule === "must-rule") return `and ${id === item.id ? "it" : id} ${hostRuleWords(workload.hosts ?? {})}`;
  if (rule === "moves-once")
    return `which ${several ? "have" : "has"} to be emptied as well, and it may move only once`;
  if (rule === "spread")
    return `whose failure domain${several ? "s hold" : " holds"} ${several ? "other members" : "another member"} of ${workload.spread}`;
  return `${several ? "each of which runs" : "which runs"} another member of ${facts.groups[group]}`;
}

/** With the host out, too little would stay free. */
export function reserveObstacle(facts: Facts, board: Board, node: Node): Obstacle {
  const slack = board.service.slack(node, board.leaving(node).need);
  const r = slack.indexOf(Math.min(...slack));
  const name = facts.resources[r] ?? "";
  const reserve = board.service.reserved(r, node);
  const free = amount(name, Math.max(0, at(slack, r) + reserve));
  const text = `${node.id} cannot go out: ${free} would stay free, and ${reserveWords(facts.reserve)} is ${amount(name, reserve)}.`;
  return { node, code: "reserve", text, hosts: [node.id], workloads: [] };
}

/** A limit on hosts out together leaves no place. */
export function limitObstacle(node: Node, limit: Limit): Obstacle {
  const text = `${node.id} cannot go out: ${limitWords(limit)}.`;
  return { node, code: limit.kind === "domain" ? "domain" : "quorum", text, hosts: [node.id], workloads: [] };
}
