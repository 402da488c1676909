import { describe, expect, test } from "vitest";
import { RollError } from "../../provider/core/errors.ts";
import { newRun } from "../../provider/core/run.ts";
import { smallFleet } from "../support/fleets.ts";
import { declare, owner, Stage } from "./stage.ts";

const mark = { run: "run-1", owner, token: 3 };
const foreign = { run: "run-9", owner: "other/prod/fleet", token: 3 };

describe("destroy", () => {
  test("of an idle fleet changes nothing on it", async () => {
    const stage = new Stage(smallFleet());
    await stage.up(declare());
    const before = await stage.record();
    stage.calls.length = 0;
    await stage.destroy();
    expect(stage.calls).toEqual(["observe", "record.read", "close"]);
    expect(await stage.record()).toEqual(before);
  });

  test("keeps the verdict of a run with the fleet", async () => {
    const stage = new Stage(smallFleet());
    stage.fault({ kind: "boots-unhealthy", host: "h1", count: "always" });
    await stage.up(declare({ retries: 0 }));
    stage.fleet.world.hosts.remove("h1");
    await stage.destroy();
    expect((await stage.record())?.halt).toMatchObject({ run: "run-1" });
    expect((await stage.preview(declare({ retries: 0 }))).step).toBe("failed");
  });

  test("refuses while a host is out under its mark, and names it", async () => {
    const stage = new Stage(smallFleet({ host: { 2: { mark, cordoned: true } } }));
    stage.saved = { id: "x", inputs: declare(), outputs: declare() };
    await expect(stage.destroy()).rejects.toMatchObject({
      message: "Not forgotten: out of service under this resource's mark: h2 (run run-1).",
      hint: expect.stringContaining("rolling-patch restore"),
    });
    expect(stage.calls).not.toContain("release");
  });

  test("releases its marks on hosts in service, gives other actors back, and leaves other stacks' marks", async () => {
    const stage = new Stage(smallFleet({ host: { 2: { mark }, 3: { mark: foreign, cordoned: true } } }));
    stage.saved = { id: "x", inputs: declare(), outputs: declare() };
    await stage.destroy();
    const { hosts } = await stage.fleet.driver.observe({ version: "8.0.3" });
    expect(hosts.filter((host) => host.mark !== undefined).map(({ id }) => id)).toEqual(["h3"]);
    expect(stage.calls).not.toContain("remediate");
  });

  test("gives other actors the settings back that a dead run put aside", async () => {
    const stage = new Stage({ ...smallFleet(), actors: { balancer: false, powerManagement: false, alerts: false } });
    await stage.up(declare({ mode: "observe" }));
    const run = newRun("run-1", owner, "version=8.0.3", "2026-01-05T07:00:00Z");
    const former = { balancer: true, powerManagement: true, alerts: true };
    await stage.fleet.driver.record.write({ format: 1, token: 1, run, former }, 0);
    await stage.destroy();
    expect(await stage.fleet.driver.actors.read()).toEqual(former);
  });

  test("refuses while its own roll is under way, not while another stack's is", async () => {
    const stage = new Stage(smallFleet());
    stage.saved = { id: "x", inputs: declare(), outputs: declare() };
    beatingLease(stage, owner);
    await stage.time.pass(1);
    await expect(stage.destroy()).rejects.toThrow(
      "Not forgotten: anna@laptop, process 4711 is at work on this fleet since 2026-01-05T07:00:00Z.",
    );
    const shared = new Stage(smallFleet());
    shared.saved = stage.saved;
    beatingLease(shared, "other/prod/fleet");
    await shared.time.pass(1);
    await shared.destroy();
    expect(shared.saved).toBeUndefined();
  });

  test("of a fleet that cannot be looked at says how to forget it all the same", async () => {
    const stage = new Stage(smallFleet());
    await stage.up(declare({ mode: "observe" }));
    stage.trouble = new RollError("unavailable", "The fleet does not answer.");
    await expect(stage.destroy()).rejects.toMatchObject({
      message: "The fleet cannot be looked at, so its hosts cannot be given back: The fleet does not answer.",
      hint: expect.stringMatching(/retainOnDelete.*pulumi state delete/),
    });
  });

  test("of something that was never whole does nothing", async () => {
    const stage = new Stage(smallFleet());
    await stage.process().delete({ owner });
    expect(stage.calls).toEqual([]);
  });
});

/** A run of this owner that is alive in another process. */
function beatingLease(stage: Stage, of: string): void {
  const { record } = stage.fleet.driver;
  const lease = { holder: "anna@laptop, process 4711", instance: "i-1", token: 7, since: "2026-01-05T07:00:00Z" };
  const run = newRun("run-1", of, "version=8.0.3", "2026-01-05T07:00:00Z");
  for (let beat = 0; beat < 20; beat++) {
    stage.time.at(stage.time.now() + beat * 300, () => {
      void record.write({ format: 1, token: 7, run, lease: { ...lease, beat } }, beat);
    });
  }
}
