import type { Board } from "./board.ts";
import { why } from "./destinations.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { Yard } from "./in-sequence.ts";
import { isFlying, type Leg } from "./leg.ts";
import type { RoomMade } from "./make-room.ts";

/**
 * How room was to be made for a host by the announced plan, without the moves that have been made since; undefined: there was no need, or
 * it is not possible any more. Nothing else may be in hand. Workloads with rules on domains or companions are left to the search.
 */
export function announcedRoom(facts: Facts, board: Board, node: Node): RoomMade | undefined {
  const entry = facts.request.previous?.hosts.find((one) => one.host === node.id);
  if (entry === undefined || entry.makeRoom.length === 0) return undefined;
  const items = new Map(facts.items.map((item) => [item.id, item]));
  const yard = new Yard(board, facts.nodes, facts.resources.length);
  const goes = (leg: Leg): boolean => {
    const { item, from, to } = leg;
    if (isFlying(leg)) return true;
    if (to === node || !takes(board, to) || !isPlain(item) || !board.mayFollow(from, to) || !yard.fits(item, to))
      return false;
    yard.move(leg);
    return true;
  };
  const makeRoom: Leg[] = [];
  for (const { workload, from: source, to: target } of entry.makeRoom) {
    const [item, from, to] = [items.get(workload), facts.byId.get(source), facts.byId.get(target)];
    if (item === undefined || from === undefined || to === undefined || !yard.isOn(item, from)) continue;
    const leg = { item, from, to, why: why.makesRoom };
    const isInFlight = item.ghost !== undefined || item.toward !== undefined;
    if (item.workload.pinned || isInFlight || !takes(board, from) || !goes(leg)) return undefined;
    makeRoom.push(leg);
  }
  const evacuate = board.leaving(node).items.map((item): Leg | undefined => {
    const to = item.node === node ? (item.toward ?? item.wanted) : undefined;
    return to && { item, from: node, to, why: item.toward === to ? why.inFlight : why.announced };
  });
  const complete = evacuate.filter((leg) => leg !== undefined);
  return complete.length === evacuate.length && complete.every(goes) ? { makeRoom, evacuate: complete } : undefined;
}

const takes = (board: Board, node: Node): boolean =>
  board.isServing(node) && node.role !== "closed" && node.host.slots > 0;

const isPlain = ({ rules }: Item): boolean => rules === undefined || (rules.spread < 0 && rules.together < 0);
