import { describe, expect, test } from "vitest";
import { fault } from "../../provider/drivers/simulated/faults.ts";
import { addFault } from "../../provider/drivers/simulated/world-faults.ts";
import { type Restored, restore } from "../../provider/engine/restore.ts";
import { type DeadRun, deadRecord, deadRun, former, mark } from "../support/dead-run.ts";

const told: string[] = [];

function giveBack({ fleet, time }: DeadRun, hosts?: readonly string[]): Promise<Restored> {
  told.length = 0;
  const ports = { driver: fleet.driver, process: time.clock(), tell: (line: string) => told.push(line) };
  const contender = { holder: "bob@desk, process 1", instance: "i-2", wall: () => "2026-01-05T08:00:00.000Z" };
  return time.run(restore(ports, { ...contender, baseline: { version: "8.0.3" }, hosts }));
}
const stateOf = ({ fleet }: DeadRun): Record<string, string> =>
  Object.fromEntries(
    [...fleet.world.hosts.values()].map((host) => [
      host.id,
      `${host.cordoned ? "cordoned" : "in service"}${host.mark === undefined ? "" : ", marked"}`,
    ]),
  );

describe("restore", () => {
  test("gives back hosts at the level or never patched, other actors' settings, and the lease", async () => {
    const dead = await deadRun();
    expect(await giveBack(dead)).toEqual({ hosts: ["h1", "h2"], workloads: [], actors: true, left: [] });
    expect(told).toEqual([
      "h1 is in service again, at 8.0.3",
      "h2 is in service again, not patched, at 8.0.1",
      `other actors have their settings back: ${JSON.stringify(former)}`,
    ]);
    expect(new Set(Object.values(stateOf(dead)))).toEqual(new Set(["in service"]));
    expect(dead.fleet.world.actors).toEqual(former);
    const record = dead.fleet.world.record?.record;
    expect(record).toMatchObject({ token: 8, run: { id: "run-1", hosts: {}, done: ["h1"] } });
    expect(record).not.toHaveProperty("lease");
    expect(record).not.toHaveProperty("former");
  });

  test("twice is once", async () => {
    const dead = await deadRun();
    await giveBack(dead);
    expect(await giveBack(dead)).toEqual({ hosts: [], workloads: [], actors: false, left: [] });
  });

  test("leaves a run alone that still beats: says who, touches nothing", async () => {
    const dead = await deadRun();
    const { record } = dead.fleet.driver;
    const { lease } = deadRecord();
    dead.time.at(dead.time.now() + 900, () => {
      if (lease !== undefined) record.write({ ...deadRecord(), lease: { ...lease, beat: 42 } }, 1).catch(() => {});
    });
    const before = stateOf(dead);
    await expect(giveBack(dead)).rejects.toMatchObject({
      kind: "conflict",
      message: expect.stringContaining("anna@laptop, process 4711, since 2026-01-05T07:00:00.000Z"),
    });
    expect(stateOf(dead)).toEqual(before);
    expect(dead.fleet.world.record?.version).toBe(2);
  });

  test("a host that the run failed or convicted stays out, unless it is named", async () => {
    const failed = { h1: { failed: { step: "verify", why: "shop: HTTP 503" } as const } };
    const dead = await deadRun(deadRecord(failed, { convicted: ["h2"] }));
    expect(await giveBack(dead)).toMatchObject({
      hosts: [],
      left: [
        { what: "h1", why: "has failed in this run (verify: shop: HTTP 503)" },
        { what: "h2", why: "did not serve as before the patch" },
      ],
    });
    expect(await giveBack(dead, ["h1"])).toMatchObject({ hosts: ["h1"], left: [] });
    expect(stateOf(dead)).toMatchObject({ h1: "in service", h2: "cordoned, marked" });
  });

  test("a host that rebooted in its remediation and is not at the level stays out", async () => {
    const dead = await deadRun(deadRecord({ h2: { bootBefore: "another-boot" } }));
    expect(await giveBack(dead)).toMatchObject({
      hosts: ["h1"],
      left: [{ what: "h2", why: "was patched and rebooted, but is at 8.0.1 instead of 8.0.3" }],
    });
  });

  test("a host that an operator holds is left alone, named or not", async () => {
    const dead = await deadRun(deadRecord(), { 2: { held: true } });
    expect(await giveBack(dead)).toMatchObject({
      hosts: ["h1"],
      left: [{ what: "h2", why: "is held by an operator" }],
    });
    expect(await giveBack(dead, ["h2"])).toMatchObject({ hosts: [], left: [{ what: "h2" }] });
    expect(stateOf(dead).h2).toBe("cordoned, marked");
  });

  test("starts the workloads that the run had shut down", async () => {
    const dead = await deadRun(deadRecord({ h2: { stopped: ["h2-a", "h9-gone"] } }));
    const workload = dead.fleet.world.workloads.get("h2-a");
    if (workload !== undefined) dead.fleet.world.workloads.put({ ...workload, state: "stopped" });
    expect(await giveBack(dead)).toMatchObject({ workloads: ["h2-a"], left: [] });
    expect(dead.fleet.world.workloads.get("h2-a")?.state).toBe("running");
  });

  test("a host that is named but bears no mark is named in the answer", async () => {
    const dead = await deadRun();
    expect(await giveBack(dead, ["h3", "h99"])).toMatchObject({
      hosts: [],
      left: [
        { what: "h3", why: "bears no mark" },
        { what: "h99", why: "bears no mark" },
      ],
    });
  });

  test("works without a record: marks alone say whose the hosts are", async () => {
    const dead = await deadRun({ format: 1, token: mark.token });
    expect(await giveBack(dead)).toEqual({ hosts: ["h1", "h2"], workloads: [], actors: false, left: [] });
  });

  test("what the platform refuses is named, the rest is given back", async () => {
    const dead = await deadRun(deadRecord(), {});
    for (const call of ["uncordon", "restore"]) {
      addFault(dead.fleet.world, fault.parse({ kind: "call-refused", call, error: "denied" }));
    }
    const restored = await giveBack(dead);
    expect(restored).toMatchObject({
      hosts: ["h2"],
      actors: false,
      left: [{ what: "h1" }, { what: "settings of other actors" }],
    });
    expect(dead.fleet.world.record?.record.former).toEqual(former);
  });
});
