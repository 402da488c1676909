import { isRollError, RollError } from "../core/errors.ts";
import type { FleetRecord } from "../core/record.ts";
import { type Contender, takeLease } from "./lease.ts";
import type { Clock, RecordStore } from "./ports.ts";

/** Beats for which the platform may stay silent before a write is given up. */
const PATIENCE = 20;

/**
 * Keeps the fleet record while a run holds the lease: writes one change after the other, beats, notices what others write
 * (a stop flag) and that the lease is lost.
 */
export class Keeper {
  #record: FleetRecord;
  #version: number;
  #queue: Promise<void> = Promise.resolve();
  #lost: RollError | undefined;
  readonly #store: RecordStore;
  readonly #process: Clock;
  readonly #ended = new AbortController();
  readonly #changed: () => void;

  private constructor(
    store: RecordStore,
    process: Clock,
    taken: { record: FleetRecord; version: number },
    changed: () => void,
  ) {
    this.#store = store;
    this.#process = process;
    this.#record = taken.record;
    this.#version = taken.version;
    this.#changed = changed;
  }

  /** Takes the lease and starts to beat. `changed` is called when somebody else wrote the record, or the lease is lost. */
  static async claim(
    store: RecordStore,
    process: Clock,
    contender: Contender,
    changed: () => void,
    signal?: AbortSignal,
  ): Promise<Keeper> {
    const keeper = new Keeper(store, process, await takeLease(store, process, contender, signal), changed);
    void keeper.#beat();
    return keeper;
  }

  get record(): FleetRecord {
    return this.#record;
  }

  get token(): number {
    return this.#record.token;
  }

  /** Set once another process has taken the lease over: nothing may be done any more. */
  get lost(): RollError | undefined {
    return this.#lost;
  }

  /** Changes the record; resolves when the platform holds the change. `change` may be called again on a newer record. */
  update(change: (record: FleetRecord) => FleetRecord): Promise<void> {
    const done = this.#queue.then(() => this.#write(change));
    this.#queue = done.catch(() => {});
    return done;
  }

  /** Gives the lease back, with a last change. */
  async release(change: (record: FleetRecord) => FleetRecord): Promise<void> {
    this.#ended.abort();
    await this.update((record) => {
      const { lease: _lease, stop: _stop, ...rest } = change(record);
      return rest;
    });
  }

  /** Stops beating without a word, as after the loss of the lease. */
  abandon(): void {
    this.#ended.abort();
  }

  async #write(change: (record: FleetRecord) => FleetRecord): Promise<void> {
    for (let silent = 0; ; ) {
      if (this.#lost !== undefined) throw this.#lost;
      const next = change(this.#record);
      if (next === this.#record) return;
      try {
        this.#version = await this.#store.write(next, this.#version);
        this.#record = next;
        return;
      } catch (error) {
        if (!isRollError(error)) throw error;
        if (error.kind === "conflict") await this.#reread();
        else if (error.kind === "unavailable" && silent++ < PATIENCE) await this.#process.sleep(this.#store.beat);
        else throw error;
      }
    }
  }

  async #reread(): Promise<void> {
    const seen = await this.#store.read();
    const lease = seen?.record.lease;
    if (seen === undefined || lease === undefined || lease.token !== this.#record.token) {
      const who = lease === undefined ? "somebody removed it" : `${lease.holder} holds it since ${lease.since}`;
      this.#lost = new RollError("conflict", `This run has lost the lease of the fleet: ${who}.`, {
        hint: "Nothing more is done here; see `rolling-patch status`.",
      });
      this.#changed();
      throw this.#lost;
    }
    this.#record = seen.record;
    this.#version = seen.version;
    this.#changed();
  }

  async #beat(): Promise<void> {
    while (!this.#ended.signal.aborted && this.#lost === undefined) {
      try {
        await this.#process.sleep(this.#store.beat, this.#ended.signal);
        await this.update((record) => {
          const { lease } = record;
          return lease === undefined || this.#ended.signal.aborted
            ? record
            : { ...record, lease: { ...lease, beat: lease.beat + 1 } };
        });
      } catch (error) {
        // A platform that does not answer for a while costs beats, not the run; the fence decides if it lasted too long.
        if (!isRollError(error)) throw error;
      }
    }
  }
}
