import { expect, test } from "vitest";
import type { FleetRecord } from "../../provider/core/record.ts";
import { newRun } from "../../provider/core/run.ts";
import { memoryFleet } from "../../provider/drivers/simulated/index.ts";
import { memoryJournal } from "../../provider/engine/journal.ts";
import { Keeper } from "../../provider/engine/keeper.ts";
import { Ledger } from "../../provider/engine/ledger.ts";
import type { RecordStore } from "../../provider/engine/ports.ts";
import { smallFleet } from "../support/fleets.ts";
import { VirtualTime } from "../support/virtual-time.ts";

/** A platform that takes a second for each write of the record. */
function slowStore(time: VirtualTime) {
  const written: FleetRecord[] = [];
  const clock = time.clock();
  const store: RecordStore = {
    beat: 3_600_000,
    read: async () => undefined,
    write: async (record, version) => {
      await clock.sleep(1_000);
      written.push(record);
      return version + 1;
    },
  };
  return { store, written };
}

test("events that come together are on record together, and each one's word is given only then", async () => {
  const time = new VirtualTime();
  const { store, written } = slowStore(time);
  const contender = { holder: "tester", instance: "1", wall: () => "2026-01-05T08:00:00Z" };
  const keeper = await time.run(Keeper.claim(store, time.clock(), contender, () => {}));
  const driver = memoryFleet(smallFleet(), time.clock()).driver;
  const journal = memoryJournal(() => "2026-01-05T08:00:00Z");
  const checks = { run: async () => ({ name: "", passed: true, evidence: "" }) };
  const windows = () => ({ open: true, changesAt: undefined });
  const ports = {
    driver,
    process: time.clock(),
    checks,
    meter: undefined,
    journal,
    wall: contender.wall,
    tell: () => {},
    windows,
  };
  const ledger = new Ledger(ports, keeper, newRun("run-1", "shop/prod/fleet", "version=8.0.3", contender.wall()));

  const hosts = ["h1", "h2", "h3", "h4"];
  const kept = hosts.map(async (host) => {
    await ledger.enter({ kind: "passed", host, step: "stage" });
    return written.at(-1)?.run?.hosts[host]?.passed;
  });
  expect(await time.run(Promise.all(kept))).toEqual(hosts.map(() => ["stage"]));
  expect(written.length).toBe(2);
  expect(journal.entries("run-1").map((entry) => entry.kind)).toEqual(hosts.map(() => "passed"));
  keeper.abandon();
});
