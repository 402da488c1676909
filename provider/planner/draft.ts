import { announcedRoom } from "./announced-room.ts";
import { Board } from "./board.ts";
import { leavesTime, quietObstacle } from "./calendar.ts";
import { withoutFirst } from "./companions.ts";
import { type Care, Destinations, why } from "./destinations.ts";
import { evacuation } from "./evacuation.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { Hand } from "./hand.ts";
import { isProbed } from "./judged.ts";
import type { Leg } from "./leg.ts";
import { easiestFirst, isAllowed, type RoomMade, roomFor, undone, undoneOf } from "./make-room.ts";
import type { Manner, Schedule, Stuck } from "./manner.ts";
import { limitObstacle, type Obstacle, reserveObstacle, roomObstacle } from "./obstacle.ts";
import { type Part, Queue } from "./queue.ts";
import { Timeline } from "./timeline.ts";
import { order, type Turn, whyNow } from "./turn.ts";
import { at } from "./vectors.ts";

/**
 * How many hosts that are emptied later are compared for each workload that is parked: few, so that parked workloads fill few hosts
 * and leave the others free to start.
 */
const COMPARED = 8;

/** How many of them are tried in ways that cost balance or further moves. */
const GLANCES = 8;

/** Of how many hosts it is remembered why they cannot go. */
const EXPLAINED = 8;

/** One attempt at the whole roll: starts a host whenever a place is free and its workloads fit somewhere. */
export class Draft {
  readonly #facts: Facts;
  readonly #manner: Manner;
  readonly #board: Board;
  readonly #hand: Hand;
  readonly #timeline: Timeline;
  readonly #destinations: Destinations;
  readonly #queue: Queue;
  #obstacles: Obstacle[] = [];
  #roomSteps = 0;

  constructor(facts: Facts, manner: Manner) {
    this.#facts = facts;
    this.#manner = manner;
    this.#board = new Board(facts);
    this.#hand = new Hand(facts, this.#board);
    this.#timeline = new Timeline(facts);
    this.#destinations = new Destinations(facts, this.#board, this.#timeline, manner.width);
    this.#queue = new Queue(facts, manner);
  }

  /** Placement tests made. */
  get steps(): number {
    return this.#board.steps + this.#roomSteps;
  }

  run(inHand: readonly Node[]): Schedule | Stuck {
    const { turns } = this.#hand;
    const stuck = (): Stuck => ({ kind: "stuck", obstacles: this.#obstacles, board: this.#board, turns });
    if (!this.#takeOver(inHand)) return stuck();
    for (;;) {
      while (this.#startNext());
      if (this.#queue.size === 0 && this.#hand.size === 0) return { kind: "schedule", turns, board: this.#board };
      if (this.#hand.size === 0 || this.steps > this.#manner.effort) return stuck();
      for (const turn of this.#timeline.next()) this.#release(turn);
      this.#destinations.tidy();
    }
  }

  /** Hosts in hand go on, whatever the limits say: they are out already. */
  #takeOver(inHand: readonly Node[]): boolean {
    const { canaries = [], judged: chosen = [] } = this.#facts.memory ?? {};
    for (const node of inHand) {
      const canary = canaries.includes(node.id);
      const judged = this.#facts.phases.measured && (canary || chosen.includes(node.id));
      const emptied = this.#emptied(node, inHand.length === 1);
      if (emptied === undefined) return false;
      const { makeRoom, evacuate } = emptied;
      const putBack = this.#hand.homes(node, evacuate, canary || judged);
      const made = [...(inHand.length === 1 ? undoneOf(this.#facts, node) : []), ...makeRoom];
      const undoRoom = undone(this.#board, this.#facts, { makeRoom: made, evacuate, putBack });
      const part = { canary, judged, inHand: true, why: order.inHand, makeRoom, evacuate, putBack, undoRoom };
      this.#timeline.start(this.#hand.start(node, part));
    }
    this.#queue.takeOver(inHand, ({ id }) => canaries.includes(id) || chosen.includes(id));
    return true;
  }

  /** How a host in hand is emptied; `alone`: room may be made for it. */
  #emptied(node: Node, alone: boolean): RoomMade | undefined {
    const evacuate = node.below ? this.#evacuate(node, "search", true, false) : [];
    if (evacuate !== undefined) return { makeRoom: [], evacuate };
    return alone ? this.#roomFor(node, this.#manner.room.at(-1) ?? 0, true) : undefined;
  }

  /** Starts one more host, if there is a place for one and a host that fits. */
  #startNext(): boolean {
    this.#obstacles = [];
    const queue = this.#queue;
    const idle = this.#hand.size === 0;
    const { canary } = queue;
    if (canary !== undefined)
      return idle && (this.#try(canary, "search", "canary", true) || this.#tryWithRoom([canary], "canary"));
    if (queue.isJudging) {
      if (!idle) return false;
      if (this.#startJudged()) return true;
      // None that could be judged can go first.
      queue.endJudging();
    }
    const { places, mayPark } = queue;
    if (queue.size === 0 || this.#hand.size >= places) return false;
    if (this.#hand.isAlone) return false;

    const next = this.#ahead();
    if (idle && this.#manner.thrifty === true && this.#tryWithRoom(next.slice(0, 1), "rest")) return true;
    const few = next.slice(0, GLANCES);
    if (this.#tryEach(next, "level", false)) return true;
    // Evenness may cost some waiting, but not half of the places.
    const wasteful = this.#manner.eager || idle || mayPark || 2 * this.#hand.size < places;
    if (wasteful && this.#tryEach(few, "room", false)) return true;
    if (!idle) return mayPark && this.#tryEach(few, "room", true);
    this.#obstacles = [];
    const waiting = queue.all();
    return this.#tryEach(waiting, "search", true) || this.#tryWithRoom(waiting, "rest");
  }

  /** The next host to be judged: one that can tell, for its workloads are probed. */
  #startJudged(): boolean {
    const able = (node: Node): boolean => isProbed(this.#facts, node);
    const next = this.#ahead().filter(able);
    const few = next.slice(0, GLANCES);
    if (this.#tryEach(next, "level", false, "judged") || this.#tryEach(few, "room", false, "judged")) return true;
    // What was announced is kept, also where another host could be judged by now.
    const waiting = this.#manner.inOrder ? next : this.#queue.all().filter(able);
    return this.#tryEach(waiting, "search", true, "judged") || this.#tryWithRoom(waiting, "judged");
  }

  /** The next hosts that could start as far as order and moves in hand go. */
  #ahead(): Node[] {
    return this.#queue.ahead((node) => this.#hand.touches(node));
  }

  #tryEach(nodes: readonly Node[], care: Care, park: boolean, part: Part = "rest"): boolean {
    const room = park ? undefined : this.#destinations.room(care);
    return nodes.some((node) => this.#isWorthTrying(node, room) && this.#try(node, care, part, park));
  }

  /** The room for workloads that stay is at least what the host needs; announced destinations may be elsewhere. */
  #isWorthTrying(node: Node, room: readonly number[] | undefined): boolean {
    if (room === undefined || this.#manner.inOrder) return true;
    return this.#board.leaving(node).need.every((amount, r) => amount <= at(room, r));
  }

  /** Starts the host if its workloads fit somewhere now; `park`: also on hosts that will be emptied later. */
  #try(node: Node, care: Care, part: Part, park: boolean): boolean {
    const hand = this.#hand;
    if (hand.touches(node)) return false;
    const limit = hand.limitInWay(node);
    if (limit !== undefined) return this.#blocked(care, () => limitObstacle(node, limit));
    if (!hand.reserveHolds(node, this.#board.leaving(node).need, [])) {
      return this.#blocked(care, () => reserveObstacle(this.#facts, this.#board, node));
    }
    const evacuate = this.#evacuate(node, care, park, hand.size > 0);
    if (evacuate === undefined || (care !== "search" && hand.endsRetreat(evacuate))) return false;
    this.#start(node, part, { makeRoom: [], evacuate });
    return true;
  }

  /** Nothing is in hand and no host can be emptied as things are: workloads of other hosts move on, the easiest host first. */
  #tryWithRoom(nodes: readonly Node[], part: Part): boolean {
    const { room, announced, effort } = this.#manner;
    const [facts, board] = [this.#facts, this.#board];
    if (room.length === 0) return false;
    const hand = this.#hand;
    const able = nodes.filter(
      (node) => hand.limitInWay(node) === undefined && hand.reserveHolds(node, board.leaving(node).need, []),
    );
    const order = announced ? able.slice(0, 1) : easiestFirst(facts, board, able);
    for (const limit of room) {
      for (const node of order) {
        if (this.steps > effort) return false;
        const found = this.#roomFor(node, limit, announced);
        if (found === undefined) continue;
        this.#start(node, part, found);
        return true;
      }
    }
    return false;
  }

  /** `announced`: as it was to be made, if that is still possible. */
  #roomFor(node: Node, effort: number, announced: boolean): RoomMade | undefined {
    const [facts, board] = [this.#facts, this.#board];
    const known = announced ? announcedRoom(facts, board, node) : undefined;
    if (known !== undefined && isAllowed(facts, board, node, known)) return known;
    const later = new Set(this.#queue.besides(node));
    const { found, steps } = roomFor({ facts, board, node, later, effort, seed: this.#manner.seed });
    this.#roomSteps += steps;
    return found !== undefined && isAllowed(facts, board, node, found) ? found : undefined;
  }

  #start(node: Node, part: Part, { makeRoom, evacuate }: RoomMade): void {
    const hand = this.#hand;
    const canary = part === "canary";
    const judged = this.#facts.phases.measured && part !== "rest";
    const incoming = this.#board.leaving(node).need;
    let putBack = hand.homes(node, evacuate, canary || judged);
    while (putBack.length > 0 && !hand.reserveHolds(node, incoming, putBack)) putBack = withoutFirst(putBack);
    const { announced } = this.#manner;
    const isLast = this.#facts.line.last.has(node);
    const parks = evacuate.some((leg) => leg.why === why.later);
    const reason = part === "rest" ? whyNow({ makeRoom, evacuate }, { isLast, announced, parks }) : order[part];
    const undoRoom = undone(this.#board, this.#facts, { makeRoom, evacuate, putBack });
    const turn = { canary, judged, inHand: false, why: reason, makeRoom, evacuate, putBack, undoRoom };
    this.#timeline.start(hand.start(node, turn));
    this.#queue.started(node, part, parks);
  }

  #evacuate(node: Node, care: Care, park: boolean, mayWait: boolean): readonly Leg[] | undefined {
    const [facts, board, destinations] = [this.#facts, this.#board, this.#destinations];
    const { items } = board.leaving(node);
    if (!leavesTime(facts, node, items)) {
      this.#blocked(care, () => quietObstacle(facts, node, items));
      return undefined;
    }
    const pending = park ? this.#queue.besides(node) : [];
    const later = pending.filter((other) => other.open).reverse();
    const blocked = (item: Item): void => {
      this.#blocked(care, () => roomObstacle(facts, board, node, item));
    };
    return evacuation({ facts, board, destinations, care, later, spread: COMPARED, mayWait, blocked }, node);
  }

  #release(turn: Turn): void {
    this.#hand.release(turn);
    this.#queue.released(turn.node);
    this.#destinations.add(turn.node);
    for (const { from } of turn.putBack) this.#destinations.reconsider(from);
  }

  /** Only the last resort is worth explaining, and of that the first few hosts. */
  #blocked(care: Care, obstacle: () => Obstacle): false {
    if (care === "search" && this.#obstacles.length < EXPLAINED) this.#obstacles.push(obstacle());
    return false;
  }
}
