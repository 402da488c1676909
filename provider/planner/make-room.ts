import type { Board } from "./board.ts";
import type { Bookings } from "./bookings.ts";
import { leavesTime } from "./calendar.ts";
import { underWay } from "./companions.ts";
import { why } from "./destinations.ts";
import type { Facts, Node } from "./facts.ts";
import { Fewest } from "./fewest.ts";
import { inSequence, Yard } from "./in-sequence.ts";
import type { Leg } from "./leg.ts";
import { Packing } from "./packing.ts";
import { at } from "./vectors.ts";

/** How a host can be emptied when room has to be made elsewhere first. */
export interface RoomMade {
  /** Strictly one after another. */
  readonly makeRoom: readonly Leg[];
  readonly evacuate: readonly Leg[];
}

export interface RoomRequest {
  readonly facts: Facts;
  readonly board: Board;
  /** To be emptied. */
  readonly node: Node;
  /** Hosts that still have to be emptied themselves: what lands there moves once more. */
  readonly later: ReadonlySet<Node>;
  /** Placement tests that may be made. */
  readonly effort: number;
  /** Another seed looks elsewhere. */
  readonly seed: number;
}

/** Hosts that take part in a large fleet: those with most room. */
const MOST_HOSTS = 160;

/** Searches for a sequence with fewer moves after the first one that was found. */
const AGAIN = 4;

/** Placement tests for fewer moves than the ejection pool has found, or for any where that found none with much effort. */
const FEWEST_EFFORT = 20_000;

/** The same times the workloads of the fleet: in a large one it seldom finds anything, and the pool needs the effort. */
const FEWEST_EFFORT_OF_ALL = 5_000_000;

/** What a move costs in any case, for it is made alone: it decides between ways that take as many in the whole roll. */
const A_LITTLE = 0.001;

/** Moves to make room for one host that are searched for at most, one by one from none. */
const MOST_MOVES = 24;

/**
 * Empties a host although its workloads fit nowhere as things are: workloads of other hosts move on to make room. Nothing else may
 * be in hand. The search is an ejection pool: a workload without a place takes one by putting out those that are put out least
 * often so far, which then look for places of their own (Nagata and Bräysy, "A powerful route minimization heuristic for the vehicle
 * routing problem with time windows", 2009, use it to empty vehicles). Of several results the one with the fewest moves counts.
 */
export function roomFor(request: RoomRequest): { found: RoomMade | undefined; steps: number } {
  const { facts, board, node, later, effort, seed } = request;
  const base = { facts, board, node, hosts: takers(facts, board, node), later };
  const flying = underWay(board, node).map((item): Leg => {
    return { item, from: node, to: item.toward as Node, why: why.inFlight };
  });
  const legs = (bookings: Bookings): RoomMade | undefined => {
    const makeRoom = inSequence(board, base.hosts, bookings.moved(), facts.resources.length);
    const evacuate = bookings.evacuated().map(({ item, to }): Leg => ({ item, from: node, to, why: why.madeRoom }));
    return makeRoom && { makeRoom, evacuate: [...flying, ...evacuate] };
  };
  // What goes home again costs the same wherever it waits; else what lands on a host to be emptied later moves once more.
  const again = facts.request.policy.putBack === "home" ? new Set<Node>() : later;
  const cost = ({ makeRoom, evacuate }: RoomMade): number =>
    [...makeRoom, ...evacuate].reduce((sum, { to }) => sum + (again.has(to) ? 1 : 0), 0) +
    makeRoom.reduce((sum, { from }) => sum + (again.has(from) ? 0 : 1), 0) +
    A_LITTLE * makeRoom.length;
  let found: RoomMade | undefined;
  let least = Number.POSITIVE_INFINITY;
  let steps = 0;
  const keep = (made: RoomMade | undefined): boolean => {
    if (made === undefined || cost(made) >= least) return false;
    [found, least] = [made, cost(made)];
    return true;
  };
  for (
    let round = 0;
    steps < effort && round < AGAIN + (found === undefined ? AGAIN : 0) && Math.floor(least) > 1;
    round++
  ) {
    const packing = new Packing(base, seed * 64 + round);
    if (packing.run(effort - steps)) keep(legs(packing.bookings));
    steps += packing.bookings.steps;
  }
  const mayFind = found !== undefined || effort > 2 * FEWEST_EFFORT;
  const some = Math.min(FEWEST_EFFORT, Math.floor(FEWEST_EFFORT_OF_ALL / Math.max(1, facts.items.length)));
  for (let left = mayFind ? some : 0; left > 0 && Math.floor(least) > 1; ) {
    const fewest = new Fewest({ ...base, later: again }, (bookings) => keep(legs(bookings)));
    const better = fewest.run(Math.min(Math.floor(least), MOST_MOVES), left);
    left -= fewest.bookings.steps;
    steps += fewest.bookings.steps;
    if (!better) break;
  }
  return { found, steps };
}

/** Hosts that may take workloads, those with most room first where there are very many. */
function takers(facts: Facts, board: Board, node: Node): Node[] {
  const hosts = facts.nodes.filter(
    (other) => other !== node && board.isServing(other) && other.role !== "closed" && other.host.slots > 0,
  );
  if (hosts.length <= MOST_HOSTS) return hosts;
  const room = (other: Node): number => at(other.capacity, 0) * (1 - board.fill(other));
  return hosts.sort((a, b) => room(b) - room(a) || a.index - b.index).slice(0, MOST_HOSTS);
}

/** Hosts by how many of their workloads fit nowhere as things are. */
export function easiestFirst(facts: Facts, board: Board, nodes: readonly Node[]): Node[] {
  const homeless = new Map(
    nodes.map((node) => {
      const hosts = takers(facts, board, node);
      return [node, board.leaving(node).items.filter((item) => !hosts.some((host) => board.fits(item, host))).length];
    }),
  );
  return [...nodes].sort((a, b) => (homeless.get(a) ?? 0) - (homeless.get(b) ?? 0));
}

/** The reserve holds while each workload that makes room is booked at both ends, and quiet hours leave time for all of the moves. */
export function isAllowed(facts: Facts, board: Board, node: Node, { makeRoom, evacuate }: RoomMade): boolean {
  const items = [...makeRoom, ...evacuate].map(({ item }) => item);
  const holds = makeRoom.every(({ item }) => board.service.slack(node, item.need).every((free) => free >= 0));
  return holds && leavesTime(facts, node, items);
}

/**
 * With `putBack: home` the moves that made room, backwards: with all of the host's own workloads back on it, each finds the room that
 * it left. None otherwise, nor when that is not so (a host was over-full, or something else has come since).
 */
export function undone(board: Board, facts: Facts, moves: RoomMade & { readonly putBack: readonly Leg[] }): Leg[] {
  const { makeRoom, evacuate, putBack } = moves;
  if (facts.request.policy.putBack !== "home" || putBack.length < evacuate.length || makeRoom.length === 0) return [];
  const yard = new Yard(board, facts.nodes, facts.resources.length);
  for (const leg of [...makeRoom, ...evacuate, ...putBack]) if (yard.isOn(leg.item, leg.from)) yard.move(leg);
  const back = makeRoom.map(({ item, from, to }): Leg => ({ item, from: to, to: from, why: why.home })).reverse();
  const fits = back.every((leg) => {
    // The board still has it where it was: it is the way back that may lead to an older host.
    if (!board.mayFollow(leg.from, leg.to) || !yard.isOn(leg.item, leg.from) || !yard.fits(leg.item, leg.to))
      return false;
    yard.move(leg);
    return true;
  });
  return fits ? back : [];
}

/** Moves that made room for a host in hand before this plan and were announced to be undone, as far as they were made. */
export function undoneOf(facts: Facts, node: Node): Leg[] {
  const entry = facts.request.previous?.hosts.find((one) => one.host === node.id);
  if (entry === undefined || entry.undoRoom.length === 0) return [];
  const items = new Map(facts.items.map((item) => [item.id, item]));
  return [...entry.undoRoom].reverse().flatMap((move): Leg[] => {
    const [item, from, to] = [items.get(move.workload), facts.byId.get(move.to), facts.byId.get(move.from)];
    const made =
      item !== undefined && from !== undefined && to !== undefined && item.node === to && item.ghost === undefined;
    return made ? [{ item, from, to, why: why.makesRoom }] : [];
  });
}
