import { restingLast } from "./calendar.ts";
import type { Facts, Node } from "./facts.ts";
import { judgedLeft } from "./judged.ts";
import { Line } from "./line.ts";
import type { Manner } from "./manner.ts";
import { placesAt } from "./ramp.ts";

/** What a host is in a roll: the first ones go alone. */
export type Part = "canary" | "judged" | "rest";

/** How many of the next hosts are tried when the first one does not fit. */
const LOOK_AHEAD = 48;

/** The hosts of one attempt that have not started yet, and how far the ramp has come: who may be next. */
export class Queue {
  readonly #facts: Facts;
  readonly #manner: Manner;
  readonly #line: Line;
  readonly #canaries: Node[];
  readonly #waiting: Node[];
  #ramp: number;
  /** Hosts that are still to be judged, besides canaries. */
  #toJudge: number;
  #parked = 0;

  constructor(facts: Facts, manner: Manner) {
    this.#facts = facts;
    this.#manner = manner;
    this.#line = new Line(facts);
    this.#canaries = [...manner.canaries];
    this.#waiting = this.#line.arranged(restingLast(facts, manner.order));
    this.#ramp = facts.rampBefore;
    this.#toJudge = judgedLeft(facts, manner.canaries);
  }

  get size(): number {
    return this.#canaries.length + this.#waiting.length;
  }

  /** The next canary: nobody else may start before it. */
  get canary(): Node | undefined {
    return this.#canaries[0];
  }

  /** The next host is to be judged. */
  get isJudging(): boolean {
    return this.#toJudge > 0;
  }

  /** Nobody is judged any more. */
  endJudging(): void {
    this.#toJudge = 0;
  }

  /** Hosts that may be in hand at once when the next one starts. */
  get places(): number {
    return placesAt(this.#ramp, this.#manner.width, this.#facts.startWidth);
  }

  /** One more may be emptied onto hosts that have to be emptied themselves, while others are under way. */
  get mayPark(): boolean {
    return this.#parked < this.#manner.parked;
  }

  /** The next hosts that could start as far as order goes, without those that moves in hand touch. */
  ahead(touched: (node: Node) => boolean): Node[] {
    if (this.#manner.inOrder) return this.#line.first(this.#waiting.slice(0, 1), 1);
    const free: Node[] = [];
    for (const node of this.#waiting) {
      if (free.length >= LOOK_AHEAD) break;
      if (!touched(node) && this.#line.may(node)) free.push(node);
    }
    return free;
  }

  /** All that could start as far as order goes. */
  all(): Node[] {
    return this.#line.first(this.#waiting, this.#waiting.length);
  }

  /** All that have to be emptied later than this one, in their order. */
  besides(node: Node): Node[] {
    return [...this.#canaries, ...this.#waiting].filter((other) => other !== node);
  }

  /** Hosts that were started before this plan. `alone`: those of them that were chosen to go alone. */
  takeOver(inHand: readonly Node[], alone: (node: Node) => boolean): void {
    for (const node of inHand) this.#line.started(node);
    this.#ramp += inHand.filter((node) => !alone(node)).length;
  }

  /** `parks`: some of its workloads have to move again. */
  started(node: Node, part: Part, parks: boolean): void {
    this.#line.started(node);
    const list = part === "canary" ? this.#canaries : this.#waiting;
    list.splice(list.indexOf(node), 1);
    if (part === "judged") this.#toJudge -= 1;
    if (part === "rest") this.#ramp += 1;
    if (part !== "canary" && parks) this.#parked += 1;
  }

  released(node: Node): void {
    this.#line.released(node);
  }
}
