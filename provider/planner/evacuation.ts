import type { Board, Leg } from "./board.ts";
import { type Destinations, why, whySettled } from "./destinations.ts";
import type { Item, Node } from "./facts.ts";

/** Where the workloads of a host go; or the workload that fits nowhere; or `wait`, for an announced destination that is out. */
export type Evacuation =
  | { readonly kind: "legs"; readonly legs: readonly Leg[] }
  | { readonly kind: "blocked"; readonly item: Item }
  | { readonly kind: "wait" };

/**
 * Finds a destination for every workload of the host that can move, the bulkiest first. Books them on the board for the
 * time of the search only. `later`: hosts that may take workloads although they will be emptied later, latest first.
 */
export function evacuation(
  board: Board,
  destinations: Destinations,
  node: Node,
  later: readonly Node[],
  spread: number,
  mayWait: boolean,
): Evacuation {
  const legs: Leg[] = [];
  const booked: Leg[] = [];
  const inbound = new Map<Node, number>();
  const result = ((): Evacuation => {
    for (const item of movable(board, node)) {
      const leg = destinationOf(item);
      if (leg === undefined) return { kind: "blocked", item };
      if (leg === "wait") return { kind: "wait" };
      legs.push(leg);
      if (leg.to === item.toward) continue;
      board.book(item, leg.to);
      booked.push(leg);
      inbound.set(leg.to, (inbound.get(leg.to) ?? 0) + item.seconds);
    }
    return { kind: "legs", legs };
  })();
  for (const { item, to } of booked) board.unbook(item, to);
  return result;

  function destinationOf(item: Item): Leg | "wait" | undefined {
    if (item.toward !== undefined) return { item, from: node, to: item.toward, why: why.inFlight };
    const { wanted } = item;
    if (wanted?.open === true && wanted !== node) {
      if (!board.isServing(wanted) && mayWait) return "wait";
      if (board.isServing(wanted) && board.fits(item, wanted))
        return { item, from: node, to: wanted, why: why.announced };
    }
    const settled = destinations.settled(item, inbound);
    if (settled !== undefined) return { item, from: node, to: settled, why: whySettled(settled) };
    const parking = destinations.parking(item, later, spread);
    return parking === undefined ? undefined : { item, from: node, to: parking, why: why.later };
  }
}

/** Workloads to move off a host, in the order in which they are placed and start. */
function movable(board: Board, node: Node): Item[] {
  return board
    .itemsOn(node)
    .filter((item) => !item.workload.pinned)
    .sort(
      (a, b) => Number(b.toward !== undefined) - Number(a.toward !== undefined) || b.bulk - a.bulk || a.index - b.index,
    );
}
