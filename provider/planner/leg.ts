import type { Item, Node } from "./facts.ts";

/** A move in the making. */
export interface Leg {
  readonly item: Item;
  readonly from: Node;
  readonly to: Node;
  readonly why: string;
}

/** The migration is under way already, and booked at both ends. */
export const isFlying = ({ item, from, to }: Leg): boolean => item.toward === to && item.node === from;
