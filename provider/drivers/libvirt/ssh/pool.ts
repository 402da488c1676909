import type { RollError } from "../../../core/errors.ts";
import type { Link } from "./link.ts";

/** A channel of a connection, for one run. */
export interface Lease {
  readonly link: Link;
  /** Gives the channel back. */
  release(): void;
  /** The host refused it: this connection bears fewer than was thought. False: there is none besides, so it bears none at all. */
  refused(): boolean;
}

interface Held {
  readonly link: Link;
  busy: number;
  /** Most channels at once; what the host allows may be less than the setting. */
  capacity: number;
}

interface Waiting {
  readonly resolve: (lease: Lease) => void;
  readonly reject: (error: RollError) => void;
}

/** The connections to one host. Opened when they are needed, one attempt for all who wait; who comes first is served first. */
export class Pool {
  readonly #open: () => Promise<Link>;
  readonly #most: { readonly connections: number; readonly channels: number };
  readonly #held = new Set<Held>();
  readonly #waiting: Waiting[] = [];
  #opening = 0;

  constructor(open: () => Promise<Link>, most: { readonly connections: number; readonly channels: number }) {
    this.#open = open;
    this.#most = most;
  }

  /** Waits for a channel. Throws what connecting throws; `cancelled` or the like is the signal's reason. */
  lease(signal: AbortSignal): Promise<Lease> {
    return new Promise((resolve, reject) => {
      const waiting = { resolve, reject };
      this.#waiting.push(waiting);
      signal.addEventListener(
        "abort",
        () => {
          const at = this.#waiting.indexOf(waiting);
          if (at >= 0) this.#waiting.splice(at, 1);
          reject(signal.reason);
        },
        { once: true },
      );
      this.#serve();
    });
  }

  /** Breaks all connections off; who waits for one goes on waiting for a new one. */
  drop(why: RollError): void {
    for (const { link } of this.#held) link.end(why);
  }

  /** Breaks off connections and waits. */
  close(why: RollError): void {
    for (const waiting of this.#waiting.splice(0)) waiting.reject(why);
    this.drop(why);
  }

  #serve(): void {
    for (const held of this.#held)
      while (held.busy < held.capacity && this.#waiting.length > 0) this.#waiting.shift()?.resolve(this.#leaseOf(held));
    const wanted = Math.ceil(this.#waiting.length / this.#most.channels);
    const room = this.#most.connections - this.#held.size - this.#opening;
    for (let more = Math.min(wanted - this.#opening, room); more > 0; more -= 1) void this.#connect();
  }

  async #connect(): Promise<void> {
    this.#opening += 1;
    try {
      const link = await this.#open();
      const held = { link, busy: 0, capacity: this.#most.channels };
      this.#held.add(held);
      void link.gone.then(() => {
        this.#held.delete(held);
        this.#serve();
      });
      this.#opening -= 1;
    } catch (error) {
      this.#opening -= 1;
      // With a connection left, who waits is served there.
      if (this.#held.size === 0 && this.#opening === 0)
        for (const waiting of this.#waiting.splice(0)) waiting.reject(error as RollError);
      return;
    }
    this.#serve();
  }

  #leaseOf(held: Held): Lease {
    let given = true;
    held.busy += 1;
    const release = (): void => {
      if (!given) return;
      given = false;
      held.busy -= 1;
      this.#serve();
    };
    return {
      link: held.link,
      release,
      refused: () => {
        if (held.busy <= 1) return false;
        held.capacity = Math.min(held.capacity, held.busy - 1);
        release();
        return true;
      },
    };
  }
}
