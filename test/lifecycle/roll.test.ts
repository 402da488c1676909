import { describe, expect, test } from "vitest";
import { RollError } from "../../provider/core/errors.ts";
import { inputsDigest } from "../../provider/lifecycle/inputs-file.ts";
import { smallFleet } from "../support/fleets.ts";
import { declare, owner, Stage } from "./stage.ts";

const mixed = { host: { 2: { level: "8.0.3" }, 3: { level: "8.0.4" } } };
const failing = { kind: "patch-fails", host: "h4", count: "always" } as const;

describe("an `up`", () => {
  test("takes the fleet to the level, saves what it sees, and then there is nothing to do", async () => {
    const stage = new Stage(smallFleet(mixed));
    const first = await stage.up(declare());
    expect(first).toMatchObject({ step: "create", failures: [] });
    expect(stage.saved?.id).toBe("shop/prod/fleet@simulated:fleet.db");
    expect(stage.saved?.outputs).toEqual({
      ...declare(),
      hosts: { h1: "8.0.3", h2: "8.0.3", h3: "8.0.4", h4: "8.0.3" },
      compliance: {
        compliant: 3,
        drifted: 0,
        ahead: 1,
        blocked: 0,
        unknown: 0,
        names: { drifted: [], ahead: ["h3"], blocked: [], unknown: [] },
      },
      run: {
        id: "run-1",
        outcome: "done",
        reason: "",
        summary: "2 rolled",
        report: ".rolling-patch/reports/run-1.html",
      },
    });
    expect((await stage.preview(declare())).step).toBe("same");
  });

  test("does what the preview promised, act for act", async () => {
    const stage = new Stage(smallFleet(mixed));
    await stage.preview(declare());
    const { hosts } = JSON.parse(stage.files.get(".rolling-patch/plan-shop-prod-fleet.json") ?? "");
    const promised = hosts.flatMap(
      ({ part }: { part?: { evacuate: { workload: string; to: string }[] } }) => part?.evacuate ?? [],
    );
    stage.hear();
    await stage.up(declare());
    const done = [...stage.hear().matchAll(/evacuating \d of \d \((\S+) → (\S+)\)/g)].map(([, workload, to]) => ({
      workload,
      to,
    }));
    expect(done).toEqual(promised.map(({ workload, to }: { workload: string; to: string }) => ({ workload, to })));
  });

  test("says one line for an act with the host's place, then a table, and where the inputs are", async () => {
    const stage = new Stage(smallFleet(mixed));
    await stage.up(declare());
    const said = stage.hear();
    expect(said).toContain(
      "shop/prod/fleet: to stop at the next safe point: npx rolling-patch stop --inputs /project/.rolling-patch/inputs-shop-prod-fleet.json\n",
    );
    expect(said).toContain("\nh1 1/2 evacuating 3 of 3 (h1-c → ");
    expect(said).toContain("\nh4 2/2 remediating 8.0.1 → 8.0.3\n");
    expect(said).toMatch(
      /\n {2}host {2}level {10}outcome\n {2}h1 {4}8\.0\.1 → 8\.0\.3 {2}rolled\n {2}h4 {4}8\.0\.1 → 8\.0\.3 {2}rolled\nrun run-1 is done: 2 hosts rolled/,
    );
    expect(stage.progress).toContain("h1 1/2 rebooting");
  });

  test("writes the inputs as they were declared, and their digest to the fleet", async () => {
    const stage = new Stage(smallFleet(mixed));
    await stage.up(declare({ maxUnavailable: "25%" }));
    const text = stage.files.get(".rolling-patch/inputs-shop-prod-fleet.json") ?? "";
    const { __provider, ...declared } = declare({ maxUnavailable: "25%" });
    expect(JSON.parse(text)).toEqual(declared);
    expect((await stage.record())?.inputs).toBe(inputsDigest(text));
  });

  test("starts no roll and takes no lease when only the policy has changed", async () => {
    const stage = new Stage(smallFleet(mixed));
    await stage.up(declare());
    const before = await stage.record();
    stage.hear();
    const { step } = await stage.up(declare({ maxUnavailable: 2 }));
    expect(step).toBe("update");
    expect(stage.hear()).toContain("nothing to roll to 8.0.3: 3 compliant, 1 ahead; no roll was started");
    expect(await stage.record()).toEqual(before);
    expect(stage.saved?.outputs.policy).toEqual({ maxUnavailable: 2 });
    expect((await stage.preview(declare({ maxUnavailable: 2 }))).step).toBe("same");
  });
});

describe("a roll that ends early", () => {
  test("is a partial failure: what is done is saved, the next `up` goes on with what is left", async () => {
    const stage = new Stage(smallFleet());
    stage.fault({ ...failing, count: 1 });
    const { partial } = await stage.up(declare({ retries: 0 }));
    expect(partial?.id).toBe("shop/prod/fleet@simulated:fleet.db");
    expect(partial?.reasons).toEqual([
      expect.stringMatching(/^run run-1 is halted: every other host is at the level, but failed: h4 /),
    ]);
    expect(stage.saved?.outputs).toMatchObject({
      __provider: "exports.handler = …",
      hosts: { h1: "8.0.3", h2: "8.0.3", h3: "8.0.3", h4: "8.0.1" },
      run: { id: "run-1", outcome: "halted", summary: "3 rolled; failed: h4 (remediate)" },
    });
    stage.hear();
    const next = await stage.preview(declare({ retries: 0 }));
    expect(next.step).toBe("update");
    expect(next.inputs.plan).toMatchObject({ hosts: 1 });
    expect(stage.hear()).toMatch(
      /~ h4: "8\.0\.1" => "8\.0\.3" .*out already\n.*goes on with run run-1, which has rolled 3 hosts so far/s,
    );
    expect((await stage.up(declare({ retries: 0 }))).partial).toBeUndefined();
    expect(stage.saved?.outputs).toMatchObject({ hosts: { h4: "8.0.3" }, run: { outcome: "done" } });
    expect((await stage.preview(declare({ retries: 0 }))).step).toBe("same");
  });

  test("for good, halts preview and `up` until somebody acknowledges it or declares another level", async () => {
    const stage = new Stage(smallFleet());
    stage.fault({ ...failing, host: "h1" });
    const { partial } = await stage.up(declare({ retries: 0 }));
    expect(partial?.reasons[0]).toContain("is halted until a person decides: ");
    expect(stage.saved?.outputs.run).toMatchObject({ outcome: "halted until acknowledged" });
    const refused = await stage.preview(declare({ retries: 0 }));
    expect(refused.step).toBe("failed");
    expect(refused.failures[0]?.reason.split("\n").map((line) => line.trim())).toContain(
      'policy: { acknowledge: "run-1" }',
    );
    stage.hear();
    expect((await stage.preview(declare({ retries: 0, mode: "observe" }))).failures).toEqual([]);
    const observed = stage.hear();
    expect(observed).toContain('policy.mode is "observe", and a roll is halted until a person decides');
    expect(observed.split("\n").map((line) => line.trim())).toContain('policy: { acknowledge: "run-1" }');
    expect(observed).not.toMatch(/refused|smallest change/);
    expect((await stage.preview(declare({ retries: 0 }, { baseline: { version: "8.0.4" } }))).failures).toEqual([]);
    expect((await stage.preview(declare({ retries: 0, acknowledge: "run-0" }))).step).toBe("failed");
    const acknowledged = await stage.preview(declare({ retries: 0, acknowledge: "run-1" }));
    expect(acknowledged).toMatchObject({ step: "update", failures: [] });
  });

  test("at a safe point when it is asked to, and goes on", async () => {
    const stage = new Stage(smallFleet());
    stage.stop.abort("engine");
    const { partial } = await stage.up(declare());
    expect(partial?.reasons[0]).toMatch(/is paused: the Pulumi engine has gone.* The next `pulumi up` goes on\.$/);
    stage.stop = new AbortController();
    expect((await stage.up(declare())).partial).toBeUndefined();
    expect(stage.saved?.outputs.run).toMatchObject({ outcome: "done", summary: "4 rolled" });
  });

  test("after its last host: the next `up` still ends it", async () => {
    const stage = new Stage(smallFleet({ level: "8.0.3", host: { 1: { level: "8.0.1" } } }));
    await stage.up(declare());
    const record = await stage.record();
    if (record?.run === undefined) throw new Error("there was a run");
    const { ending: _, ...unfinished } = record.run;
    const { version } = (await stage.fleet.driver.record.read()) ?? { version: 0 };
    await stage.fleet.driver.record.write({ ...record, run: unfinished, former: { balancer: true } }, version);
    const next = await stage.preview(declare());
    expect(next).toMatchObject({ step: "update", inputs: { plan: { hosts: 0, moves: 0 } } });
    await stage.up(declare());
    expect(await stage.record()).toMatchObject({ run: { ending: { kind: "done" } } });
    expect(await stage.record()).not.toHaveProperty("former");
  });

  test("because it lost the platform: what may be out is saved all the same", async () => {
    const stage = new Stage(smallFleet());
    stage.fault({ kind: "call-refused", call: "cordon", error: "denied", count: "always" });
    const { partial } = await stage.up(declare());
    expect(partial?.properties).toMatchObject({ __provider: "exports.handler = …", hosts: { h1: "8.0.1" } });
  });
});

describe("somebody else", () => {
  test("at work on the fleet: the `up` says who, and nothing is saved", async () => {
    const stage = new Stage(smallFleet());
    const lease = {
      holder: "anna@laptop, process 4711",
      instance: "i-1",
      token: 7,
      beat: 1,
      since: "2026-01-05T07:00:00Z",
    };
    await stage.fleet.driver.record.write({ format: 1, token: 7, lease }, 0);
    const clock = stage.time.clock();
    const beating = setBeat(stage, clock.now());
    await expect(stage.up(declare())).rejects.toThrow(/Another run holds the lease of this fleet: anna@laptop/);
    expect(beating()).toBeGreaterThan(0);
    expect(stage.saved).toBeUndefined();
  });

  test("had the fleet before a rename: its marks are ours", async () => {
    const stage = new Stage(smallFleet());
    stage.fault({ ...failing, count: 1 });
    await stage.up(declare({ retries: 0 }));
    const renamed = declare({ retries: 0 }, { owner: "shop/prod/machines" });
    expect((await stage.up(renamed)).step).toBe("update");
    expect(stage.saved?.outputs).toMatchObject({
      owner: "shop/prod/machines",
      hosts: { h4: "8.0.3" },
      run: { outcome: "done" },
    });
  });

  test("out of this stack has a host out: its mark is respected", async () => {
    const mark = { run: "run-9", owner: "other/prod/fleet", token: 3 };
    const stage = new Stage(smallFleet({ hosts: 6, host: { 4: { mark, cordoned: true } } }));
    expect((await stage.up(declare({ maxUnavailable: 2 }))).failures).toEqual([
      {
        property: "",
        reason: expect.stringContaining(
          "another roll is under way on this fleet: h4 is in the hands of other/prod/fleet (run run-9)",
        ),
      },
    ]);
  });
});

describe("policy", () => {
  test("mode observe touches nothing, and follows what it sees", async () => {
    const stage = new Stage(smallFleet(mixed));
    const observe = declare({ mode: "observe" });
    const { inputs } = await stage.up(observe);
    expect(inputs.hosts).toEqual({ h1: "8.0.1", h2: "8.0.3", h3: "8.0.4", h4: "8.0.1" });
    expect(inputs).not.toHaveProperty("plan");
    const said = stage.hear();
    expect(said).toContain(
      '2 of 4 hosts drifted from 8.0.3, left alone, 1 compliant, 1 ahead\n  policy.mode is "observe"',
    );
    expect(said).toContain("no roll was started");
    expect(await stage.record()).toBeUndefined();
    expect(stage.saved?.outputs).toMatchObject({ compliance: { drifted: 2 }, run: { outcome: "none" } });
    expect((await stage.preview(observe)).step).toBe("same");
    expect(JSON.parse(stage.files.get(".rolling-patch/plan-shop-prod-fleet.json") ?? "")).toMatchObject({
      outlook: "left alone",
      totals: { hosts: 2 },
    });
  });

  test("mode canary takes the canary, and later no further host at this level", async () => {
    const stage = new Stage(smallFleet());
    const canary = declare({ mode: "canary" });
    expect((await stage.up(canary)).partial).toBeUndefined();
    expect(stage.saved?.outputs).toMatchObject({ compliance: { compliant: 1, drifted: 3 }, run: { outcome: "done" } });
    const next = await stage.preview(canary);
    expect(next).toMatchObject({ step: "same", failures: [] });
    expect(stage.hear()).toContain('the canary has passed, and policy.mode is "canary"');
    expect((await stage.preview(declare())).inputs.plan).toMatchObject({ hosts: 3 });
    expect(
      (await stage.preview(declare({ mode: "canary" }, { baseline: { version: "8.0.4" } }))).inputs.plan,
    ).toMatchObject({ hosts: 1 });
  });

  test("onDrift report rolls once, then only tells", async () => {
    const stage = new Stage(smallFleet());
    const report = declare({ onDrift: "report" });
    await stage.up(report);
    expect(stage.saved?.outputs).toMatchObject({ compliance: { compliant: 4 } });
    stage.drift("h2", "8.0.1");
    stage.hear();
    const { inputs, failures } = await stage.preview(report);
    expect({ failures, hosts: inputs.hosts }).toEqual({
      failures: [],
      hosts: { h1: "8.0.3", h2: "8.0.1", h3: "8.0.3", h4: "8.0.3" },
    });
    expect(stage.hear()).toMatch(/^warning: .*1 of 4 hosts drifted from 8\.0\.3, left alone/);
    await stage.up(report);
    expect(stage.saved?.outputs).toMatchObject({ hosts: { h2: "8.0.1" } });
    expect((await stage.preview(declare({ onDrift: "roll" }))).inputs.plan).toMatchObject({ hosts: 1 });
  });
});

test("an error that is no RollError is a bug, and crashes", async () => {
  const stage = new Stage(smallFleet());
  stage.trouble = new TypeError("bug") as unknown as RollError;
  await expect(stage.process().check({}, declare())).rejects.toThrow(TypeError);
  await expect(stage.process().create(declare())).rejects.toThrow(TypeError);
  await expect(stage.process().create({ ...declare(), owner })).rejects.not.toBeInstanceOf(RollError);
});

/** Another process's heart, in the fleet record; says how often it has beaten. */
function setBeat(stage: Stage, from: number): () => number {
  let beats = 0;
  for (let at = from; at < from + 10_000; at += 400) {
    stage.time.at(at, () => {
      beats += 1;
      void beat(stage);
    });
  }
  return () => beats;
}

async function beat(stage: Stage): Promise<void> {
  const { record, version } = (await stage.fleet.driver.record.read()) ?? {};
  if (record?.lease === undefined || version === undefined) return;
  await stage.fleet.driver.record.write(
    { ...record, lease: { ...record.lease, beat: record.lease.beat + 1 } },
    version,
  );
}
