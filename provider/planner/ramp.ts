/** Hosts in hand at once, this one included, when the `index`-th host after the canaries starts: 1, 2, 2, 4, … up to `width`. */
export function placesAt(index: number, width: number): number {
  return Math.min(width, 2 ** Math.floor(Math.log2(index + 1)));
}
