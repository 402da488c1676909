import { describe, expect, it } from "vitest";
import { RollError } from "../../provider/core/errors.ts";
import { newRun } from "../../provider/core/run.ts";
import { memoryJournal } from "../../provider/engine/journal.ts";
import type { Driver } from "../../provider/engine/ports.ts";
import { requestStop, type StopRequest } from "../../provider/engine/stop.ts";
import { smallFleet } from "../support/fleets.ts";
import { Rig } from "../support/rig.ts";

const out = (rig: Rig): string[] =>
  [...rig.world.hosts.values()].filter((host) => host.cordoned || host.mark !== undefined).map((host) => host.id);
const count = (rig: Rig, what: string): number =>
  rig.world.events.filter((event) => event.what === what && (event.outcome === "done" || event.outcome === "begun"))
    .length;
const MINUTE = 60_000;

describe("a safe point", () => {
  it("is reached when the fleet record asks for it, and the next up goes on with the same run", async () => {
    const rig = new Rig({ fleet: smallFleet() });
    const up = rig.start();
    rig.time.at(rig.time.now() + 20 * MINUTE, () => void requestStop(rig.driver().record, "anna", "now"));
    const outcome = await rig.time.run(up);
    expect(outcome).toMatchObject({ kind: "ended", result: { ending: { kind: "paused", cause: "stop" } } });
    expect(out(rig)).toEqual([]);
    const cordons = count(rig, "cordon");
    expect(cordons).toBeLessThan(4);
    const next = await rig.end();
    expect(next.ending.kind).toBe("done");
    expect(next.memory.id).toBe("run-1");
  });

  it.each([
    ["on a fleet that was never rolled", undefined],
    ["after a run that has ended", { kind: "done", note: "" }],
    ["after one that was paused", { kind: "paused", cause: "stop", note: "" }],
  ] as const)(
    "comes before the first act when a stop is asked for between the lease and the run: %s",
    async (_, ending) => {
      const rig = new Rig({ fleet: smallFleet() });
      const run = { ...newRun("run-0", "project/stack/fleet", "version=8.0.3", ""), ...(ending && { ending }) };
      await rig.driver().record.write({ format: 1, token: 0, ...(ending && { run }) }, 0);
      let asked: Promise<StopRequest> | undefined;
      const slow = (driver: Driver): Driver => ({
        ...driver,
        observe: async (...args) => {
          asked ??= requestStop(rig.driver().record, "anna", "now");
          await asked;
          return driver.observe(...args);
        },
      });
      const { ending: end } = await rig.end({ through: slow });
      expect(await asked).toMatchObject({ kind: "asked", token: 1, holder: "tester@rig, process 1" });
      expect(end).toMatchObject({ kind: "paused", cause: "stop" });
      expect(rig.world.events.filter((event) => event.host !== undefined)).toEqual([]);
      expect(rig.world.record?.record.stop).toBeUndefined();
      expect((await rig.end()).ending.kind).toBe("done");
    },
  );

  it("is reached when the Pulumi engine has gone", async () => {
    const rig = new Rig({ fleet: smallFleet() });
    const gone = new AbortController();
    rig.time.at(rig.time.now() + 3 * MINUTE, () => gone.abort("engine"));
    const { ending } = await rig.end({ stop: gone.signal, policy: { stopWithin: "1h" } });
    expect(ending).toMatchObject({ kind: "paused", cause: "engine" });
    expect(out(rig)).toEqual([]);
  });

  it("that takes longer than stopWithin leaves what is under way to the platform, and says so", async () => {
    const rig = new Rig({ fleet: smallFleet({ host: { 1: { patch: 3600 } } }) });
    const gone = new AbortController();
    rig.time.at(rig.time.now() + 10 * MINUTE, () => gone.abort("stop"));
    const { ending } = await rig.end({ stop: gone.signal, policy: { stopWithin: "5s", deadlines: { patch: "3h" } } });
    expect(ending).toMatchObject({ kind: "paused", note: expect.stringMatching(/no safe point within .* h1/) });
    expect((await rig.end({ policy: { deadlines: { patch: "3h" } } })).ending.kind).toBe("done");
    expect(count(rig, "remediate")).toBe(4);
  });
});

describe("others", () => {
  it("who hold the lease are named, and nothing is touched", async () => {
    const rig = new Rig({ fleet: smallFleet() });
    const first = rig.start();
    const second = await rig.up({ owner: "project/stack/other" });
    expect(second).toMatchObject({
      kind: "error",
      error: { kind: "conflict", message: expect.stringContaining("tester@rig, process 1") },
    });
    expect(await rig.time.run(first)).toMatchObject({ kind: "ended", result: { ending: { kind: "done" } } });
  });

  it("whose marks are on a host are named, and nothing is touched", async () => {
    const mark = { run: "r9", owner: "other/stack/fleet", token: 1 };
    const rig = new Rig({ fleet: smallFleet({ host: { 2: { cordoned: true, mark } } }) });
    const outcome = await rig.up();
    expect(outcome).toMatchObject({
      kind: "error",
      error: { kind: "conflict", host: "h2", message: expect.stringContaining("other/stack/fleet") },
    });
    expect(count(rig, "cordon")).toBe(0);
    expect(rig.world.record?.record.lease).toBeUndefined();
  });

  it("who take over a frozen process's lease stop it for good", async () => {
    const rig = new Rig({ fleet: smallFleet() });
    let frozen: Promise<void> = Promise.resolve();
    const hold = (driver: Driver): Driver => ({
      ...driver,
      migrate: async (...args) => {
        await frozen;
        return driver.migrate(...args);
      },
      observe: async (...args) => {
        await frozen;
        return driver.observe(...args);
      },
      record: {
        ...driver.record,
        write: async (...args) => {
          await frozen;
          return driver.record.write(...args);
        },
      },
    });
    const zombie = rig.start({ through: hold });
    await rig.time.pass(2 * MINUTE);
    frozen = rig.driver().clock.sleep(90 * MINUTE);
    expect((await rig.end()).ending.kind).toBe("done");
    const acts = rig.world.events.length;
    expect(await rig.time.run(zombie)).toMatchObject({ kind: "error", error: { kind: "conflict" } });
    const after = rig.world.events.slice(acts).filter((event) => event.by === "run" && event.outcome !== "refused");
    expect(after).toEqual([]);
  });
});

describe("memory", () => {
  it("lost with hosts out: they are finished, none is started, then the roll asks a person", async () => {
    const mark = { run: "r1", owner: "project/stack/fleet", token: 0 };
    const rig = new Rig({ fleet: smallFleet({ host: { 2: { cordoned: true, mark } } }) });
    const { ending } = await rig.end();
    expect(ending).toMatchObject({
      kind: "halted",
      sticky: true,
      reason: expect.stringContaining("policy memory was lost"),
    });
    expect(rig.levels()).toEqual({ h1: "8.0.1", h2: "8.0.3", h3: "8.0.1", h4: "8.0.1" });
    expect(out(rig)).toEqual([]);
    expect((await rig.end({ policy: { acknowledge: "run-1" } })).ending.kind).toBe("done");
  });

  it("that can no longer be written halts the roll at a safe point", async () => {
    const rig = new Rig({ fleet: smallFleet() });
    const journal = memoryJournal();
    let left = 12;
    const full = {
      ...journal,
      append: (entry: Parameters<typeof journal.append>[0]) => {
        left -= 1;
        if (left < 0) throw new RollError("failed", "journal.db: the disk is full.", { hint: "Make room." });
        journal.append(entry);
      },
    };
    const { ending } = await rig.end({ journal: full });
    expect(ending).toMatchObject({ kind: "halted", sticky: false, reason: expect.stringContaining("disk is full") });
    for (const id of out(rig)) {
      expect([...rig.world.workloads.values()].filter((one) => one.host === id && one.state === "running")).toEqual([]);
    }
    expect((await rig.end()).ending.kind).toBe("done");
  });
});
