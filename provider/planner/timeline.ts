import { remediationSeconds } from "./durations.ts";
import type { Facts, Node } from "./facts.ts";
import type { Leg } from "./leg.ts";
import { SharedSlots } from "./shared-slots.ts";
import type { Turn } from "./turn.ts";
import { at } from "./vectors.ts";

interface Event {
  readonly at: number;
  readonly kind: "empty" | "remediated" | "released";
  readonly turn: Turn;
  /** Breaks ties: events of one moment come in the order in which they were foreseen. */
  readonly order: number;
}

/**
 * Forecast of a roll by its events, from expected times: a migration takes a slot at both ends, a turn is evacuation,
 * remediation with reboot, and put back. Limits of policy and platform on what goes on at once over the whole fleet hold. Sets `start` and `end` of the turns.
 */
export class Timeline {
  now: number;
  readonly #events: Event[] = [];
  /** When each migration slot of a host is free again. */
  readonly #slots: number[][];
  /** When the first of them is free again. */
  readonly #freeAt: number[];
  #order = 0;

  /** Migrations that may be in flight at once over the whole fleet; undefined: no limit. */
  readonly #flights: SharedSlots | undefined;
  /** Hosts that may be remediated at once; undefined: no limit. */
  readonly #remediations: SharedSlots | undefined;

  constructor(facts: Facts) {
    const { total } = facts.request.policy.migrations ?? {};
    const { remediations } = facts.request.fleet;
    this.#flights = total === undefined ? undefined : new SharedSlots(Math.min(total, mostFlights(facts)));
    this.#remediations =
      remediations === undefined ? undefined : new SharedSlots(Math.min(remediations, facts.nodes.length));
    this.#slots = facts.nodes.map((node) => new Array<number>(Math.min(Math.max(1, node.host.slots), 64)).fill(0));
    this.#freeAt = facts.nodes.map(() => 0);
    this.now = facts.referenceLeft;
  }

  /** Seconds until the slots of a host are free for one more migration. */
  busy(node: Node): number {
    return Math.max(0, (this.#freeAt[node.index] ?? 0) - this.now);
  }

  /** The turn starts now. */
  start(turn: Turn): void {
    turn.start = this.now;
    const emptyAt = this.#migrate(turn.evacuate, this.#oneByOne(turn.makeRoom, this.now));
    if (this.#remediations !== undefined && turn.node.below) this.#push("empty", turn, emptyAt);
    else this.#push("remediated", turn, emptyAt + remediationSeconds(turn.node));
  }

  /** Goes on to the next moment at which turns end, and returns them; empty when none is under way. */
  next(): Turn[] {
    const released: Turn[] = [];
    for (let event = this.#events[0]; event !== undefined; event = this.#events[0]) {
      if (released.length > 0 && event.at > this.now) break;
      this.#pop();
      this.now = event.at;
      if (event.kind === "empty") {
        const seconds = remediationSeconds(event.turn.node);
        this.#push("remediated", event.turn, (this.#remediations?.take(this.now, seconds) ?? this.now) + seconds);
      } else if (event.kind === "remediated") {
        const { turn } = event;
        this.#push("released", turn, this.#oneByOne(turn.undoRoom, this.#migrate(turn.putBack)) + turn.soak);
      } else {
        event.turn.end = this.now;
        released.push(event.turn);
      }
    }
    return released;
  }

  /**
   * Books migrations as the engine starts them: whichever finds a slot at both ends first, in their order where several do; none
   * before `earliest`. Returns when the last one ends.
   */
  #migrate(legs: readonly Leg[], earliest = this.now): number {
    const left = [...legs];
    let last = earliest;
    while (left.length > 0) {
      const [index, ready] = this.#firstReady(left, earliest);
      const [{ item, from, to }] = left.splice(index, 1) as [Leg];
      const end = (this.#flights?.take(ready, item.seconds) ?? ready) + item.seconds;
      for (const node of [from, to]) this.#occupy(node, end);
      last = Math.max(last, end);
    }
    return last;
  }

  /** Books migrations of which each starts when the one before it has ended and it finds its slots. Returns when the last one ends. */
  #oneByOne(legs: readonly Leg[], earliest: number): number {
    return legs.reduce((at, leg) => this.#migrate([leg], at), earliest);
  }

  /** The migration that can start first, and when. */
  #firstReady(legs: readonly Leg[], earliest: number): [number, number] {
    let best = 0;
    let first = Number.POSITIVE_INFINITY;
    for (let i = 0; i < legs.length && first > earliest; i++) {
      const { from, to } = legs[i] as Leg;
      const ready = Math.max(earliest, at(this.#freeAt, from.index), at(this.#freeAt, to.index));
      if (ready < first) [best, first] = [i, ready];
    }
    return [best, first];
  }

  /** Takes the slot of a host that is free first, until then. */
  #occupy({ index }: Node, until: number): void {
    const slots = this.#slots[index] as number[];
    slots[firstFree(slots)] = until;
    this.#freeAt[index] = slots[firstFree(slots)] as number;
  }

  #push(kind: Event["kind"], turn: Turn, at: number): void {
    const heap = this.#events;
    const event: Event = { at, kind, turn, order: this.#order++ };
    let i = heap.length;
    for (; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (isBefore(heap[parent] as Event, event)) break;
      heap[i] = heap[parent] as Event;
      i = parent;
    }
    heap[i] = event;
  }

  #pop(): void {
    const heap = this.#events;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child += 1;
      if (isBefore(last, heap[child] as Event)) break;
      heap[i] = heap[child] as Event;
      i = child;
    }
    heap[i] = last;
  }
}

/** Migrations that the slots of all hosts allow at once. */
function mostFlights({ nodes }: Facts): number {
  return Math.max(1, Math.floor(nodes.reduce((sum, node) => sum + Math.max(1, node.host.slots), 0) / 2));
}

/** Runs the turns as the engine does: strictly in order, each as soon as those that it comes after are over. */
export function forecast(facts: Facts, turns: readonly Turn[]): void {
  const timeline = new Timeline(facts);
  const over = new Set<Turn>();
  let next = 0;
  for (;;) {
    for (let turn = turns[next]; turn?.after.every((one) => over.has(one)); turn = turns[next]) {
      timeline.start(turn);
      next += 1;
    }
    const released = timeline.next();
    if (released.length === 0) return;
    for (const turn of released) over.add(turn);
  }
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

function firstFree(slots: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < slots.length; i++) if ((slots[i] as number) < (slots[best] as number)) best = i;
  return best;
}
