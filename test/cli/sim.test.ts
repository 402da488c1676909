import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openFleetFile, simulatedDriver } from "../../provider/drivers/simulated/index.ts";
import { fleetClock } from "../../provider/engine/clock.ts";
import { smallFleet } from "../support/fleets.ts";
import { CliRig } from "./cli-world.ts";

async function created(): Promise<CliRig> {
  const rig = new CliRig();
  rig.write("spec.json", { ...smallFleet(), scale: 60 });
  const { code, out } = await rig.run("sim", "create", "--file", "fleet.db", "--spec", "spec.json");
  expect(out).toBe("4 hosts and 12 workloads live in fleet.db from now on, 60 times as fast as real time.\n");
  expect(code).toBe(0);
  return rig;
}

describe("sim", () => {
  test("creates a fleet, shows it, and lets it drift", async () => {
    const rig = await created();
    expect(await rig.run("sim", "drift", "--file", "fleet.db", "h2", "8.0.0")).toMatchObject({
      code: 0,
      out: "h2 is at 8.0.0 now.\n",
    });
    const { out } = await rig.run("sim", "show", "--file", "fleet.db");
    expect(out).toMatch(/^4 hosts, 12 of 12 workloads running; fleet time .* UTC, 60 times as fast as real time\n/);
    expect(out).toMatch(/\nh1 {4}8\.0\.1 {2}up +3 +24 of 64 +6 of 32/);
    expect(out).toMatch(/\nh2 {4}8\.0\.0 {2}up/);
  });

  test("an operator takes a host and gives it back", async () => {
    const rig = await created();
    await rig.run("sim", "take", "--file", "fleet.db", "h3");
    expect((await rig.run("sim", "show", "--file", "fleet.db")).out).toMatch(/\nh3 .* held by an operator/);
    expect((await rig.run("sim", "take", "--file", "fleet.db", "h3")).out).toBe(
      "An operator has h3 already; nothing was changed.\n",
    );
    await rig.run("sim", "give", "--file", "fleet.db", "h3");
    expect((await rig.run("sim", "show", "--file", "fleet.db")).out).not.toContain("held by an operator");
    expect((await rig.run("sim", "give", "--file", "fleet.db", "h3")).out).toBe(
      "No operator has h3; nothing was changed.\n",
    );
  });

  test("the platform cannot take a host to another level, until it can", async () => {
    const rig = await created();
    const reason = "its CPU is not supported any more";
    expect(await rig.run("sim", "block", "--file", "fleet.db", "h3", reason)).toMatchObject({
      code: 0,
      out: `h3 cannot be taken to another level now: ${reason}\n`,
    });
    const shown = async () => (await rig.run("sim", "show", "--file", "fleet.db")).out;
    expect(await shown()).toContain(`blocked: ${reason}`);
    await rig.run("sim", "unblock", "--file", "fleet.db", "h3");
    expect(await shown()).not.toContain("blocked:");
  });

  test("faults: one inline, a list in a file; shown with what is left of them", async () => {
    const rig = await created();
    const inline = await rig.run("sim", "fault", "--file", "fleet.db", '{"kind": "patch-fails", "host": "h1"}');
    expect(inline).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^fault \S+: \{"kind":"patch-fails","host":"h1"\}\n$/),
    });
    rig.write("faults.json", [{ kind: "never-boots" }, { kind: "operator-takes", host: "h2", at: "1h" }]);
    expect((await rig.run("sim", "fault", "--file", "fleet.db", "faults.json")).out.trim().split("\n")).toHaveLength(2);
    const { out } = await rig.run("sim", "show", "--file", "fleet.db", "--json");
    expect(JSON.parse(out).faults).toMatchObject([
      { kind: "patch-fails", left: 1 },
      { kind: "never-boots" },
      { kind: "operator-takes" },
    ]);
  });

  test("an existing fleet is replaced only by --force", async () => {
    const rig = await created();
    await rig.run("sim", "drift", "--file", "fleet.db", "h2", "8.0.0");
    const again = ["sim", "create", "--file", "fleet.db", "--spec", "spec.json"];
    expect(await rig.run(...again)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/There is a fleet file .* already/),
    });
    expect((await rig.run("sim", "show", "--file", "fleet.db")).out).toContain("8.0.0");
    expect(await rig.run(...again, "--force")).toMatchObject({ code: 0 });
    expect((await rig.run("sim", "show", "--file", "fleet.db")).out).not.toContain("8.0.0");
  });

  test("a fleet that a run works on is not replaced, even by --force; one whose run has died is", async () => {
    const rig = await created();
    const store = openFleetFile(join(rig.folder, "fleet.db"));
    const { record } = simulatedDriver({ store, clock: fleetClock(store.clock) });
    const lease = { holder: "anna@laptop, process 4711", instance: "i-1", token: 1, since: "2026-01-05T07:00:00Z" };
    for (let beat = 0; beat < 5; beat++) {
      rig.time.at(rig.time.now() + beat * 600, () => {
        void record.write({ format: 1, token: 1, lease: { ...lease, beat } }, beat);
      });
    }
    await rig.time.pass(1);
    const force = ["sim", "create", "--file", "fleet.db", "--spec", "spec.json", "--force"];
    const refused = await rig.run(...force);
    expect(refused.err).toContain(
      "fleet.db is not replaced: anna@laptop, process 4711 works on this fleet since 2026-01-05T07:00:00Z.",
    );
    expect(refused.code).toBe(6);
    await rig.time.pass(60_000);
    store.close();
    expect(await rig.run(...force)).toMatchObject({ code: 0, err: "" });
  });

  test.each([
    [["create", "--file", "x.db", "--spec", "nowhere.json"], "There is no fleet spec nowhere.json."],
    [["create", "--file", "x.db", "--spec", "wrong.json"], "hosts"],
    [["create", "--file", "x.db"], "required option '--spec <file>' not specified"],
    [["show"], "required option '--file <file>' not specified"],
    [["show", "--file", "x.db"], "There is no fleet file"],
    [["show", "--file", "spec.json"], "is not a fleet file"],
    [["show", "--file", "fleet.db", "--events", "some"], "Give a whole number."],
    [["drift", "--file", "fleet.db", "h9", "8.0.0"], "There is no host h9 in this fleet."],
    [["drift", "--file", "fleet.db", "h1", "newest"], '"newest" is not a release version'],
    [["drift", "--file", "fleet.db", "h1"], "missing required argument 'level'"],
    [["fault", "--file", "fleet.db", '{"kind": "no-such"}'], "kind"],
    [["fault", "--file", "fleet.db", '{"kind": "never-boots"'], "The fault is not JSON"],
    [["take", "--file", "fleet.db", "h9"], "There is no host h9"],
    [["block", "--file", "fleet.db", "h9", "old"], "There is no host h9"],
    [["block", "--file", "fleet.db", "h1"], "missing required argument 'reason'"],
  ])("%j is refused with a reason, and touches nothing", async (args, message) => {
    const rig = await created();
    rig.write("wrong.json", { hosts: [] });
    const before = (await rig.run("sim", "show", "--file", "fleet.db", "--json")).out;
    const { code, err, out } = await rig.run("sim", ...args);
    expect(err).toContain(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect(out).toBe("");
    expect(code).toBe(2);
    const { fleetTime: _then, ...was } = JSON.parse(before);
    const { fleetTime: _now, ...is } = JSON.parse((await rig.run("sim", "show", "--file", "fleet.db", "--json")).out);
    expect(is).toEqual(was);
    expect(existsSync(join(rig.folder, "x.db"))).toBe(false);
  });
});
