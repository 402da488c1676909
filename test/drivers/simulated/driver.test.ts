import { expect, test } from "vitest";
import { emptyRecord } from "../../../provider/core/record.ts";
import { memoryFleet, violations } from "../../../provider/drivers/simulated/index.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

const spec = {
  hosts: ["a", "b", "c"].map((id) => ({ id, level: "8.0.1", memory: 64, cpu: 16 })),
  workloads: ["a", "b", "c"].flatMap((host) => [1, 2].map((n) => ({ id: `${host}-${n}`, host, memory: 8, cpu: 2 }))),
};

test("a roll by hand brings every host to the level and breaks no rule", async () => {
  const time = new VirtualTime();
  const seen = new Set<string>();
  const { driver, world } = memoryFleet(spec, time.clock(), (at) => {
    for (const one of violations(at)) seen.add(one);
  });
  const lease = { holder: "test", instance: "i", token: 1, beat: 0, since: "now" };
  await driver.record.write({ ...emptyRecord, token: 1, lease }, 0);
  const context = {
    token: 1,
    signal: new AbortController().signal,
    deadline: Number.MAX_SAFE_INTEGER,
    progress: () => {},
    keepLog: () => {},
  };
  const baseline = { version: "8.0.3" };
  for (const [host, other] of [
    ["a", "b"],
    ["b", "c"],
    ["c", "a"],
  ] as const) {
    await time.run(driver.stage(host, baseline, context));
    await driver.cordon(host, { run: "r", owner: "o", token: 1 }, context);
    const fleet = await driver.observe(baseline);
    for (const one of fleet.workloads.filter((one) => one.host === host))
      await time.run(driver.migrate(one.id, other, context));
    await time.run(driver.remediate(host, baseline, context));
    await driver.uncordon(host, context);
    await driver.release(host, context);
  }
  const fleet = await driver.observe(baseline);
  expect(fleet.hosts.map((host) => [host.level, host.wanted, host.evidence, host.cordoned, host.mark])).toEqual(
    Array(3).fill(["8.0.3", "8.0.3", "8.0.3", false, undefined]),
  );
  expect([...seen]).toEqual([]);
  expect(world.workloads.size).toBe(6);
});
