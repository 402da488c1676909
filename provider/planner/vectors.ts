import type { Item } from "./facts.ts";

// Amounts by resource, in the order of `Facts.resources`.

/** Fullest resource of a host that holds `load` and `more`, as a share. */
export function fullest(load: readonly number[], more: readonly number[], capacity: readonly number[]): number {
  let most = 0;
  for (let r = 0; r < load.length; r++) {
    const booked = at(load, r) + (more[r] ?? 0);
    if (booked > 0) most = Math.max(most, booked / at(capacity, r));
  }
  return most;
}

/** Entry of a vector that is known to have it. */
export const at = (vector: readonly number[], index: number): number => vector[index] as number;

/** Adds `sign` times `other` to `vector`. */
export function add(vector: number[], other: readonly number[], sign: 1 | -1): void {
  for (let r = 0; r < vector.length; r++) vector[r] = at(vector, r) + sign * at(other, r);
}

/** Sum of the needs of items. */
export function needOf(items: Iterable<Item>, resources: number): number[] {
  const sum = new Array<number>(resources).fill(0);
  for (const item of items) add(sum, item.need, 1);
  return sum;
}
