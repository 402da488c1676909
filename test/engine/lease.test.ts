import { describe, expect, it } from "vitest";
import { RollError } from "../../provider/core/errors.ts";
import type { FleetRecord } from "../../provider/core/record.ts";
import { Keeper } from "../../provider/engine/keeper.ts";
import { beats, takeLease } from "../../provider/engine/lease.ts";
import type { Clock, RecordStore } from "../../provider/engine/ports.ts";
import { VirtualTime } from "../support/virtual-time.ts";

const BEAT = 500;
const contender = (name: string) => ({ holder: `${name}@test`, instance: name, wall: () => "2026-01-05T08:00:00Z" });

/** A record with compare-and-set, and a switch that makes it silent. */
class Board implements RecordStore {
  readonly beat = BEAT;
  version = 0;
  record: FleetRecord | undefined;
  silent = false;
  writes = 0;

  async read() {
    if (this.silent) throw new RollError("unavailable", "no answer");
    return this.record === undefined ? undefined : { record: this.record, version: this.version };
  }

  async write(record: FleetRecord, version: number) {
    if (this.silent) throw new RollError("unavailable", "no answer");
    if (version !== this.version) throw new RollError("conflict", "changed meanwhile");
    this.record = record;
    this.version += 1;
    this.writes += 1;
    return this.version;
  }
}

describe("the lease", () => {
  it("goes to the first, with a token, and is refused to others while it beats", async () => {
    const time = new VirtualTime();
    const board = new Board();
    const first = await time.run(Keeper.claim(board, time.clock(), contender("a"), () => {}));
    expect(first.token).toBe(1);
    const second = time.run(takeLease(board, time.clock(), contender("b")));
    await expect(second).rejects.toMatchObject({
      kind: "conflict",
      message: expect.stringMatching(/a@test, since 2026-01-05/),
    });
    first.abandon();
  });

  it("of a process that is gone is taken over after three missed beats, with a higher token", async () => {
    const time = new VirtualTime();
    const board = new Board();
    const dead = await time.run(Keeper.claim(board, time.clock(), contender("a"), () => {}));
    dead.abandon();
    const from = time.now();
    const taken = await time.run(takeLease(board, time.clock(), contender("b")));
    expect(taken.record.token).toBe(2);
    expect(time.now() - from).toBe(3 * BEAT);
  });

  it("comes with a stop that was asked for while it was taken over, and not with one from before", async () => {
    for (const meanwhile of [false, true]) {
      const time = new VirtualTime();
      const board = new Board();
      const dead = await time.run(Keeper.claim(board, time.clock(), contender("a"), () => {}));
      dead.abandon();
      const ask = (at: string) =>
        board.write({ ...(board.record as FleetRecord), stop: { token: 1, by: "anna", at } }, board.version);
      await ask("before");
      if (meanwhile) time.at(time.now() + BEAT, () => void ask("meanwhile"));
      const { record } = await time.run(takeLease(board, time.clock(), contender("b")));
      expect(record.stop).toEqual(meanwhile ? { token: 2, by: "anna", at: "meanwhile" } : undefined);
      expect(board.record).toEqual(record);
    }
  });

  it("is judged on the contender's own clock: wall clocks a day apart change nothing", async () => {
    const time = new VirtualTime();
    const board = new Board();
    const holder = await time.run(
      Keeper.claim(board, time.clock(), { ...contender("a"), wall: () => "1999-01-01T00:00:00Z" }, () => {}),
    );
    await expect(time.run(takeLease(board, time.clock(), contender("b")))).rejects.toMatchObject({ kind: "conflict" });
    holder.abandon();
  });

  it("is noticed as lost by a process that slept through its own takeover", async () => {
    const time = new VirtualTime();
    const board = new Board();
    const frozen = new Frozen(time.clock());
    let told = 0;
    const sleeper = await time.run(Keeper.claim(board, frozen, contender("a"), () => told++));
    frozen.freeze();
    const taker = await time.run(Keeper.claim(board, time.clock(), contender("b"), () => {}));
    frozen.thaw();
    await expect(time.run(sleeper.update((record) => ({ ...record, inputs: "stale" })))).rejects.toMatchObject({
      kind: "conflict",
      message: expect.stringContaining("b@test"),
    });
    expect(sleeper.lost).toBeDefined();
    expect(told).toBeGreaterThan(0);
    expect(board.record?.inputs).toBeUndefined();
    taker.abandon();
  });

  it("survives a platform that is silent for a while", async () => {
    const time = new VirtualTime();
    const board = new Board();
    const keeper = await time.run(Keeper.claim(board, time.clock(), contender("a"), () => {}));
    board.silent = true;
    time.at(time.now() + 5 * BEAT, () => {
      board.silent = false;
    });
    await time.run(keeper.update((record) => ({ ...record, inputs: "kept" })));
    expect(board.record?.inputs).toBe("kept");
    expect(keeper.lost).toBeUndefined();
    keeper.abandon();
  });

  it("keeps what others write between our writes", async () => {
    const time = new VirtualTime();
    const board = new Board();
    let told = 0;
    const keeper = await time.run(Keeper.claim(board, time.clock(), contender("a"), () => told++));
    await board.write({ ...(board.record as FleetRecord), stop: { token: 1, by: "anna", at: "" } }, board.version);
    await time.run(keeper.update((record) => ({ ...record, inputs: "mine" })));
    expect(board.record).toMatchObject({ inputs: "mine", stop: { by: "anna" } });
    expect(told).toBe(1);
    await time.run(keeper.release((record) => record));
    expect(board.record?.lease).toBeUndefined();
    expect(board.record?.stop).toBeUndefined();
  });

  it("that nobody holds any more does not beat", async () => {
    const time = new VirtualTime();
    const board = new Board();
    const keeper = await time.run(Keeper.claim(board, time.clock(), contender("a"), () => {}));
    const lease = board.record?.lease;
    expect(lease && (await time.run(beats(board, time.clock(), lease)))).toBe(true);
    await time.run(keeper.release((record) => record));
    expect(lease && (await time.run(beats(board, time.clock(), lease)))).toBe(false);
  });
});

/** A clock of a process that SIGSTOP holds: its sleeps end only after it goes on. */
class Frozen implements Clock {
  readonly #inner: Clock;
  #hold: Promise<void> = Promise.resolve();
  #thaw: () => void = () => {};

  constructor(inner: Clock) {
    this.#inner = inner;
  }

  now(): number {
    return this.#inner.now();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await this.#inner.sleep(ms, signal);
    await this.#hold;
  }

  freeze(): void {
    this.#hold = new Promise((resolve) => {
      this.#thaw = resolve;
    });
  }

  thaw(): void {
    this.#thaw();
  }
}
