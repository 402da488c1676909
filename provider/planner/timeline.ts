import type { Leg } from "./board.ts";
import { remediationSeconds } from "./durations.ts";
import type { Facts, Node } from "./facts.ts";
import type { Turn } from "./turn.ts";

interface Event {
  readonly at: number;
  readonly kind: "remediated" | "released";
  readonly turn: Turn;
  /** Breaks ties: events of one moment come in the order in which they were foreseen. */
  readonly order: number;
}

/**
 * Forecast of a roll by its events, from expected times: a migration takes a slot at both ends, a turn is evacuation,
 * remediation with reboot, and put back. Sets `start` and `end` of the turns.
 */
export class Timeline {
  now = 0;
  readonly #events: Event[] = [];
  /** When each migration slot of a host is free again. */
  readonly #slots: number[][];
  /** When the first of them is free again. */
  readonly #freeAt: number[];
  #order = 0;

  constructor(facts: Facts) {
    this.#slots = facts.nodes.map((node) => new Array<number>(Math.min(Math.max(1, node.host.slots), 64)).fill(0));
    this.#freeAt = facts.nodes.map(() => 0);
  }

  /** Seconds until the slots of a host are free for one more migration. */
  busy(node: Node): number {
    return Math.max(0, (this.#freeAt[node.index] ?? 0) - this.now);
  }

  /** The turn starts now. */
  start(turn: Turn): void {
    turn.start = this.now;
    const emptying = this.#migrate(turn.evacuate, afterAll(this.now, turn.makeRoom));
    this.#push("remediated", turn, emptying + remediationSeconds(turn.node));
  }

  /** Goes on to the next moment at which turns end, and returns them; empty when none is under way. */
  next(): Turn[] {
    const released: Turn[] = [];
    for (let event = this.#events[0]; event !== undefined; event = this.#events[0]) {
      if (released.length > 0 && event.at > this.now) break;
      this.#pop();
      this.now = event.at;
      if (event.kind === "remediated") {
        this.#push("released", event.turn, afterAll(this.#migrate(event.turn.putBack), event.turn.undoRoom));
      } else {
        event.turn.end = this.now;
        released.push(event.turn);
      }
    }
    return released;
  }

  /** Books the migrations in order, each as soon as both ends have a slot, none before `earliest`; returns when the last one ends. */
  #migrate(legs: readonly Leg[], earliest = this.now): number {
    let last = earliest;
    for (const { item, from, to } of legs) {
      const source = this.#slotsOf(from);
      const target = this.#slotsOf(to);
      const s = firstFree(source);
      const t = firstFree(target);
      const end = Math.max(earliest, source[s] ?? 0, target[t] ?? 0) + item.seconds;
      source[s] = end;
      target[t] = end;
      this.#freeAt[to.index] = target[firstFree(target)] ?? 0;
      last = Math.max(last, end);
    }
    return last;
  }

  #slotsOf(node: Node): number[] {
    return this.#slots[node.index] as number[];
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

/** When moves end that are made one after another from a moment on. */
function afterAll(start: number, legs: readonly Leg[]): number {
  return legs.reduce((at, { item }) => at + item.seconds, start);
}

function firstFree(slots: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < slots.length; i++) if ((slots[i] as number) < (slots[best] as number)) best = i;
  return best;
}
