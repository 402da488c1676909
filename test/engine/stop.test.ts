import { describe, expect, test } from "vitest";
import type { RecordStore } from "../../provider/engine/ports.ts";
import { awaitStop, requestStop } from "../../provider/engine/stop.ts";
import { deadRecord, deadRun } from "../support/dead-run.ts";

const at = "2026-01-05T08:00:00.000Z";

describe("asking for a safe point", () => {
  test("leaves a flag for the holder of the lease, once", async () => {
    const { driver } = (await deadRun()).fleet;
    const asked = { kind: "asked", token: 7, run: "run-1", holder: "anna@laptop, process 4711" };
    expect(await requestStop(driver.record, "bob@desk", at)).toEqual(asked);
    const after = await driver.record.read();
    expect(after?.record.stop).toEqual({ token: 7, by: "bob@desk", at });
    expect(await requestStop(driver.record, "carol@desk", at)).toEqual(asked);
    expect(await driver.record.read()).toEqual(after);
  });

  test("loses nothing that the holder writes at the same time", async () => {
    const { driver } = (await deadRun()).fleet;
    let interferences = 3;
    const store: RecordStore = {
      ...driver.record,
      write: async (record, version) => {
        const seen = await driver.record.read();
        if (interferences-- > 0 && seen?.record.lease !== undefined) {
          const { lease } = seen.record;
          await driver.record.write({ ...seen.record, lease: { ...lease, beat: lease.beat + 1 } }, seen.version);
        }
        return driver.record.write(record, version);
      },
    };
    await requestStop(store, "bob@desk", at);
    expect((await driver.record.read())?.record).toMatchObject({ lease: { beat: 44 }, stop: { by: "bob@desk" } });
  });

  test.each([
    ["no run", { format: 1, token: 0 } as const],
    ["a run that has ended", { ...deadRecord({}, { ending: { kind: "done", note: "" } }), lease: undefined } as never],
    ["a run that nobody works on", { ...deadRecord(), lease: undefined } as never],
  ])("%s: there is nothing to stop, nothing is written", async (_, record) => {
    const { driver } = (await deadRun(JSON.parse(JSON.stringify(record)))).fleet;
    const before = await driver.record.read();
    expect(await requestStop(driver.record, "bob@desk", at)).toMatchObject({ kind: "nothing to stop" });
    expect(await driver.record.read()).toEqual(before);
  });
});

describe("a process that has taken the lease and has yet to begin its run", () => {
  const { run, ...bare } = deadRecord();
  const ended = { ...bare, run: { ...run, ending: { kind: "done", note: "" } } } as never;

  test.each([
    ["there was none before", bare],
    ["the one before has ended", ended],
  ])("is asked all the same: %s", async (_, record) => {
    const { driver } = (await deadRun(record)).fleet;
    const asked = { kind: "asked", token: 7, holder: "anna@laptop, process 4711" };
    expect(await requestStop(driver.record, "bob@desk", at)).toEqual(asked);
    expect((await driver.record.read())?.record.stop).toEqual({ token: 7, by: "bob@desk", at });
  });
});

describe("waiting for the safe point", () => {
  test("ends when the lease is given back", async () => {
    const { fleet, time } = await deadRun();
    const { record } = fleet.driver;
    const waiting = awaitStop(record, time.clock(), 7);
    time.at(time.now() + 1_200, () => {
      const ending = { kind: "paused", cause: "stop", note: "asked to stop" } as const;
      const { lease: _lease, ...rest } = deadRecord({}, { ending });
      record.write(rest, 1).catch(() => {});
    });
    expect(await time.run(waiting)).toMatchObject({ kind: "ended", run: { ending: { cause: "stop" } } });
  });

  test("ends when the process has died: three beats are missing", async () => {
    const { fleet, time } = await deadRun();
    const began = time.now();
    expect(await time.run(awaitStop(fleet.driver.record, time.clock(), 7))).toEqual({
      kind: "died",
      holder: "anna@laptop, process 4711",
    });
    expect(time.now() - began).toBe(3 * fleet.driver.record.beat);
  });

  test("goes on while the holder beats, however long that takes", async () => {
    const { fleet, time } = await deadRun();
    const { record } = fleet.driver;
    const waiting = awaitStop(record, time.clock(), 7);
    const lease = deadRecord().lease;
    for (let beat = 1; beat <= 20; beat++) {
      time.at(time.now() + beat * 1_000, () => {
        if (lease !== undefined)
          record.write({ ...deadRecord(), lease: { ...lease, beat: 41 + beat } }, beat).catch(() => {});
      });
    }
    const began = time.now();
    expect(await time.run(waiting)).toMatchObject({ kind: "died" });
    expect(time.now() - began).toBeGreaterThan(20_000);
  });

  test("ends when another process has taken the fleet up", async () => {
    const { fleet, time } = await deadRun();
    expect(await time.run(awaitStop(fleet.driver.record, time.clock(), 6))).toEqual({
      kind: "another process",
      holder: "anna@laptop, process 4711",
    });
  });
});
