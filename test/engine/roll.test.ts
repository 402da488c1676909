import { describe, expect, it } from "vitest";
import { violations } from "../../provider/drivers/simulated/index.ts";
import { smallFleet } from "../support/fleets.ts";
import { Rig } from "../support/rig.ts";

const all = (version: string, hosts = 4): Record<string, string> =>
  Object.fromEntries(Array.from({ length: hosts }, (_, index) => [`h${index + 1}`, version]));

describe("a roll", () => {
  it("brings every host to the level, one at a time, and loses no workload", async () => {
    let mostOut = 0;
    const rig = new Rig({
      fleet: smallFleet(),
      watch: (world) => {
        expect(violations(world)).toEqual([]);
        mostOut = Math.max(
          mostOut,
          [...world.hosts.values()].filter((host) => host.cordoned || host.power !== "on").length,
        );
      },
    });
    const { ending, fleet } = await rig.end();
    expect(ending).toEqual({ kind: "done", note: "4 hosts rolled" });
    expect(rig.levels()).toEqual(all("8.0.3"));
    expect(mostOut).toBe(1);
    expect(fleet.workloads.filter((workload) => workload.state === "running")).toHaveLength(12);
    expect(fleet.hosts.every((host) => host.mark === undefined && !host.cordoned)).toBe(true);
  });

  it("gives other actors their settings back and the lease away", async () => {
    const rig = new Rig({
      fleet: { ...smallFleet(), actors: { balancer: true, powerManagement: false, alerts: true } },
    });
    await rig.end();
    expect(rig.world.actors).toEqual({ balancer: true, powerManagement: false, alerts: true });
    expect(rig.world.record?.record.lease).toBeUndefined();
    expect(rig.world.record?.record.former).toBeUndefined();
    expect(rig.world.record?.record.finished).toEqual({ baseline: "version=8.0.3", mode: "full" });
  });

  it("has its canary's own workloads back home before another host starts", async () => {
    const rig = new Rig({ fleet: smallFleet(), policy: { maxUnavailable: 2 } });
    const { memory } = await rig.end();
    const canary = memory.canaries[0] ?? "";
    const events = rig.world.events.filter((event) => event.by === "run" && event.outcome !== "refused");
    const released = events.findIndex((event) => event.what === "release" && event.host === canary);
    const others = events.findIndex((event) => event.what === "cordon" && event.host !== canary);
    expect(released).toBeGreaterThan(0);
    expect(others).toBeGreaterThan(released);
    const home = [...rig.world.workloads.values()].filter((workload) => workload.id.startsWith(`${canary}-`));
    expect(events.filter((event) => event.what === "migrate" && event.to === canary).length).toBeGreaterThanOrEqual(
      home.length,
    );
  });

  it("lets several hosts out at once after the canary, never more than maxUnavailable", async () => {
    let mostOut = 0;
    const rig = new Rig({
      fleet: smallFleet({ hosts: 10 }),
      policy: { maxUnavailable: 3 },
      watch: (world) => {
        mostOut = Math.max(mostOut, [...world.hosts.values()].filter((host) => host.cordoned).length);
      },
    });
    await rig.end();
    expect(rig.levels()).toEqual(all("8.0.3", 10));
    expect(mostOut).toBe(3);
  });
});

describe("a host that fails", () => {
  it("halts for good at the canary, stays out, and is named", async () => {
    const rig = new Rig({ fleet: smallFleet({ faults: [{ kind: "patch-fails", count: "always" }] }) });
    const { ending, memory } = await rig.end();
    expect(ending).toMatchObject({ kind: "halted", sticky: true, host: memory.canaries[0] });
    const out = [...rig.world.hosts.values()].filter((host) => host.cordoned);
    expect(out.map((host) => host.id)).toEqual(memory.canaries);
    expect(rig.world.record?.record.halt).toMatchObject({ run: "run-1", baseline: "version=8.0.3" });
  });

  it("names the workloads that were shut down for it and wait for their start", async () => {
    const fleet = smallFleet({ faults: [{ kind: "patch-fails", host: "h1", count: "always" }] });
    const workloads = fleet.workloads?.map((one) => (one.id === "h1-a" ? { ...one, pinned: true } : one)) ?? [];
    const rig = new Rig({ fleet: { ...fleet, workloads }, policy: { pinned: "shutdown" } });
    const { ending } = await rig.end();
    expect(ending).toMatchObject({
      kind: "halted",
      reason: expect.stringMatching(/shut down and not started again: h1-a$/),
    });
  });

  it("stays halted over any number of further tries, and goes on once acknowledged", async () => {
    const rig = new Rig({ fleet: smallFleet({ faults: [{ kind: "patch-fails", count: 4 }] }) });
    await rig.end();
    const before = rig.world.events.filter((event) => event.what === "remediate").length;
    expect((await rig.end()).ending).toMatchObject({ kind: "halted", sticky: true });
    expect(rig.world.events.filter((event) => event.what === "remediate").length).toBe(before);
    expect((await rig.end({ policy: { acknowledge: "run-1" } })).ending).toMatchObject({ kind: "done" });
    expect(rig.levels()).toEqual(all("8.0.3"));
    expect(rig.world.record?.record.approvals).toMatchObject([
      { of: "halt", id: "run-1", by: "tester@rig, process 3" },
    ]);
  });

  it("is tolerated once after the canary: the others go on, then the roll says so", async () => {
    const rig = new Rig({
      fleet: smallFleet({ hosts: 6, faults: [{ kind: "never-boots", host: "h4", count: "always" }] }),
      policy: { maxUnavailable: 2 },
    });
    const { ending } = await rig.end();
    expect(ending).toMatchObject({ kind: "halted", sticky: false, host: "h4" });
    expect(Object.values(rig.levels()).filter((level) => level === "8.0.3").length).toBeGreaterThanOrEqual(5);
  });

  it("is found out when it lies about its version", async () => {
    for (const kind of ["lies-new", "lies-old"] as const) {
      const rig = new Rig({ fleet: smallFleet({ faults: [{ kind, count: "always" }] }) });
      const { ending } = await rig.end();
      expect(ending, kind).toMatchObject({ kind: "halted", sticky: true });
      expect(rig.world.events.filter((event) => event.what === "cordon" && event.outcome === "done")).toHaveLength(1);
    }
  });

  it("is tried again after a passing fault", async () => {
    const rig = new Rig({
      fleet: smallFleet({
        faults: [
          { kind: "patch-fails", count: 1 },
          { kind: "migration-fails", count: 2 },
        ],
      }),
    });
    expect((await rig.end()).ending).toMatchObject({ kind: "done" });
  });
});

describe("the world in the way", () => {
  it("a host that cannot be emptied halts the roll for now, and is given back", async () => {
    const rig = new Rig({ fleet: smallFleet({ faults: [{ kind: "migration-fails", host: "h1", count: "always" }] }) });
    const { ending } = await rig.end();
    expect(ending).toMatchObject({ kind: "halted", sticky: false });
    expect([...rig.world.hosts.values()].some((host) => host.cordoned || host.mark !== undefined)).toBe(false);
  });

  it("an operator's host is left alone, before and during the roll", async () => {
    const rig = new Rig({
      fleet: smallFleet({ hosts: 5, faults: [{ kind: "operator-takes", host: "h5", at: "30m" }] }),
      policy: { maxUnavailable: 2 },
      watch: (world) => expect(violations(world)).toEqual([]),
    });
    await rig.end();
    const taken = rig.world.hosts.get("h5");
    expect(taken?.held).toBe(true);
    const byUs = rig.world.events.filter(
      (event) => event.by === "run" && event.host === "h5" && event.outcome === "done",
    );
    const since = rig.world.events.find((event) => event.by === "operator")?.at ?? 0;
    expect(byUs.filter((event) => event.at > since && event.what !== "release")).toEqual([]);
  });

  it("load that arrives in mid-roll leads to another plan", async () => {
    const rig = new Rig({
      fleet: smallFleet({ faults: [{ kind: "foreign-load", host: "h4", at: "20m", memory: 16 }] }),
    });
    expect((await rig.end()).ending).toMatchObject({ kind: "done" });
    expect(rig.levels()).toEqual(all("8.0.3"));
  });
});
