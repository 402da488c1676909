import type { Board } from "./board.ts";
import type { Node } from "./facts.ts";
import type { Obstacle } from "./obstacle.ts";
import type { Turn } from "./turn.ts";

/** What one attempt is free to choose. */
export interface Manner {
  readonly canaries: readonly Node[];
  /** The other pending hosts, in the order in which they are considered. */
  readonly order: readonly Node[];
  /** The same hosts in another order, which may make a shorter roll. */
  readonly another?: readonly Node[] | undefined;
  /** Most hosts of this plan in hand at once. */
  readonly width: number;
  /** Hosts that may be emptied onto hosts which have to be emptied themselves, while others are under way. */
  readonly parked: number;
  /** Keep to the order as long as it works, instead of looking ahead for a host that fits better. */
  readonly inOrder: boolean;
  /** Fill hosts as far as they go rather than evenly, whenever a place would stay free. */
  readonly eager: boolean;
  /** Search for the fewest moves that empty a host, instead of taking what fits; only where nothing else is in hand. */
  readonly thrifty?: boolean;
  /** Placement tests that may be spent on making room for one host, one limit after the other; none: no room is made. */
  readonly room: readonly number[];
  /** Tells searches for room of one attempt from those of another. */
  readonly seed: number;
  /** The order is the announced one. */
  readonly announced: boolean;
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
