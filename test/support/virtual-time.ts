import { RollError } from "../../provider/core/errors.ts";
import type { FleetClock } from "../../provider/engine/ports.ts";

interface Timer {
  readonly at: number;
  readonly seq: number;
  readonly fire: () => void;
  live: boolean;
}

/**
 * Time that passes only when everybody waits: hours of a roll take milliseconds, in the same order every time.
 * All clocks of one VirtualTime tick together; a scale makes one of them run faster than the others.
 */
export class VirtualTime {
  #now: number;
  #seq = 0;
  #timers: Timer[] = [];

  /** Milliseconds since the epoch at the start. */
  constructor(start: number = Date.UTC(2026, 0, 5, 8)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** A clock on this time; `scale` fleet seconds pass in one of its seconds. */
  clock(scale = 1): FleetClock {
    const start = this.#now;
    return {
      scale,
      now: () => start + (this.#now - start) * scale,
      sleep: (ms, signal) => this.#sleep(ms / scale, signal),
    };
  }

  /** Calls back at a moment of this time. */
  at(moment: number, fire: () => void): void {
    this.#push(moment, fire);
  }

  /** Runs until the promise settles, moving time on whenever nothing else can happen. Rejects when everybody waits for nothing. */
  async run<T>(work: Promise<T>, limit = 50_000): Promise<T> {
    let settled = false;
    const over = work.then(
      () => {
        settled = true;
      },
      () => {
        settled = true;
      },
    );
    for (let turns = 0; ; turns++) {
      await quiet();
      if (settled) break;
      if (turns > limit) throw new Error(`no end after ${limit} moments of virtual time`);
      if (!this.#next()) throw new Error("everybody waits, and no timer is set: deadlock");
    }
    await over;
    return work;
  }

  /** Lets this much time pass. */
  async pass(ms: number): Promise<void> {
    await this.run(this.#sleep(ms));
  }

  #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(cancelled());
      const timer = this.#push(this.#now + Math.max(0, ms), () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      });
      const abort = (): void => {
        timer.live = false;
        reject(cancelled());
      };
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  #push(at: number, fire: () => void): Timer {
    const timer = { at, seq: this.#seq++, fire, live: true };
    const after = this.#timers.findIndex((one) => one.at > at);
    if (after < 0) this.#timers.push(timer);
    else this.#timers.splice(after, 0, timer);
    return timer;
  }

  #next(): boolean {
    for (;;) {
      const timer = this.#timers.shift();
      if (timer === undefined) return false;
      if (!timer.live) continue;
      this.#now = Math.max(this.#now, timer.at);
      timer.fire();
      return true;
    }
  }
}

const cancelled = (): RollError => new RollError("cancelled", "The wait was called off.");

/** Until every promise that can go on has gone on. */
const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
