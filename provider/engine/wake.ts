/** Wakes one waiting loop. A call while nobody waits is not lost: the next wait returns at once. */
export class Wake {
  #set = false;
  #wake: (() => void) | undefined;

  set(): void {
    this.#set = true;
    this.#wake?.();
  }

  /** Until `set` (true), or until the pause ends (false). The pause is called off on the way out. */
  async wait(pause: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    if (!this.#set) {
      const over = new AbortController();
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await Promise.race([woken, pause(over.signal).catch(() => {})]);
      over.abort("woken");
      this.#wake = undefined;
    }
    const woken = this.#set;
    this.#set = false;
    return woken;
  }
}
