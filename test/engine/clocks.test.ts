import { describe, expect, it } from "vitest";
import { smallFleet } from "../support/fleets.ts";
import { Rig } from "../support/rig.ts";

const MINUTE = 60_000;

describe("the drain deadline", () => {
  it("holds for a drain that goes on in another process: from there", async () => {
    const rig = new Rig({
      fleet: smallFleet({ faults: [{ kind: "migration-never-converges", workload: "h1-a", count: "always" }] }),
    });
    const stop = new AbortController();
    rig.time.at(rig.time.now() + 10 * MINUTE, () => stop.abort("stop"));
    const first = await rig.end({ stop: stop.signal, policy: { stopWithin: "5s" } });
    expect(first.ending).toMatchObject({ kind: "paused", note: expect.stringContaining("no safe point") });
    expect(rig.world.hosts.get("h1")).toMatchObject({ cordoned: true });
    const from = rig.time.now();
    const { ending } = await rig.end({ policy: { retries: 50 } });
    expect(ending).toMatchObject({ kind: "halted", sticky: false, host: "h1" });
    expect(ending).toMatchObject({ reason: expect.stringContaining("was not empty after 30 min") });
    expect(rig.time.now() - from).toBeLessThan(60 * MINUTE);
  });
});

describe("waitAtGate", () => {
  it("is for each wait: a night's work in between does not use it up", async () => {
    const rig = new Rig({ fleet: smallFleet() });
    // Process time runs at a sixtieth of fleet time here: 24 h between two openings, the first of them sooner.
    const windows = [{ start: "0 22 * * *", duration: "20m" }];
    const { ending } = await rig.end({ policy: { windows, waitAtGate: "24m" } });
    expect(ending).toEqual({ kind: "done", note: "4 hosts rolled" });
  });
});

describe("hosts that the plan lets go out together", () => {
  it("are emptied together: one that only takes workloads is not out", async () => {
    let together = false;
    const rig = new Rig({
      fleet: smallFleet({ hosts: 8 }),
      policy: { maxUnavailable: 2 },
      watch: (world) => {
        const moving = [...world.tasks.values()].filter((task) => task.kind === "migrate");
        const out = [...world.hosts.values()].filter((host) => host.cordoned && host.power === "on");
        if (moving.length > 0 && out.length > 1) together = true;
      },
    });
    expect((await rig.end()).ending.kind).toBe("done");
    expect(together).toBe(true);
  });
});
