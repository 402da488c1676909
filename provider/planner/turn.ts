import type { Item, Node } from "./facts.ts";
import type { Leg } from "./leg.ts";

/** Why a host goes when it goes: the words of `HostPlan.why`. */
export const order = {
  inHand: "out already",
  canary: "canary: alone, before all others",
  judged: "judged: alone, measured with its own workloads back",
  announced: "as announced",
  last: "goes last: alone, after all others",
  empty: "nothing runs on it that could move",
  first: "among the first: few of its workloads have to move twice",
  fits: "all of its workloads fit on hosts that stay as they are",
  room: "the next one for which room can be made",
} as const;

/** Why a host that is neither canary nor judged goes now. `parks`: some of its workloads have to move again. */
export function whyNow(
  { makeRoom, evacuate }: Pick<Turn, "makeRoom" | "evacuate">,
  { isLast, announced, parks }: { isLast: boolean; announced: boolean; parks: boolean },
): string {
  if (isLast) return order.last;
  if (announced) return order.announced;
  if (makeRoom.length > 0) return order.room;
  if (evacuate.length === 0) return order.empty;
  return parks ? order.first : order.fits;
}

/** One host's part of a schedule. */
export interface Turn {
  readonly node: Node;
  readonly canary: boolean;
  /** Measured in full, with its own workloads back. */
  readonly judged: boolean;
  /** Was started before this plan was made. */
  readonly inHand: boolean;
  /** Place in the order in which turns start, from 0. */
  readonly place: number;
  /** How many turns may still be under way when this one starts, whatever the durations. */
  readonly others: number;
  /** Place of the first turn that waits until this one is over; it and all later ones find it over. */
  overBefore: number;
  /** Turns that must be over and did not have to be for the turn before this one. */
  readonly after: readonly Turn[];
  /** Why it stands where it stands in the order. */
  readonly why: string;
  /** Moves between other hosts that come first, one after another; nothing else is in hand then. */
  readonly makeRoom: readonly Leg[];
  readonly evacuate: readonly Leg[];
  readonly shutdown: readonly Item[];
  putBack: Leg[];
  /** Counts of `putBack` after which load is held; empty: it comes back in one go. */
  readonly steps: readonly number[];
  /** After `putBack`, one after another. */
  readonly undoRoom: readonly Leg[];
  /** Longest that it is watched, besides the moves, seconds. */
  readonly soak: number;
  /** Seconds from the start of the roll. */
  start: number;
  end: number;
}

/** Nothing else is in hand beside it. Room that was made before this plan is still to be given back. */
export function goesAlone(turn: Pick<Turn, "canary" | "judged" | "makeRoom" | "undoRoom">): boolean {
  return turn.canary || turn.judged || turn.makeRoom.length + turn.undoRoom.length > 0;
}

/** The other turn started before this one and may still be under way when it starts. */
export function isBeside(turn: Turn, other: Turn): boolean {
  return other.place < turn.place && turn.place < other.overBefore;
}

/** All moves of a turn, in the order in which they are made. */
export function legsOf({ makeRoom, evacuate, putBack, undoRoom }: Turn): Leg[] {
  return [...makeRoom, ...evacuate, ...putBack, ...undoRoom];
}
