import { describe, expect, test } from "vitest";
import { RollError } from "../../provider/core/errors.ts";
import type { Slice } from "../../provider/core/impact/samples.ts";
import { probe } from "../../provider/core/probe.ts";
import { probedWorkloads } from "../../provider/core/probed.ts";
import { memoryFleet } from "../../provider/drivers/simulated/index.ts";
import type { Driver } from "../../provider/engine/ports.ts";
import { type MeterPorts, meterOf, openMeter } from "../../provider/probes/meter.ts";
import type { Source } from "../../provider/probes/source.ts";
import { VirtualTime } from "../support/virtual-time.ts";

const spec = {
  hosts: ["a", "b"].map((id) => ({ id, level: "8.0.1", memory: 64, cpu: 16 })),
  workloads: ["a", "b"].flatMap((host) =>
    [1, 2, 3].map((n) => ({ id: `${host}-${n}`, host, memory: 4, cpu: 1, tags: n === 1 ? ["web"] : [] })),
  ),
};
const baseline = { version: "8.0.3" };

function rig() {
  const time = new VirtualTime();
  const clock = time.clock();
  const { driver } = memoryFleet(spec, clock);
  const ports: MeterPorts = { driver, process: clock, wall: () => 0, environment: {} };
  return { time, clock, driver, ports };
}

const opened = (probes: object[], ports: MeterPorts) => {
  const meter = openMeter(
    probes.map((one) => probe.parse(one)),
    ports,
  );
  if (meter === undefined) throw new Error("no meter");
  return meter;
};

describe("the platform's own measurements", () => {
  test("under the probe's name, of the workloads it matches, from when it is asked for", async () => {
    const { time, clock, driver, ports } = rig();
    const meter = opened([{ kind: "platform", name: "vm", workloads: { tag: "web" } }], ports);
    const since = clock.now();
    meter.follow(await driver.observe(baseline));
    await time.pass(31_000);
    const slices = await meter.slices(since);
    expect(slices).toHaveLength(2 * 6);
    expect(new Set(slices.map((one) => `${one.probe} ${one.workload} ${one.host}`))).toEqual(
      new Set(["vm a-1 a", "vm b-1 b"]),
    );
    expect(slices.every(({ samples }) => samples.length === 5)).toBe(true);
    expect(await meter.slices(clock.now())).toEqual([]);
    meter.close();
  });

  test("of before it followed only as much as a killed process may have missed", async () => {
    const { time, clock, driver, ports } = rig();
    await time.pass(3_600_000);
    const meter = opened([{ kind: "platform", name: "vm", workloads: { name: "a-1" } }], ports);
    meter.follow(await driver.observe(baseline));
    await time.pass(10_000);
    const slices = await meter.slices(0);
    expect(slices).toHaveLength(62);
    expect(await meter.slices(clock.now() - 20_000)).toHaveLength(4);
  });

  test("a cap leaves always the same sample, the one that plans are made for", async () => {
    const { time, clock, driver, ports } = rig();
    const since = clock.now();
    const probes = [probe.parse({ kind: "platform", name: "vm", cap: 0.4 })];
    const fleet = await driver.observe(baseline);
    await time.pass(10_000);
    for (let turn = 0; turn < 2; turn += 1) {
      const meter = openMeter(probes, ports);
      meter?.follow(fleet);
      const slices = (await meter?.slices(since)) ?? [];
      expect(new Set(slices.map(({ workload }) => workload))).toEqual(new Set(probedWorkloads({ probes }, fleet)));
      expect(slices.map(({ samples }) => samples.length)).toEqual([1, 1, 1, 1]);
      expect(meter?.notes[0]).toBe(
        'probe "vm": its cap allows 2 of 6 workloads; always the same sample of them is measured',
      );
    }
  });

  test("a platform that does not answer is waited for a minute, then there is a gap; it says so", async () => {
    const { time, clock, driver, ports } = rig();
    let silent = true;
    const measure: Driver["measure"] = async (since, of) => {
      if (silent) throw new RollError("unavailable", "The platform gave no answer.");
      return (await driver.measure?.(since, of)) ?? [];
    };
    const meter = opened([{ kind: "platform", name: "vm" }], { ...ports, driver: { clock: driver.clock, measure } });
    meter.follow(await driver.observe(baseline));
    const since = clock.now();
    await time.pass(20_000);
    expect(await meter.slices(since)).toEqual([]);
    expect(meter.notes.join()).toMatch(
      /"vm": the platform does not tell what it measures: The platform gave no answer/,
    );
    silent = false;
    expect(await meter.slices(since)).toHaveLength(6 * 4);
    expect(meter.notes).toEqual([]);
  });

  test("a platform that measures nothing is refused before anything begins", () => {
    const { clock, ports } = rig();
    expect(() => opened([{ kind: "platform", name: "vm" }], { ...ports, driver: { clock } })).toThrow(
      /The probe "vm" asks the platform, but this platform measures nothing/,
    );
  });
});

test("no probes, no meter", () => {
  expect(openMeter([], rig().ports)).toBeUndefined();
});

test("several probes: nothing is told before all have told, so that nothing is missed", async () => {
  const slice = (probe: string, at: number): Slice => ({ probe, workload: "w", host: "h", at, samples: [1] });
  const source = (name: string, until: () => number): Source => ({
    follow() {},
    read: async (since) => ({
      slices: [0, 5_000, 10_000, 15_000].filter((at) => at >= since && at < until()).map((at) => slice(name, at)),
      until: until(),
    }),
    notes: [name],
    close() {},
  });
  let slow = 5_000;
  const meter = meterOf([source("fast", () => 20_000), source("slow", () => slow)]);
  expect(await meter.slices(0)).toEqual([slice("fast", 0), slice("slow", 0)]);
  slow = 15_000;
  expect((await meter.slices(5_000)).map(({ probe, at }) => [probe, at])).toEqual([
    ["fast", 5_000],
    ["slow", 5_000],
    ["fast", 10_000],
    ["slow", 10_000],
  ]);
  expect(meter.notes).toEqual(["fast", "slow"]);
});
