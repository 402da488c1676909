import { describe, expect, test } from "vitest";
import { CliRig } from "./cli-world.ts";

/** A rig whose roll waits for two people to approve its canary. */
async function waiting(): Promise<CliRig> {
  const rig = new CliRig();
  const policy = { approve: [{ gate: "canary", people: 2 } as const] };
  expect(await rig.up(rig.declared({ policy }))).toMatch(
    /is paused: waits for an approval at the gate "canary" .*0 of 2.*npx rolling-patch approve canary/,
  );
  rig.inputs({ policy });
  return rig;
}

describe("approve", () => {
  test("writes who and when into the fleet record; one person counts once; then the run goes on", async () => {
    const rig = await waiting();
    const status = await rig.run("status", "--inputs", "inputs.json");
    expect(status.out).toMatch(/waits for an approval at the gate "canary"/);
    expect(status.out).toContain("npx rolling-patch approve canary --inputs inputs.json");

    const first = await rig.run("approve", "canary", "--inputs", "inputs.json");
    expect(first.out).toMatch(
      /^Approved: the gate "canary" of run run-1 \(1 of 2: tester@rig, process \d+\)\. 1 more person/,
    );
    const again = await rig.run("approve", "canary", "--as", "Tester@elsewhere", "--inputs", "inputs.json");
    expect(again.out).toMatch(/^You had approved the gate "canary".*1 of 2/);
    expect((await rig.run("continue", "--inputs", "inputs.json")).code).toBe(5);
    const second = await rig.run("approve", "canary", "--as", "bert@example.com", "--inputs", "inputs.json");
    expect(second.out).toMatch(/2 of 2: tester@rig, process \d+, bert@example\.com\)\. The next `pulumi up` or/);
    const record = (await rig.fleet.driver.record.read())?.record;
    expect(record?.approvals).toMatchObject([
      { of: "gate", gate: "canary", id: "run-1", by: expect.stringMatching(/^tester/) },
      { of: "gate", gate: "canary", id: "run-1", by: "bert@example.com", at: expect.stringMatching(/^2026-01-05T/) },
    ]);
    expect((await rig.run("continue", "--inputs", "inputs.json")).code).toBe(0);
  });

  test("nothing waits there", async () => {
    const rig = new CliRig();
    rig.inputs();
    const none = await rig.run("approve", "canary", "--inputs", "inputs.json");
    expect(none).toMatchObject({ code: 2, err: 'Nothing waits at the gate "canary": no run is known.\n' });
    const other = await (await waiting()).run("approve", "start", "--inputs", "inputs.json");
    expect(other).toMatchObject({
      code: 2,
      err: 'Nothing waits at the gate "start": run run-1 waits at the gate "canary".\n',
    });
  });

  test.each([
    [["approve"], /missing required argument 'gate'/],
    [["approve", "lunch"], /There are start and canary/],
    [["approve", "canary", "--as", "\n"], /--as names no person/],
  ])("wrong usage: %j", async (args, expected) => {
    const rig = new CliRig();
    rig.inputs();
    const { code, err } = await rig.run(...args, "--inputs", "inputs.json");
    expect(err).toMatch(expected);
    expect(code).toBe(2);
  });

  test("a process that waits goes on as soon as somebody has approved; `up` waits at most waitAtGate", async () => {
    const rig = new CliRig();
    const policy = { approve: ["canary" as const], waitAtGate: "1h" };
    const up = rig.up(rig.declared({ policy }));
    rig.inputs({ policy });
    rig.time.at(rig.time.now() + 30 * 60_000, () => {
      void rig.start("approve", "canary", "--inputs", "inputs.json");
    });
    expect(await up).toBe("done");
    const late = new CliRig();
    expect(await late.up(late.declared({ policy }))).toMatch(/is paused: waits for an approval/);
    const waited = late.time.now() - Date.UTC(2026, 0, 5, 8);
    expect(waited).toBeGreaterThan(60 * 60_000);
    expect(waited).toBeLessThan(90 * 60_000);
  });
});
