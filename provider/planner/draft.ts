import { at, Board, isFlying, type Leg, needOf } from "./board.ts";
import { type Care, Destinations, why } from "./destinations.ts";
import { evacuation, leaving } from "./evacuation.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { homecoming, returnNeed } from "./homecoming.ts";
import { domainObstacle, type Obstacle, reserveObstacle, roomObstacle } from "./obstacle.ts";
import { placesAt } from "./ramp.ts";
import { Timeline } from "./timeline.ts";
import type { Turn } from "./turn.ts";

/** What one attempt is free to choose. */
export interface Manner {
  readonly canaries: readonly Node[];
  /** The other pending hosts, in the order in which they are considered. */
  readonly order: readonly Node[];
  /** Most hosts of this plan in hand at once. */
  readonly width: number;
  /** Hosts that may be emptied onto hosts which have to be emptied themselves, while others are under way. */
  readonly parked: number;
  /** Keep to the order as long as it works, instead of looking ahead for a host that fits better. */
  readonly inOrder: boolean;
  /** Fill hosts as far as they go rather than evenly, whenever a place would stay free. */
  readonly eager: boolean;
  /** Placement tests after which the attempt is given up. */
  readonly effort: number;
}

export interface Schedule {
  readonly kind: "schedule";
  readonly turns: readonly Turn[];
  readonly board: Board;
}

/** No host that is left can go; the board shows how everything is booked then. */
export interface Stuck {
  readonly kind: "stuck";
  readonly obstacles: readonly Obstacle[];
  readonly board: Board;
  readonly turns: readonly Turn[];
}

/** How many of the next hosts are tried when the first one does not fit. */
const LOOK_AHEAD = 48;

/** How many of them are tried in ways that cost balance or further moves. */
const GLANCES = 8;

/** Of how many hosts it is remembered why they cannot go. */
const EXPLAINED = 8;

/** One attempt at the whole roll: starts a host whenever a place is free and its workloads fit somewhere. */
export class Draft {
  readonly #facts: Facts;
  readonly #manner: Manner;
  readonly #board: Board;
  readonly #timeline: Timeline;
  readonly #destinations: Destinations;
  readonly #turns: Turn[] = [];
  /** In hand, and what each of them may book when it is back. */
  readonly #open = new Map<Turn, readonly number[]>();
  /** Over since the last turn started. */
  #over: Turn[] = [];
  /** Moves of turns in hand that touch a host, by its index. */
  readonly #touched: number[];
  readonly #canaries: Node[];
  readonly #waiting: Node[];
  #obstacles: Obstacle[] = [];
  #ramp: number;
  #parked = 0;

  constructor(facts: Facts, manner: Manner) {
    this.#facts = facts;
    this.#manner = manner;
    this.#board = new Board(facts);
    this.#timeline = new Timeline(facts);
    this.#destinations = new Destinations(facts, this.#board, this.#timeline, manner.width);
    this.#touched = facts.nodes.map(() => 0);
    this.#canaries = [...manner.canaries];
    this.#waiting = [...manner.order];
    this.#ramp = facts.rampBefore;
  }

  /** Placement tests made. */
  get steps(): number {
    return this.#board.steps;
  }

  run(inHand: readonly Node[]): Schedule | Stuck {
    if (!this.#takeOver(inHand)) return this.#stuck();
    for (;;) {
      while (this.#startNext());
      const left = this.#canaries.length + this.#waiting.length;
      if (left === 0 && this.#open.size === 0) return { kind: "schedule", turns: this.#turns, board: this.#board };
      if (this.#open.size === 0 || this.#board.steps > this.#manner.effort) return this.#stuck();
      for (const turn of this.#timeline.next()) this.#release(turn);
      this.#destinations.tidy();
    }
  }

  /** Hosts in hand go on, whatever the limits say: they are out already. */
  #takeOver(inHand: readonly Node[]): boolean {
    const chosen = this.#facts.memory?.canaries ?? [];
    const others = inHand.filter(({ id }) => !chosen.includes(id)).length;
    for (const node of inHand) {
      const legs = node.below ? this.#evacuate(node, "search", true, false) : [];
      if (legs === undefined) return false;
      this.#start(node, legs, chosen.includes(node.id), true, this.#homes(node, legs, chosen.includes(node.id)));
    }
    this.#ramp += others;
    return true;
  }

  #startNext(): boolean {
    this.#obstacles = [];
    const idle = this.#open.size === 0;
    const [canary] = this.#canaries;
    if (canary !== undefined) return idle && this.#try(canary, "search", true, true);
    if (this.#waiting.length === 0 || [...this.#open.keys()].some((turn) => turn.canary)) return false;
    const places = placesAt(this.#ramp, this.#manner.width);
    if (this.#open.size >= places) return false;
    const next = this.#waiting.slice(0, this.#manner.inOrder ? 1 : LOOK_AHEAD);
    const tryEach = (care: Care, nodes: readonly Node[], park: boolean): boolean => {
      const room = park ? undefined : this.#destinations.room(care);
      return nodes.some((node) => this.#isWorthTrying(node, room) && this.#try(node, care, false, park));
    };
    if (tryEach("level", next, false)) return true;
    // Evenness may cost some waiting, but not half of the places.
    const wasteful = this.#manner.eager || idle || this.#parked < this.#manner.parked || 2 * this.#open.size < places;
    if (wasteful && tryEach("room", next.slice(0, GLANCES), false)) return true;
    if (!idle) return this.#parked < this.#manner.parked && tryEach("room", next.slice(0, GLANCES), true);
    this.#obstacles = [];
    return tryEach("search", [...this.#waiting], true);
  }

  /** The room for workloads that stay is at least what the host needs; announced destinations may be elsewhere. */
  #isWorthTrying(node: Node, room: readonly number[] | undefined): boolean {
    if (room === undefined || this.#manner.inOrder) return true;
    const need = needOf(leaving(this.#board, node), room.length);
    return need.every((amount, r) => amount <= at(room, r));
  }

  /** Starts the host if its workloads fit somewhere now; `park`: also on hosts that will be emptied later. */
  #try(node: Node, care: Care, canary: boolean, park: boolean): boolean {
    if ((this.#touched[node.index] ?? 0) > 0) return false;
    if (!this.#domainAllows(node)) return this.#blocked(care, () => domainObstacle(node));
    const incoming = needOf(leaving(this.#board, node), this.#facts.resources.length);
    if (!this.#reserveHolds(node, incoming, [])) {
      return this.#blocked(care, () => reserveObstacle(this.#facts, this.#board, node));
    }
    const legs = this.#evacuate(node, care, park, this.#open.size > 0);
    if (legs === undefined) return false;
    const back = this.#homes(node, legs, canary);
    while (back.length > 0 && !this.#reserveHolds(node, incoming, back)) back.shift();
    this.#start(node, legs, canary, false, back);
    return true;
  }

  #evacuate(node: Node, care: Care, park: boolean, mayWait: boolean): readonly Leg[] | undefined {
    const later = park
      ? [...this.#canaries, ...this.#waiting].filter((other) => other !== node && other.open).reverse()
      : [];
    const blocked = (item: Item): void => {
      this.#blocked(care, () => roomObstacle(this.#facts, this.#board, node, item));
    };
    const search = {
      board: this.#board,
      destinations: this.#destinations,
      care,
      later,
      spread: 2 * this.#manner.width + 8,
    };
    return evacuation({ ...search, mayWait, blocked }, node);
  }

  #start(node: Node, evacuate: readonly Leg[], canary: boolean, inHand: boolean, putBack: Leg[]): void {
    const board = this.#board;
    const returning = returnNeed(this.#facts, board, node, putBack);
    const shutdown = node.below ? board.itemsOn(node).filter((item) => item.workload.pinned) : [];
    const turn: Turn = {
      node,
      canary,
      inHand,
      beside: [...this.#open.keys()],
      after: this.#over,
      evacuate,
      shutdown,
      putBack,
      start: 0,
      end: 0,
    };
    this.#over = [];
    board.setServing(node, false);
    for (const leg of evacuate) {
      const { item, from, to } = leg;
      if (!isFlying(leg)) board.book(item, to);
      board.relocate(item, from, to);
      this.#touch(to, 1);
    }
    for (const { from } of putBack) this.#touch(from, 1);
    for (const list of [this.#canaries, this.#waiting]) if (list.includes(node)) list.splice(list.indexOf(node), 1);
    if (!canary && !inHand) this.#ramp += 1;
    if (!canary && evacuate.some((leg) => leg.why === why.later)) this.#parked += 1;
    this.#turns.push(turn);
    this.#open.set(turn, returning);
    this.#timeline.start(turn);
  }

  /** The turn is over: its sources are free, its host takes workloads. */
  #release(turn: Turn): void {
    const { node, evacuate, putBack } = turn;
    const board = this.#board;
    for (const { item, from, to } of evacuate) {
      board.unbook(item, from);
      this.#touch(to, -1);
    }
    for (const item of this.#facts.owed[node.index] ?? []) board.book(item, node);
    // What was on its way to a host in hand has arrived when its turn is over.
    for (const item of turn.inHand ? board.itemsOn(node) : [])
      if (item.ghost !== undefined) board.unbook(item, item.ghost);
    for (const { item, from } of putBack) {
      board.book(item, node);
      board.unbook(item, from);
      board.relocate(item, from, node);
      this.#touch(from, -1);
      this.#destinations.reconsider(from);
    }
    board.setServing(node, true);
    this.#destinations.add(node);
    this.#open.delete(turn);
    this.#over.push(turn);
  }

  #homes(node: Node, evacuated: readonly Leg[], canary: boolean): Leg[] {
    if (!canary && this.#facts.request.policy.putBack !== "home") return [];
    const claimed = new Set([...this.#open.keys()].flatMap((turn) => turn.putBack.map((leg) => leg.item)));
    return homecoming(this.#facts, this.#board, node, evacuated, claimed);
  }

  #domainAllows(node: Node): boolean {
    const domain = this.#facts.domains.get(node.host.domain ?? "");
    if (domain === undefined) return true;
    const out = [...this.#open.keys()].filter((turn) => turn.node.host.domain === domain.name).length;
    return domain.unavailable.length + out < domain.allowed;
  }

  /**
   * The reserve holds with the host out too, and with any of the hosts in hand back in service: such a host adds its
   * capacity and what it books then, and enlarges the reserve by at most what it exceeds the smallest reserved host by.
   */
  #reserveHolds(node: Node, incoming: readonly number[], putBack: readonly Leg[]): boolean {
    const slack = this.#board.slack(node, incoming);
    const back: [Node, readonly number[]][] = [...this.#open].map(([turn, need]) => [turn.node, need]);
    back.push([node, returnNeed(this.#facts, this.#board, node, putBack)]);
    return slack.every((free, r) => {
      const smallest = this.#facts.reserve === 0 ? Number.POSITIVE_INFINITY : this.#board.reserved(r, node).smallest;
      let least = free;
      for (const [other, need] of back) least += Math.min(0, Math.min(at(other.capacity, r), smallest) - at(need, r));
      return least >= 0;
    });
  }

  #touch(node: Node, by: 1 | -1): void {
    this.#touched[node.index] = (this.#touched[node.index] ?? 0) + by;
  }

  /** Only the last resort is worth explaining, and of that the first few hosts. */
  #blocked(care: Care, obstacle: () => Obstacle): false {
    if (care === "search" && this.#obstacles.length < EXPLAINED) this.#obstacles.push(obstacle());
    return false;
  }

  #stuck(): Stuck {
    return { kind: "stuck", obstacles: this.#obstacles, board: this.#board, turns: this.#turns };
  }
}
