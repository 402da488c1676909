/**
 * Hosts in hand at once, this one included, when the `index`-th host after the canaries starts: with `start` 1 it is 1, 2, 2, 4, …,
 * up to `width`.
 */
export function placesAt(index: number, width: number, start: number): number {
  return Math.min(width, start * 2 ** Math.floor(Math.log2(index / start + 1)));
}
