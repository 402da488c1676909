import type { Leg } from "./board.ts";
import type { Item, Node } from "./facts.ts";

/** One host's part of a schedule. */
export interface Turn {
  readonly node: Node;
  readonly canary: boolean;
  /** Was started before this plan was made. */
  readonly inHand: boolean;
  /** Turns that may still be under way when this one starts, whatever the durations. */
  readonly beside: readonly Turn[];
  /** Turns that must be over and did not have to be for the turn before this one. */
  readonly after: readonly Turn[];
  readonly evacuate: readonly Leg[];
  readonly shutdown: readonly Item[];
  putBack: Leg[];
  /** Seconds from the start of the roll. */
  start: number;
  end: number;
}
