import { own } from "../core/own.ts";
import type { RefusalReason } from "../core/plan.ts";
import type { Board } from "./board.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { isKeptOff } from "./item-rules.ts";
import type { Leg } from "./leg.ts";
import { at, needOf } from "./vectors.ts";
import { list } from "./words.ts";

const NONE: ReadonlySet<number> = new Set();

/** Both have to stay together where they share a host. */
export function areCompanions(a: Item, b: Item): boolean {
  return a !== b && a.rules !== undefined && a.rules.together >= 0 && a.rules.together === b.rules?.together;
}

/** Items of one host as they move: those of a together group as one item, placed whole; all others by themselves. */
export function units(facts: Facts, board: Board, node: Node, items: readonly Item[]): Item[] {
  if (!items.some((item) => (item.rules?.together ?? -1) >= 0)) return [...items];
  const taken = new Set<Item>();
  return items.flatMap((item) => {
    if (taken.has(item)) return [];
    if ((item.rules?.together ?? -1) < 0 || isLeaving(item, node)) return [item];
    const members = items.filter((other) => (other === item || areCompanions(item, other)) && !isLeaving(other, node));
    for (const member of members) taken.add(member);
    const stays = board.itemsOn(node).some((other) => other.workload.pinned && areCompanions(item, other));
    return [asOne(members, anchors(facts, board, node, item), stays || clashOf(members) !== undefined)];
  });
}

/** Those of a host to be emptied that still need a place: without what is on its way already. */
export function unplaced(facts: Facts, board: Board, node: Node): Item[] {
  const { items } = board.leaving(node);
  return units(
    facts,
    board,
    node,
    items.filter((item) => !isLeaving(item, node)),
  );
}

/** What is on its way off the host already. */
export function underWay(board: Board, node: Node): Item[] {
  return board.leaving(node).items.filter((item) => isLeaving(item, node));
}

/** Same needs, rules and time as all of them together. `clash`: they cannot move as one at all. */
function asOne(members: readonly Item[], anchored: ReadonlySet<number> | undefined, clash: boolean): Item {
  const [first] = members as [Item];
  const sum = (amount: (item: Item) => number): number => members.reduce((total, item) => total + amount(item), 0);
  const liked = members.find((item) => item.rules?.prefer !== undefined);
  return {
    ...first,
    id: members.length === 1 ? first.id : `${first.id} with ${list(members.slice(1).map(({ id }) => id))}`,
    need: needOf(members, first.need.length),
    bulk: sum(({ bulk }) => bulk),
    seconds: sum(({ seconds }) => seconds),
    gib: sum(({ gib }) => gib),
    group: -1,
    wanted: members.every(({ wanted }) => wanted === first.wanted) ? first.wanted : undefined,
    rules: {
      only: undefined,
      never: NONE,
      prefer: liked?.rules?.prefer,
      spread: -1,
      once: false,
      together: -1,
      members,
      anchored,
      clash,
    },
  };
}

/** Hosts where companions are already that were on the host when its evacuation began: the others follow them, while these take workloads. */
function anchors(facts: Facts, board: Board, node: Node, item: Item): ReadonlySet<number> | undefined {
  const found = new Set<Node>();
  for (const other of board.itemsOn(node))
    if (areCompanions(item, other) && isLeaving(other, node)) found.add(other.toward as Node);
  const homes = node.role === "in hand" ? own(facts.request.memory?.hosts, node.id)?.homes : undefined;
  for (const other of homes === undefined ? [] : facts.items)
    if (areCompanions(item, other) && homes?.includes(other.id) && board.placeOf(other) !== node)
      found.add(board.placeOf(other));
  const able = [...found].filter((one) => board.isServing(one) && one.role !== "closed" && one.host.slots > 0);
  return able.length === 0 ? undefined : new Set(able.map(({ index }) => index));
}

const isLeaving = (item: Item, node: Node): boolean => item.toward !== undefined && item.node === node;

/** Two that have to stay together and may not share a host or failure domain, with the group that says so. */
function clashOf(members: readonly Item[]): string | undefined {
  for (const [index, { workload }] of members.entries()) {
    for (const { workload: other } of members.slice(index + 1)) {
      if (workload.group !== undefined && workload.group === other.group) return workload.group;
      if (workload.spread !== undefined && workload.spread === other.spread) return workload.spread;
    }
  }
  return undefined;
}

/** Without the first move and those of its companions that come from the same host. */
export function withoutFirst(legs: readonly Leg[]): Leg[] {
  const [first] = legs;
  return legs.filter((leg) => leg !== first && !(leg.from === first?.from && areCompanions(leg.item, first.item)));
}

/**
 * Companions on a host to be emptied that no other host can take whole, beside what is pinned there; or one of which cannot move.
 * `free`: capacity of every host that may serve, without its pinned workloads.
 */
export function companionReasons(
  facts: Facts,
  pending: readonly Node[],
  free: ReadonlyMap<Node, readonly number[]>,
): RefusalReason[] {
  return pending.flatMap((node) => {
    const bound = (facts.residents[node.index] ?? []).filter((item) => (item.rules?.together ?? -1) >= 0);
    return [...Map.groupBy(bound, (item) => item.workload.together)].flatMap(([name, members]): RefusalReason[] => {
      if (members.length < 2) return [];
      const ids = members.map(({ id }) => id);
      const pinned = members.filter((item) => item.workload.pinned);
      const clash = clashOf(members);
      const need = needOf(members, facts.resources.length);
      const fits = [...free].some(
        ([other, room]) =>
          other !== node &&
          need.every((amount, r) => amount <= at(room, r) * (1 + 1e-9)) &&
          members.every((item) => !isKeptOff(item, other)),
      );
      const what =
        pinned.length > 0 && pinned.length < members.length
          ? `${list(pinned.map(({ id }) => id))} cannot move`
          : clash !== undefined
            ? `${clash} keeps them apart`
            : fits || pinned.length > 0
              ? undefined
              : "no other host in service can take them all, even if all that can move left it";
      if (what === undefined) return [];
      const text = `${node.id} cannot be emptied: ${list(ids)} have to stay together (${name}), and ${what}.`;
      return [{ code: "together", text, hosts: [node.id], workloads: ids }];
    });
  });
}
