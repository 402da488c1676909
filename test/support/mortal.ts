import type { RunMemory } from "../../provider/core/run.ts";
import type { Clock, Driver, Journal, JournalEntry, RunOnHost, WayBack } from "../../provider/engine/ports.ts";

export type Moment = "before" | "during" | "after" | "frozen";

/** Where a process meets its fate: at the n-th call to the outside (from 1). */
export interface Fate {
  readonly call: number;
  /**
   * `before`: the call is not made. `during`: made, but the answer is not awaited. `after`: answered. `frozen`: the process
   * is stopped before the call and goes on half an hour later, long after others have given it up.
   */
  readonly moment: Moment;
}

const FROZEN_FOR = 30 * 60_000;

/** A process's hands on the outside world that count every call, and that go dead at one of them, as `kill -9` would. */
export class Mortal {
  calls = 0;
  readonly killed: Promise<void>;
  #dead = false;
  #thawed: Promise<void> = Promise.resolve();
  #die: () => void = () => {};
  readonly #fate: Fate | undefined;

  constructor(fate?: Fate) {
    this.#fate = fate;
    this.killed = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  driver(inner: Driver): Driver {
    const call = <T>(make: () => Promise<T>): Promise<T> => this.#call(make, inner.clock);
    return {
      traits: inner.traits,
      clock: inner.clock,
      record: {
        beat: inner.record.beat,
        read: () => call(() => inner.record.read()),
        write: (record, version) => call(() => inner.record.write(record, version)),
      },
      actors: {
        read: () => call(() => inner.actors.read()),
        quiet: (context) => call(() => inner.actors.quiet(context)),
        restore: (former, context) => call(() => inner.actors.restore(former, context)),
      },
      ...(inner.run === undefined ? {} : { run: (...args) => call(async () => (inner.run as RunOnHost)(...args)) }),
      observe: (...args) => call(() => inner.observe(...args)),
      measure: (...args) => call(async () => (await inner.measure?.(...args)) ?? []),
      cordon: (...args) => call(() => inner.cordon(...args)),
      adopt: (...args) => call(() => inner.adopt(...args)),
      migrate: (...args) => call(() => inner.migrate(...args)),
      stop: (...args) => call(() => inner.stop(...args)),
      start: (...args) => call(() => inner.start(...args)),
      stage: (...args) => call(() => inner.stage(...args)),
      remediate: (...args) => call(() => inner.remediate(...args)),
      ...(inner.wayBack === undefined ? {} : { wayBack: this.#wayBack(inner.wayBack, call) }),
      uncordon: (...args) => call(() => inner.uncordon(...args)),
      release: (...args) => call(() => inner.release(...args)),
      close: () => inner.close(),
    };
  }

  #wayBack(inner: WayBack, call: <T>(make: () => Promise<T>) => Promise<T>): WayBack {
    return {
      missing: (...args) => call(() => inner.missing(...args)),
      secure: (...args) => call(() => inner.secure(...args)),
      rollback: (...args) => call(() => inner.rollback(...args)),
    };
  }

  journal(inner: Journal): Journal {
    const entry = (write: () => void): void => {
      const fate = this.#next();
      if (this.#dead) return;
      if (fate !== "before") write();
      if (fate !== undefined && fate !== "frozen") this.#end();
    };
    return {
      append: (line: JournalEntry) => entry(() => inner.append(line)),
      remember: (memory: RunMemory) => entry(() => inner.remember(memory)),
      runs: () => inner.runs(),
      entries: (run) => inner.entries(run),
      memory: (run) => inner.memory(run),
      keepSlices: (run, slices) => entry(() => inner.keepSlices(run, slices)),
      slices: (run) => inner.slices(run),
      close: () => inner.close(),
    };
  }

  #next(): Moment | undefined {
    if (this.#dead) return undefined;
    this.calls += 1;
    return this.calls === this.#fate?.call ? this.#fate.moment : undefined;
  }

  async #call<T>(make: () => Promise<T>, clock: Clock): Promise<T> {
    const fate = this.#next();
    if (fate === "frozen") {
      this.#die();
      this.#thawed = clock.sleep(FROZEN_FOR);
    }
    await this.#thawed;
    if (fate === "before") this.#end();
    if (this.#dead) return never();
    const answer = make();
    if (fate === "during") this.#end();
    // The call itself may have been the death: it tells of its progress, and that is written down.
    if (this.#dead) {
      answer.catch(() => {});
      return never();
    }
    const outcome = await answer.then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    if (fate === "after") this.#end();
    return this.#dead ? never() : outcome();
  }

  #end(): void {
    this.#dead = true;
    this.#die();
  }
}

const never = <T>(): Promise<T> => new Promise(() => {});
