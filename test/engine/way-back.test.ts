import { describe, expect, test } from "vitest";
import { reduce } from "../../provider/core/reduce.ts";
import { newRun, noImpact } from "../../provider/core/run.ts";
import { smallFleet } from "../support/fleets.ts";
import { Rig } from "../support/rig.ts";
import { rules } from "../support/rules.ts";

const policy = { onRegress: "rollback", retries: 1 } as const;
const checks = [{ kind: "tcp", name: "shop", address: "shop", port: 443, at: ["gate"] }] as const;

function convicting(fleet = smallFleet(), failing: Record<string, number> = { shop: 1 }): Rig {
  const watch = rules(new Rig({ fleet, policy }).inputs().policy);
  return new Rig({ fleet, policy, checks: checks as never, failing, watch });
}

describe("a convicted host that is to go back", () => {
  test("is at its former level after another boot, empty, cordoned and ours; acknowledged, it is patched anew", async () => {
    const rig = convicting();
    const first = await rig.end();
    expect(first.ending).toMatchObject({
      kind: "halted",
      sticky: true,
      reason: expect.stringMatching(/h1 was taken back to 8\.0\.1 and stays out$/),
    });
    expect(first.fleet.hosts[0]).toMatchObject({ level: "8.0.1", evidence: "8.0.1", cordoned: true, state: "up" });
    expect(rig.world.hosts.get("h1")?.boots).toBe(3);
    expect(first.memory.former).toEqual({ h1: "8.0.1" });
    const well = new Rig({ fleet: smallFleet(), policy, from: rig.snapshot() });
    const { ending } = await well.end({ policy: { ...policy, acknowledge: first.memory.id } });
    expect(ending).toMatchObject({ kind: "done" });
    expect(well.levels().h1).toBe("8.0.3");
  });

  test("that does not boot is named, and stays out", async () => {
    const fleet = smallFleet({ faults: [{ kind: "never-boots", host: "h1", count: "always", from: "25m" }] });
    const rig = convicting(fleet);
    const { ending } = await rig.end();
    expect(ending).toMatchObject({
      kind: "halted",
      sticky: true,
      reason: expect.stringMatching(/h1 was not taken back: .*did not come back/),
    });
  });

  test("that claims its former level without running it is not proven", async () => {
    const fleet = smallFleet({ faults: [{ kind: "lies-new", host: "h1", count: "always", from: "25m" }] });
    const rig = convicting(fleet);
    const { ending } = await rig.end();
    expect(ending).toMatchObject({
      reason: expect.stringMatching(/h1 was not taken back: .*runs 8\.0\.3 instead of 8\.0\.1/),
    });
  });

  test("that cannot be emptied is not taken back, and says why", async () => {
    // The others are older: this platform lets nothing move to them.
    const rig = convicting({ ...smallFleet(), backward: "no" });
    const { ending } = await rig.end();
    expect(ending).toMatchObject({ reason: expect.stringMatching(/h1 was not taken back: it could not be emptied/) });
    expect(rig.world.hosts.get("h1")?.running).toBe("8.0.3");
  });
});

test("a host whose way back is lost while it is staged is not patched", async () => {
  const rig = new Rig({ fleet: smallFleet(), policy });
  const { ending } = await rig.end({
    through: (driver) => ({
      ...driver,
      wayBack: { ...(driver.wayBack as NonNullable<typeof driver.wayBack>), secure: refuse },
    }),
  });
  expect(ending).toMatchObject({
    kind: "halted",
    sticky: false,
    reason: expect.stringMatching(/^h1 could not get through "stage": could not be taken back: no archive/),
  });
  expect(rig.levels().h1).toBe("8.0.1");
});

async function refuse(host: string): Promise<never> {
  const { RollError } = await import("../../provider/core/errors.ts");
  throw new RollError("denied", `${host} could not be taken back: no archive.`, { host });
}

describe("the level that a host had", () => {
  const began = { kind: "began", host: "h1", step: "remediate", facts: { bootBefore: "b1" }, at: 0 } as const;
  const run = newRun("run-1", "owner", "version=2", "2026-01-05T08:00:00Z");

  test("is that before the first remediation", () => {
    const once = reduce(run, { ...began, level: "1" });
    expect(reduce(once, { ...began, level: "2" }).former).toEqual({ h1: "1" });
  });

  test("is kept while the host is watched after its release, and forgotten then", () => {
    const measured = { ...run, impact: noImpact };
    const out = reduce(measured, { ...began, level: "1" });
    const full = reduce(out, { kind: "full load", host: "h1", at: 5 });
    const released = reduce(full, { kind: "released", host: "h1", atLevel: true });
    expect(released.former).toEqual({ h1: "1" });
    const evidence = { spreads: [] } as never;
    const over = {
      kind: "measured",
      host: "h1",
      at: 9,
      judged: false,
      verdict: "pass",
      sentence: "",
      evidence,
    } as const;
    expect(reduce(released, over)).not.toHaveProperty("former");
    expect(
      reduce(reduce(run, { ...began, level: "1" }), { kind: "released", host: "h1", atLevel: true }),
    ).not.toHaveProperty("former");
  });
});
