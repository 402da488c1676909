import { describe, expect, test } from "vitest";
import { freshHost } from "../../provider/core/run.ts";
import { fault } from "../../provider/drivers/simulated/index.ts";
import { addFault } from "../../provider/drivers/simulated/world-faults.ts";
import { deadRecord, deadRun } from "../support/dead-run.ts";
import { smallFleet } from "../support/fleets.ts";
import { CliRig } from "./cli-world.ts";

/** A rig whose roll has ended at `maxUpTime`, before its second host. */
async function pausedRig(): Promise<CliRig> {
  const rig = new CliRig();
  const inputs = rig.declared({ policy: { maxUpTime: "1m" } });
  expect(await rig.up(inputs)).toContain("is paused");
  rig.inputs({ policy: { maxUpTime: "1m" } });
  const stored = await rig.fleet.driver.record.read();
  expect(stored?.record.inputs).toBe(rig.digest("inputs.json"));
  return rig;
}
const levels = (rig: CliRig): string[] => [...rig.fleet.world.hosts.values()].map((host) => host.running);

describe("status", () => {
  test("of a fleet that was never rolled", async () => {
    const rig = new CliRig();
    const { code, out } = await rig.run("status", "--inputs", rig.inputs());
    expect(out).toBe("simulated:memory: 4 at 8.0.1\nidle: nobody works on this fleet\nall hosts are in service\n");
    expect(code).toBe(0);
  });

  test("of a roll: who, since when, how far; and how to stop it", async () => {
    const rig = new CliRig();
    const rolling = rig.up(rig.declared());
    const looking = Promise.withResolvers<{ code: number; out: string }>();
    rig.time.at(rig.time.now() + 15_000, () => {
      rig.start("status", "--inputs", rig.inputs()).then(looking.resolve, looking.reject);
    });
    await rolling;
    const seen = await looking.promise;
    expect(seen.out).toMatch(/rolling: tester@rig, process 1, since 2026-01-05T08:00:00\.000Z, beating/);
    expect(seen.out).toMatch(
      /run run-1 of shop\/prod\/fleet to 8\.0\.3, begun .*: 0 rolled, 1 in hand, canary not passed yet/,
    );
    expect(seen.out).toMatch(/h1 +8\.0\.1 {2,}(down, )?cordoned, mark of run run-1 \(shop\/prod\/fleet\)/);
    expect(seen.out).toContain("npx rolling-patch stop --inputs inputs.json");
    expect(seen.code).toBe(0);
  });

  test("of a run whose process has died: hosts that are out, and both ways on", async () => {
    const rig = new CliRig(undefined, await deadRun());
    const { code, out } = await rig.run("status", "--inputs", rig.inputs());
    expect(out).toContain("unfinished: anna@laptop, process 4711, since 2026-01-05T07:00:00.000Z, no longer beats");
    expect(out).toContain('other actors are put aside; as they were: {"balancer":true');
    expect(out).toMatch(/h1 +8\.0\.3 +cordoned, mark of run run-1/);
    expect(out).toContain("npx rolling-patch continue --inputs inputs.json");
    expect(out).toContain("npx rolling-patch restore --inputs inputs.json");
    expect(code).toBe(5);
  });

  test("of a sticky halt: the line to paste", async () => {
    const host = { h1: { failed: { step: "verify", why: "shop: HTTP 503" } as const } };
    const halt = {
      run: "run-1",
      baseline: "version=8.0.3",
      reason: "h1 has failed",
      host: "h1",
      at: "2026-01-05T07:30:00Z",
    };
    const ending = { kind: "halted", sticky: true, reason: "h1 has failed", hint: "Look at it.", host: "h1" } as const;
    const { lease: _lease, former: _former, ...record } = deadRecord(host, { ending });
    const rig = new CliRig(undefined, await deadRun({ ...record, halt }));
    const { code, out } = await rig.run("status", "--inputs", rig.inputs());
    expect(out).toContain("halted until a person decides: h1 has failed.\n");
    expect(out).toContain('policy: { acknowledge: "run-1" }');
    expect(out).toContain("failed: verify: shop: HTTP 503");
    expect(code).toBe(4);
  });

  test("as JSON", async () => {
    const rig = await pausedRig();
    const { code, out } = await rig.run("status", "--inputs", "inputs.json", "--json");
    expect(JSON.parse(out)).toMatchObject({
      state: "paused",
      target: "simulated:memory",
      run: { id: "run-1" },
      out: [],
    });
    expect(code).toBe(5);
  });

  test("of a run that was left in the middle of something: what is under way, and no safe point until it has ended", async () => {
    const rig = new CliRig();
    const stop = new AbortController();
    const policy = { stopWithin: "0s" };
    const patching = (): boolean => [...rig.fleet.world.tasks.values()].some(({ kind }) => kind === "patch");
    for (let ms = 0; ms < 60_000; ms += 250) rig.time.at(rig.time.now() + ms, () => patching() && stop.abort("stop"));
    expect(await rig.up(rig.declared({ policy }), stop.signal)).toContain("no safe point within policy.stopWithin");
    const early = await rig.run("status", "--inputs", rig.inputs({ policy }));
    expect(early.out.replaceAll("\n", " ")).toMatch(
      /paused, not at a safe point yet: h1 is down, in its patch or boot\./,
    );
    expect(early.out).toContain("0 rolled, 1 in hand");
    expect(early.code).toBe(5);
    await rig.time.pass(3_600_000);
    const late = await rig.run("status", "--inputs", "inputs.json");
    expect(late.out).toContain("paused at a safe point");
    expect(late.out).toMatch(/h1 +8\.0\.3 +cordoned, mark of run run-1/);
  });

  test("counts as in hand what bears a mark, not what is only remembered", async () => {
    const rig = await pausedRig();
    const stored = await rig.fleet.driver.record.read();
    if (stored?.record.run === undefined) throw new Error("there was a run");
    const run = { ...stored.record.run, hosts: { h2: { ...freshHost, passed: ["stage" as const] } } };
    await rig.fleet.driver.record.write({ ...stored.record, run }, stored.version);
    const { out } = await rig.run("status", "--inputs", "inputs.json");
    expect(out).toContain("all hosts are in service");
    expect(out).not.toContain("in hand");
  });

  test("uses only the target of its inputs", async () => {
    const rig = await pausedRig();
    rig.write("target.json", { target: { kind: "simulated", file: "fleet.db" } });
    expect((await rig.run("status", "--inputs", "target.json")).out).toContain("paused at a safe point");
    expect(await rig.run("stop", "--inputs", "target.json")).toMatchObject({ code: 0 });
    rig.write("wrong.json", { target: { kind: "simulatde", file: "fleet.db" } });
    expect(await rig.run("status", "--inputs", "wrong.json")).toMatchObject({
      code: 2,
      err: expect.stringContaining("The inputs file wrong.json: target: "),
    });
  });
});

describe("the inputs file", () => {
  test("that is no JSON is not repeated: it may be anybody's", async () => {
    const rig = new CliRig();
    const { code, err } = await rig.run("status", "--inputs", rig.write("passwd", "root:x:0:0:root:/root:/bin/sh"));
    expect(err).toContain("The inputs file passwd is not JSON");
    expect(err).not.toContain("root");
    expect(code).toBe(2);
  });

  test("may be left out where the project has one, and must be named where it has several", async () => {
    const rig = await pausedRig();
    rig.write(".rolling-patch/inputs-shop-prod-fleet.json", rig.declared());
    expect(await rig.run("status")).toMatchObject({
      code: 5,
      out: expect.stringContaining("continue --inputs .rolling-patch/inputs-shop-prod-fleet.json"),
    });
    rig.write(".rolling-patch/inputs-other.json", rig.declared());
    expect(await rig.run("stop")).toMatchObject({
      code: 2,
      err: expect.stringContaining("Name one with --inputs: inputs-other.json, inputs-shop-prod-fleet.json."),
    });
  });
});

describe("stop", () => {
  test("brings a roll to a safe point and waits for it", async () => {
    const rig = new CliRig();
    const rolling = rig.up(rig.declared());
    const stopping = Promise.withResolvers<{ code: number; out: string }>();
    rig.time.at(rig.time.now() + 15_000, () => {
      rig.start("stop", "--wait", "--inputs", rig.inputs()).then(stopping.resolve, stopping.reject);
    });
    expect(await rolling).toContain("is paused");
    const { code, out } = await rig.time.run(stopping.promise);
    expect(out).toMatch(/Run run-1 was asked for a safe point; tester@rig, process 1 finishes the acts in flight/);
    expect(out).toMatch(/Run run-1 is paused: .*asked/);
    expect(code).toBe(5);
  });

  test("has nothing to stop where nobody rolls", async () => {
    const rig = new CliRig();
    expect(await rig.run("stop", "--inputs", rig.inputs())).toEqual({
      code: 0,
      err: "",
      out: "Nothing to stop: no run is known.\n",
    });
    const after = await pausedRig();
    expect((await after.run("stop", "--inputs", "inputs.json")).out).toMatch(/^Nothing to stop: run run-1 is paused/);
  });

  test("asks a process that has the lease and no run yet", async () => {
    const { run: _none, ...record } = deadRecord();
    const rig = new CliRig(undefined, await deadRun(record));
    expect(await rig.run("stop", "--inputs", rig.inputs())).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^anna@laptop, process 4711 was asked for a safe point; a run that it is about to begin/,
      ),
    });
    expect((await rig.run("status", "--inputs", "inputs.json")).out).toMatch(/stop: .* asked for a safe point at /);
  });

  test("says when the process that it asked has died", async () => {
    const rig = new CliRig(undefined, await deadRun());
    const { code, err } = await rig.run("stop", "--wait", "--inputs", rig.inputs());
    expect(err).toContain("anna@laptop, process 4711 no longer beats");
    expect(code).toBe(6);
  });
});

describe("continue", () => {
  test("goes on with a paused run to its end", async () => {
    const rig = await pausedRig();
    rig.inputs();
    const digest = rig.digest("inputs.json");
    const stored = await rig.fleet.driver.record.read();
    if (stored !== undefined) await rig.fleet.driver.record.write({ ...stored.record, inputs: digest }, stored.version);
    const { code, out } = await rig.run("continue", "--inputs", "inputs.json");
    expect(out).toContain("run run-1 is done");
    expect(levels(rig)).toEqual(["8.0.3", "8.0.3", "8.0.3", "8.0.3"]);
    expect(code).toBe(0);
    expect(await rig.run("continue", "--inputs", "inputs.json")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Nothing to go on with: run run-1 is done/),
    });
  });

  test("ends with 5 when it is paused again", async () => {
    const rig = await pausedRig();
    const { code, out, err } = await rig.run("continue", "--inputs", "inputs.json");
    expect(`${out}${err}`).toContain("is paused");
    expect(code).toBe(5);
  });

  test("takes up what a dead process left behind", async () => {
    const hosts = { h1: { homes: ["h1-a"], bootBefore: "an-older-boot" }, h2: { homes: ["h2-a", "h2-b", "h2-c"] } };
    const rig = new CliRig(undefined, await deadRun(deadRecord(hosts, { canaries: ["h1"], canaryPassed: true })));
    rig.inputs();
    const stored = await rig.fleet.driver.record.read();
    if (stored !== undefined)
      await rig.fleet.driver.record.write({ ...stored.record, inputs: rig.digest("inputs.json") }, stored.version);
    expect(await rig.run("continue", "--inputs", "inputs.json")).toMatchObject({ code: 0 });
    expect(levels(rig)).toEqual(["8.0.3", "8.0.3", "8.0.3", "8.0.3"]);
  });

  test("goes on with the run of a renamed resource, a host that could not be told included", async () => {
    for (const cut of [false, true]) {
      const rig = new CliRig(smallFleet({ faults: [{ kind: "patch-fails", host: "h4", count: cut ? 1 : 2 }] }));
      const before = rig.declared({ policy: { retries: 0 } });
      expect(await rig.up(before)).toContain("failed: h4");
      if (cut) addFault(rig.fleet.world, fault.parse({ kind: "host-cut", host: "h4", at: "0s", for: "3h" }));
      const renamed = { ...before, owner: "shop/prod/machines" };
      expect(await rig.up(renamed, undefined, { ...before })).toContain("h4");
      if (cut) await rig.time.pass(4 * 3_600_000);
      rig.inputs(renamed);
      expect(await rig.run("continue", "--inputs", "inputs.json")).toMatchObject({ code: 0, err: "" });
      expect(levels(rig)).toEqual(["8.0.3", "8.0.3", "8.0.3", "8.0.3"]);
      expect([...rig.fleet.world.hosts.values()].filter((host) => host.mark !== undefined)).toEqual([]);
    }
  });

  test("a first Ctrl-C asks for a safe point, a second one ends at once", async () => {
    const rig = await pausedRig();
    rig.printed = (text) => {
      if (text.includes("cordoned")) rig.interrupts[0]?.();
    };
    const soft = await rig.run("continue", "--inputs", "inputs.json");
    expect(soft.err).toContain("Going to a safe point");
    expect(soft.code).toBe(5);
    expect(rig.interrupts).toEqual([]);
    rig.printed = (text) => {
      if (!text.includes("cordoned")) return;
      rig.interrupts[0]?.();
      rig.interrupts[0]?.();
    };
    expect((await rig.run("continue", "--inputs", "inputs.json")).code).toBe(130);
  });

  test("refuses inputs that the run was not started with", async () => {
    const rig = await pausedRig();
    rig.inputs({ policy: { maxUnavailable: 4 } });
    const before = levels(rig);
    const { code, err } = await rig.run("continue", "--inputs", "inputs.json");
    expect(err).toContain("The inputs file inputs.json is not the one that run run-1 was started with.");
    expect(code).toBe(2);
    expect(levels(rig)).toEqual(before);
  });

  test("refuses where nothing was ever rolled", async () => {
    const rig = new CliRig();
    expect(await rig.run("continue", "--inputs", rig.inputs())).toMatchObject({
      code: 2,
      err: expect.stringContaining("There is no run to go on with"),
    });
  });

  test("a sticky halt ends with 4 and the line to paste", async () => {
    const rig = new CliRig(smallFleet({ faults: [{ kind: "never-boots", host: "h1", count: "always" }] }));
    expect(await rig.up(rig.declared({ policy: { retries: 0 } }))).toContain("is halted until a person decides");
    rig.inputs({ policy: { retries: 0 } });
    const { code, err } = await rig.run("continue", "--inputs", "inputs.json");
    expect(err).toContain('policy: { acknowledge: "run-1" }');
    expect(code).toBe(4);
  });

  test("another run that holds the lease ends with 6, naming it", async () => {
    const rig = await pausedRig();
    const lease = deadRecord().lease;
    const beat = async (): Promise<void> => {
      const now = await rig.fleet.driver.record.read();
      if (now === undefined || lease === undefined) return;
      await rig.fleet.driver.record.write({ ...now.record, lease: { ...lease, beat: now.version } }, now.version);
    };
    await beat();
    for (let i = 1; i < 20; i++) rig.time.at(rig.time.now() + 400 * i, () => void beat());
    const { code, err } = await rig.run("continue", "--inputs", "inputs.json");
    expect(err).toContain(
      "Another run holds the lease of this fleet: anna@laptop, process 4711, since 2026-01-05T07:00:00.000Z.",
    );
    expect(code).toBe(6);
  });
});

describe("restore", () => {
  test("names what it gave back", async () => {
    const rig = new CliRig(undefined, await deadRun());
    const { code, out, err } = await rig.run("restore", "--inputs", rig.inputs());
    expect(out).toMatch(
      /^h1 is in service again, at 8\.0\.3\nh2 is in service again, not patched, at 8\.0\.1\nother actors have/,
    );
    expect(err).toBe("");
    expect(code).toBe(0);
    expect((await rig.run("restore", "--inputs", "inputs.json")).out).toBe("There was nothing to give back.\n");
  });

  test("names what stays, and ends with 7; a named host is given back", async () => {
    const failed = { h1: { failed: { step: "verify", why: "shop: HTTP 503" } as const } };
    const rig = new CliRig(undefined, await deadRun(deadRecord(failed)));
    const first = await rig.run("restore", "--inputs", rig.inputs());
    expect(first.err).toContain("left as it is: h1 has failed in this run (verify: shop: HTTP 503)");
    expect(first.err).toContain("restore --host NAME");
    expect(first.code).toBe(7);
    expect(await rig.run("restore", "--inputs", "inputs.json", "--host", "h1")).toMatchObject({
      code: 0,
      out: expect.stringContaining("h1 is in service"),
    });
  });

  test("refuses while a run is at work", async () => {
    const rig = new CliRig();
    const rolling = rig.up(rig.declared());
    const restoring = Promise.withResolvers<{ code: number; err: string }>();
    rig.time.at(rig.time.now() + 15_000, () => {
      rig.start("restore", "--inputs", rig.inputs()).then(restoring.resolve, restoring.reject);
    });
    expect(await rolling).toBe("done");
    const { code, err } = await restoring.promise;
    expect(err).toContain("Another run holds the lease of this fleet: tester@rig, process 1");
    expect(code).toBe(6);
  });
});
