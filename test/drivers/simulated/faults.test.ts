import { describe, expect, test } from "vitest";
import { emptyRecord } from "../../../provider/core/record.ts";
import { faults, parseFleetSpec, serviceLatency } from "../../../provider/drivers/simulated/index.ts";
import { rejects } from "../conformance.ts";
import { stage, trio } from "./fleets.ts";

describe("patches", () => {
  test("patch-fails: the host stays up at its old level; the next try succeeds", async () => {
    const fleet = await stage([{ kind: "patch-fails", host: "a", reason: "no space on /altboot" }]);
    await fleet.takeOut("a", "b");
    const { bootId } = await fleet.host("a");
    await rejects(fleet.remediate("a"), "failed", /a: no space on \/altboot/);
    expect(await fleet.host("a")).toMatchObject({ state: "up", level: "8.0.1", evidence: "8.0.1", bootId });
    await fleet.remediate("a");
    expect(await fleet.host("a")).toMatchObject({ state: "up", level: "8.0.3", evidence: "8.0.3" });
    expect([...fleet.seen]).toEqual([]);
  });

  test("a fault strikes only its host, and as often as it says", async () => {
    const fleet = await stage([{ kind: "patch-fails", host: "b", count: 2 }]);
    await fleet.takeOut("a", "c");
    await fleet.remediate("a");
    await fleet.driver.uncordon("a", fleet.context());
    await fleet.takeOut("b", "a");
    await rejects(fleet.remediate("b"), "failed");
    await rejects(fleet.remediate("b"), "failed");
    await fleet.remediate("b");
    expect((await fleet.host("b")).level).toBe("8.0.3");
  });

  test("a fault strikes only in its time", async () => {
    const fleet = await stage([{ kind: "patch-fails", count: "always", until: "1h" }]);
    await fleet.takeOut("a", "b");
    await rejects(fleet.remediate("a"), "failed");
    await fleet.minutes(60);
    await fleet.remediate("a");
    const later = await stage([{ kind: "patch-fails", count: "always", from: "1h" }]);
    await later.takeOut("a", "b");
    await later.remediate("a");
  });

  test("never-boots: down for good until it is switched on again", async () => {
    const fleet = await stage([{ kind: "never-boots", count: 2 }]);
    await fleet.takeOut("a", "b");
    await rejects(fleet.remediate("a"), "failed", /did not come back/);
    expect((await fleet.host("a")).state).toBe("down");
    await fleet.minutes(600);
    expect((await fleet.host("a")).state).toBe("down");
    await rejects(fleet.driver.uncordon("a", fleet.context()), "unavailable", /down/);
    await rejects(fleet.remediate("a"), "failed", /did not come back/);
    await fleet.remediate("a");
    expect(await fleet.host("a")).toMatchObject({ state: "up", level: "8.0.3", evidence: "8.0.3" });
    expect([...fleet.seen]).toEqual([]);
  });

  test("boots-unhealthy: up at the level with a problem, until it is patched once more", async () => {
    const fleet = await stage([{ kind: "boots-unhealthy", problem: "vmnic2 is down" }]);
    await fleet.takeOut("a", "b");
    await fleet.remediate("a");
    expect(await fleet.host("a")).toMatchObject({ state: "up", level: "8.0.3", problem: "vmnic2 is down" });
    await fleet.remediate("a");
    expect(await fleet.host("a")).not.toHaveProperty("problem");
  });

  test("costs-latency: workloads on the patched host are slower, elsewhere not", async () => {
    const fleet = await stage([{ kind: "costs-latency", host: "a", percent: 25 }]);
    const before = serviceLatency(fleet.world, fleet.workload("a-1"));
    await fleet.takeOut("a", "b");
    await fleet.remediate("a");
    await fleet.driver.uncordon("a", fleet.context());
    await fleet.migrate("a-1", "a");
    await fleet.migrate("a-2", "a");
    expect(serviceLatency(fleet.world, fleet.workload("a-1"))).toBeCloseTo(before * 1.25, 10);
    expect(serviceLatency(fleet.world, fleet.workload("c-1"))).toBeCloseTo(before, 10);
  });

  test("lies-new: the inventory says the new level, the host runs the old one", async () => {
    const fleet = await stage([{ kind: "lies-new" }]);
    await fleet.takeOut("a", "b");
    const { bootId } = await fleet.host("a");
    await fleet.remediate("a");
    const host = await fleet.host("a");
    expect(host).toMatchObject({ level: "8.0.3", wanted: "8.0.3", evidence: "8.0.1" });
    expect(host.bootId).not.toBe(bootId);
    await fleet.remediate("a");
    expect((await fleet.host("a")).evidence).toBe("8.0.3");
  });

  test("lies-old: the patch succeeds, reboot and all, and the old level stays", async () => {
    const fleet = await stage([{ kind: "lies-old" }]);
    await fleet.takeOut("a", "b");
    const { bootId } = await fleet.host("a");
    await fleet.remediate("a");
    const host = await fleet.host("a");
    expect(host).toMatchObject({ level: "8.0.1", wanted: "8.0.3", evidence: "8.0.1" });
    expect(host.bootId).not.toBe(bootId);
  });

  test("slow: takes so many times as long", async () => {
    const fleet = await stage([{ kind: "slow", call: "migrate", factor: 10, count: 1 }]);
    const spans: number[] = [];
    for (const id of ["a-1", "a-2"]) {
      const before = fleet.clock.now();
      await fleet.migrate(id, "b");
      spans.push(fleet.clock.now() - before);
    }
    expect(spans).toEqual([260_000, 26_000]);
  });
});

describe("migrations", () => {
  test("migration-fails: the workload stays where it was, in one piece", async () => {
    const fleet = await stage([{ kind: "migration-fails", workload: "a-1" }]);
    await rejects(fleet.migrate("a-1", "b"), "failed", /a-1: the migration failed/);
    expect(fleet.workload("a-1")).toMatchObject({ host: "a", state: "running", doing: undefined });
    await fleet.migrate("a-1", "b");
    expect(fleet.workload("a-1").host).toBe("b");
  });

  test("migration-never-converges: given up at the deadline, and called off", async () => {
    const fleet = await stage([{ kind: "migration-never-converges", host: "b" }]);
    const deadline = fleet.clock.now() + 30 * 60_000;
    const moving = fleet.driver.migrate("a-1", "b", { ...fleet.context(), deadline });
    await rejects(fleet.time.run(moving), "failed", /deadline/);
    expect(fleet.clock.now()).toBe(deadline);
    expect(fleet.workload("a-1")).toMatchObject({ host: "a", state: "running", doing: undefined });
    await fleet.migrate("a-1", "b");
  });

  test("migration-never-converges: the platform gives up by itself when nobody waits", async () => {
    const fleet = await stage([{ kind: "migration-never-converges" }]);
    const stop = new AbortController();
    const moving = rejects(fleet.driver.migrate("a-1", "b", { ...fleet.context(), signal: stop.signal }), "cancelled");
    stop.abort();
    await fleet.time.run(moving);
    await fleet.minutes(59);
    expect((await fleet.driver.observe(fleet.baseline)).workloads[0]?.movingTo).toBe("b");
    await fleet.minutes(2);
    await fleet.driver.observe(fleet.baseline);
    expect(fleet.workload("a-1")).toMatchObject({ host: "a", doing: undefined });
  });
});

describe("calls", () => {
  test("answer-lost at the end: done, but nobody said so", async () => {
    const fleet = await stage([{ kind: "answer-lost", call: "migrate", workload: "a-1" }]);
    await rejects(fleet.migrate("a-1", "b"), "unavailable", /no answer to migrate/);
    expect(fleet.workload("a-1")).toMatchObject({ host: "b", doing: undefined });
    await fleet.migrate("a-1", "b");
    expect(fleet.world.events.filter((event) => event.what === "migrate" && event.outcome === "begun")).toHaveLength(1);
  });

  test("answer-lost at the start: under way, but nobody said so", async () => {
    const fleet = await stage([{ kind: "answer-lost", call: "remediate", when: "start" }]);
    await fleet.takeOut("a", "b");
    await rejects(fleet.remediate("a"), "unavailable");
    expect((await fleet.host("a")).state).toBe("down");
    await fleet.remediate("a");
    expect((await fleet.host("a")).level).toBe("8.0.3");
    expect(fleet.world.events.filter((event) => event.what === "patch")).toHaveLength(1);
  });

  test("answer-lost of a record that was written", async () => {
    const fleet = await stage([{ kind: "answer-lost", call: "write record" }]);
    const version = (await fleet.driver.record.read())?.version ?? 0;
    await rejects(fleet.driver.record.write({ ...emptyRecord, token: 5 }, version), "unavailable");
    expect(await fleet.driver.record.read()).toMatchObject({ record: { token: 5 }, version: version + 1 });
  });

  test.each(["unavailable", "denied", "failed"] as const)("call-refused (%s): nothing has happened", async (error) => {
    const fleet = await stage([{ kind: "call-refused", call: "cordon", host: "a", error }]);
    await rejects(fleet.cordon("a"), error, /refused to cordon/);
    expect(await fleet.host("a")).toMatchObject({ cordoned: false });
    await fleet.cordon("a");
    expect(await fleet.host("a")).toMatchObject({ cordoned: true });
  });

  test.each(["observe", "read record", "read actors"] as const)("call-refused: %s", async (call) => {
    const fleet = await stage([{ kind: "call-refused", call }]);
    const ask = {
      observe: () => fleet.driver.observe(fleet.baseline),
      "read record": () => fleet.driver.record.read(),
      "read actors": () => fleet.driver.actors.read(),
    }[call];
    await rejects(ask(), "unavailable");
    expect(await ask()).toBeDefined();
  });
});

describe("hosts", () => {
  test("host-cut: does not answer, but what it does goes on", async () => {
    const fleet = await stage([{ kind: "host-cut", host: "a", at: "10s", for: "20m" }]);
    await fleet.time.run(
      Promise.all([fleet.driver.migrate("a-1", "b", fleet.context()), fleet.time.pass(11_000)]).then(() => {}),
    );
    expect(fleet.workload("a-1").host).toBe("b");
    expect(await fleet.host("a")).toMatchObject({ state: "unreachable", level: "8.0.1" });
    await rejects(fleet.cordon("a"), "unavailable", /a does not answer/);
    await rejects(fleet.migrate("a-2", "b"), "unavailable");
    await rejects(fleet.migrate("b-1", "a"), "unavailable");
    await fleet.minutes(20);
    expect((await fleet.host("a")).state).toBe("up");
    await fleet.cordon("a");
  });

  test("host-cut in mid-patch: the patch ends by itself, the caller learns it when the host answers again", async () => {
    const fleet = await stage([{ kind: "host-cut", on: "remediate", delay: "1m", for: "2h" }]);
    await fleet.takeOut("a", "b");
    const before = fleet.clock.now();
    await fleet.remediate("a");
    expect(fleet.clock.now() - before).toBeGreaterThanOrEqual(2 * 3_600_000);
    expect(fleet.clock.now() - before).toBeLessThan(2 * 3_600_000 + 3 * 60_000);
    expect(await fleet.host("a")).toMatchObject({ state: "up", level: "8.0.3" });
  });

  test("host-hangs: does not answer, and what it does takes as much longer", async () => {
    const fleet = await stage([{ kind: "host-hangs", host: "b", on: "migrate", delay: "10s", for: "15m" }]);
    const before = fleet.clock.now();
    await fleet.migrate("a-1", "b");
    expect(fleet.clock.now() - before).toBe(26_000 + 15 * 60_000);
    expect(fleet.workload("a-1").host).toBe("b");
  });

  test("host-hangs for good in mid-patch: failed at the deadline, and no violation", async () => {
    const fleet = await stage([{ kind: "host-hangs", on: "remediate", delay: "1m" }]);
    await fleet.takeOut("a", "b");
    await rejects(fleet.remediate("a"), "failed", /deadline: a does not answer/);
    await rejects(fleet.driver.release("a", fleet.context()), "unavailable");
    expect((await fleet.host("a")).state).toBe("unreachable");
    expect([...fleet.seen]).toEqual([]);
  });

  test("flaps: silent and back, several times", async () => {
    const fleet = await stage([{ kind: "flaps", host: "a", at: "0s", times: 3, period: "40s" }]);
    const states: string[] = [];
    for (let i = 0; i < 8; i++) {
      states.push((await fleet.host("a")).state === "up" ? "+" : "-");
      await fleet.time.pass(20_000);
    }
    expect(states.join("")).toBe("-+-+-+++");
  });

  test("operator-takes and gives back", async () => {
    const fleet = await stage([{ kind: "operator-takes", host: "a", on: "cordon", delay: "1m", for: "1h" }]);
    await fleet.cordon("a");
    await fleet.minutes(2);
    expect(await fleet.host("a")).toMatchObject({ held: true, cordoned: true });
    await rejects(fleet.migrate("a-1", "b"), "conflict", /operator/);
    await fleet.minutes(60);
    expect(await fleet.host("a")).toMatchObject({ held: false, cordoned: true });
    expect([...fleet.seen]).toEqual([]);
  });

  test("operator-gives: at a moment of its own", async () => {
    const faults = [
      { kind: "operator-takes", host: "a", at: "1m" },
      { kind: "operator-gives", host: "a", at: "5m" },
    ] as const;
    const fleet = await stage([...faults]);
    await fleet.minutes(2);
    expect((await fleet.host("a")).held).toBe(true);
    await fleet.minutes(5);
    expect((await fleet.host("a")).held).toBe(false);
  });

  test("host-drifts: another level behind everybody's back", async () => {
    const fleet = await stage([{ kind: "host-drifts", host: "a", at: "5m", level: "8.0.2" }]);
    await fleet.minutes(6);
    expect(await fleet.host("a")).toMatchObject({ level: "8.0.2", evidence: "8.0.2", wanted: "8.0.3" });
  });

  test("host-vanishes in mid-patch: gone, and the caller is told", async () => {
    const fleet = await stage([{ kind: "host-vanishes", on: "remediate", delay: "2m" }]);
    await fleet.takeOut("a", "b");
    await rejects(fleet.remediate("a"), "conflict", /a has left the fleet/);
    expect((await fleet.driver.observe(fleet.baseline)).hosts.map((host) => host.id)).toEqual(["b", "c"]);
    expect([...fleet.seen]).toEqual([]);
  });

  test("host-vanishes with its workloads: others start them again, none is lost", async () => {
    const fleet = await stage([{ kind: "host-vanishes", host: "b", on: "migrate", delay: "5s" }]);
    await rejects(fleet.migrate("a-1", "b"), "failed", /b left the fleet/);
    const { hosts, workloads } = await fleet.driver.observe(fleet.baseline);
    expect(hosts.map((host) => host.id)).toEqual(["a", "c"]);
    expect(workloads.map((one) => `${one.id} ${one.state}`)).toEqual(
      ["a-1", "a-2", "b-1", "b-2", "c-1", "c-2"].map((id) => `${id} running`),
    );
    expect([...fleet.seen]).toEqual([]);
  });
});

describe("others", () => {
  test("foreign-load: arrives on the host if it takes it", async () => {
    const fleet = await stage([{ kind: "foreign-load", host: "c", at: "1m", id: "intruder", memory: 32, cpu: 4 }]);
    await fleet.minutes(2);
    await fleet.driver.observe(fleet.baseline);
    expect(fleet.workload("intruder")).toMatchObject({
      host: "c",
      state: "running",
      demand: { memory: 32 * 1024, cpu: 4 },
    });
  });

  test("foreign-load: goes elsewhere when the host is out, and nowhere when nothing has room", async () => {
    const fleet = await stage([
      { kind: "foreign-load", host: "a", at: "1m", id: "big", memory: 48 },
      { kind: "foreign-load", host: "a", at: "1m", id: "huge", memory: 49 },
    ]);
    await fleet.cordon("a");
    await fleet.minutes(2);
    await fleet.driver.observe(fleet.baseline);
    expect(fleet.workload("big").host).toBe("b");
    expect(fleet.world.workloads.has("huge")).toBe(false);
    expect([...fleet.seen]).toEqual([]);
  });

  test("neither new load nor the balancer goes to an operator's host", async () => {
    const fleet = await stage([
      { kind: "operator-takes", host: "a", at: "1m" },
      { kind: "foreign-load", host: "a", at: "2m", id: "intruder", memory: 1 },
      { kind: "balancer-moves", host: "a", at: "2m", workload: "b-1" },
    ]);
    await fleet.minutes(10);
    await fleet.driver.observe(fleet.baseline);
    expect([fleet.workload("intruder").host, fleet.workload("b-1").host]).toEqual(["b", "b"]);
  });

  test("balancer-moves: only while the balancer is on", async () => {
    const faults = [{ kind: "balancer-moves", host: "b", at: "5m", workload: "a-1" }] as const;
    const on = await stage([...faults]);
    await on.minutes(10);
    await on.driver.observe(on.baseline);
    expect(on.workload("a-1").host).toBe("b");
    const off = await stage([...faults]);
    await off.driver.actors.quiet(off.context());
    await off.minutes(10);
    await off.driver.observe(off.baseline);
    expect(off.workload("a-1").host).toBe("a");
  });

  test("powers-off: only while power management is on, and only an empty host", async () => {
    const faults = [{ kind: "powers-off", host: "a", at: "5m", for: "10m" }] as const;
    const full = await stage([...faults]);
    await full.minutes(6);
    expect((await full.host("a")).state).toBe("up");
    const empty = await stage([...faults]);
    await empty.takeOut("a", "b");
    await empty.minutes(5);
    expect((await empty.host("a")).state).toBe("down");
    await empty.minutes(10);
    expect((await empty.host("a")).state).toBe("up");
    const quiet = await stage([...faults]);
    await quiet.driver.actors.quiet(quiet.context());
    await quiet.takeOut("a", "b");
    await quiet.minutes(6);
    expect((await quiet.host("a")).state).toBe("up");
  });
});

describe("fault files", () => {
  test("take a list, with defaults", () => {
    const [one] = faults.parse([{ kind: "operator-takes", host: "a", at: "90s" }]);
    expect(one).toEqual({ kind: "operator-takes", host: "a", at: 90_000, delay: 0, count: 1 });
  });

  test.each([
    [{ kind: "explodes" }, /kind/],
    [{ kind: "never-boots", hots: "a" }, /hots/],
    [{ kind: "operator-takes", host: "a" }, /at: give either `at` or `on`/],
    [{ kind: "operator-takes", host: "a", at: "1m", on: "cordon" }, /at: give either `at` or `on`/],
    [{ kind: "operator-takes", at: "1m" }, /host: name the host/],
    [{ kind: "operator-takes", host: "a", at: "soon" }, /at: expected a duration/],
    [{ kind: "never-boots", host: "z" }, /faults\[0\]\.host: there is no host "z"/],
    [{ kind: "slow", factor: 0 }, /factor/],
    [{ kind: "host-drifts", host: "a", at: "1m", level: "8.0 U3" }, /faults\[0\]\.level: "8\.0 U3" is not/],
  ])("%j is refused", (fault, text) => {
    expect(() => parseFleetSpec({ ...trio, faults: [fault] })).toThrow(text);
  });
});
