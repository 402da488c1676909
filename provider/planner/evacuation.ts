import type { Board } from "./board.ts";
import { units } from "./companions.ts";
import { type Care, type Destinations, why, whySettled } from "./destinations.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { membersOf } from "./item-rules.ts";
import { isFlying, type Leg } from "./leg.ts";

export interface Search {
  readonly facts: Facts;
  readonly board: Board;
  readonly destinations: Destinations;
  readonly care: Care;
  /** Hosts that may take workloads although they will be emptied later, latest first. */
  readonly later: readonly Node[];
  /** How many of them are compared. */
  readonly spread: number;
  /** Others are under way: an announced destination that is out now may be waited for. */
  readonly mayWait: boolean;
  /** Called with the workload that fits nowhere, while all those before it are booked. */
  readonly blocked: (item: Item) => void;
}

/**
 * Finds a destination for every workload of the host that can move, the bulkiest first, and books them on the board for the
 * time of the search only. Undefined when one of them fits nowhere or has to wait.
 */
export function evacuation(search: Search, node: Node): readonly Leg[] | undefined {
  const { facts, board, blocked } = search;
  const legs: Leg[] = [];
  const inbound = new Map<Node, number>();
  const complete = movable(facts, board, node).every((item) => {
    const leg = destinationOf(search, node, item, inbound);
    if (leg === undefined) blocked(item);
    if (leg === undefined || leg === "wait") return false;
    const flies = isFlying(leg);
    const all = item.rules?.members === undefined ? [leg] : membersOf(item).map((one) => ({ ...leg, item: one }));
    for (const one of all) {
      legs.push(one);
      if (!flies) board.book(one.item, one.to);
    }
    inbound.set(leg.to, (inbound.get(leg.to) ?? 0) + item.seconds);
    return true;
  });
  for (const leg of legs) if (!isFlying(leg)) board.unbook(leg.item, leg.to);
  return complete ? legs : undefined;
}

function destinationOf(
  search: Search,
  node: Node,
  item: Item,
  inbound: ReadonlyMap<Node, number>,
): Leg | "wait" | undefined {
  const { board, destinations, care, later, spread, mayWait } = search;
  if (item.toward !== undefined && item.node === node) return { item, from: node, to: item.toward, why: why.inFlight };
  const { wanted } = item;
  if (wanted !== undefined && wanted !== node && wanted.role !== "closed") {
    if (!board.isServing(wanted) && mayWait) return "wait";
    if (board.isServing(wanted) && wanted.host.slots > 0 && board.fits(item, wanted)) {
      return { item, from: node, to: wanted, why: why.announced };
    }
  }
  const preferred = destinations.preferred(item, inbound, later);
  if (preferred !== undefined) {
    const reason = destinations.isSettled(preferred) ? whySettled(preferred) : why.later;
    return { item, from: node, to: preferred, why: reason };
  }
  const settled = destinations.settled(item, inbound, care);
  if (settled !== undefined) return { item, from: node, to: settled, why: whySettled(settled) };
  const parking = destinations.parking(item, later, spread);
  return parking === undefined ? undefined : { item, from: node, to: parking, why: why.later };
}

/** In the order in which they are placed and start: those in flight already, then the bulkiest. */
function movable(facts: Facts, board: Board, node: Node): Item[] {
  const isUnderWay = (item: Item): number => Number(item.toward !== undefined && item.node === node);
  return units(facts, board, node, board.leaving(node).items).sort(
    (a, b) => isUnderWay(b) - isUnderWay(a) || b.bulk - a.bulk || a.index - b.index,
  );
}
