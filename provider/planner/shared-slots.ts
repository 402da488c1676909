/** Slots that all hosts share, each taken for a time: migrations over the whole fleet, remediations. */
export class SharedSlots {
  /** When each of them is free again, the earliest first. */
  readonly #free: Float64Array;

  constructor(count: number) {
    this.#free = new Float64Array(count);
  }

  /** Takes a slot for so many seconds, not before `at`, and returns when: the one that idles least, else the first to be free. */
  take(at: number, seconds: number): number {
    const slot = Math.max(0, this.#countUntil(at) - 1);
    const start = Math.max(at, this.#free[slot] as number);
    const place = this.#countUntil(start + seconds) - 1;
    this.#free.copyWithin(slot, slot + 1, place + 1);
    this.#free[place] = start + seconds;
    return start;
  }

  /** How many of them are free at that time. */
  #countUntil(at: number): number {
    let low = 0;
    let high = this.#free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#free[middle] as number) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
