import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Slice } from "../../../provider/core/impact/samples.ts";
import {
  addFault,
  createFleetFile,
  type FaultInput,
  type FleetSpecInput,
  openSimulated,
  parseFleetSpec,
} from "../../../provider/drivers/simulated/index.ts";
import type { Measured } from "../../../provider/engine/ports.ts";
import { stage, temporaryFolder, trio } from "./fleets.ts";

type Fleet = Awaited<ReturnType<typeof stage>>;

const noisy: FleetSpecInput = { ...trio, noise: "typical" };
const measured = async (fleet: Fleet, since: number, of?: Measured) => (await fleet.driver.measure?.(since, of)) ?? [];
const of = (slices: readonly Slice[], workload: string) => slices.filter((one) => one.workload === workload);
const samples = (slices: readonly Slice[]) => slices.flatMap((one) => one.samples);
const median = (slices: readonly Slice[]): number => {
  const good = samples(slices)
    .filter((one) => one !== null)
    .sort((a, b) => a - b);
  return good[Math.floor(good.length / 2)] ?? Number.NaN;
};
const failing = (slices: readonly Slice[]) =>
  samples(slices).filter((one) => one === null).length / samples(slices).length;

describe("what the embedded fleet measures", () => {
  test("complete slices of five seconds, oldest first, a sample a second of every workload that runs", async () => {
    const fleet = await stage([], noisy);
    const since = fleet.clock.now();
    await fleet.time.pass(61_000);
    const slices = await measured(fleet, since);
    expect(slices).toHaveLength(12 * 6);
    expect(slices.map(({ at }) => at)).toEqual(slices.map(({ at }) => at).sort((a, b) => a - b));
    for (const { at, samples } of slices) {
      expect(at % 5_000).toBe(0);
      expect(at).toBeGreaterThanOrEqual(since);
      expect(at + 5_000).toBeLessThanOrEqual(fleet.clock.now());
      expect(samples).toHaveLength(5);
    }
    expect(await measured(fleet, since + 55_001)).toEqual([]);
    expect(await measured(fleet, since + 1)).toHaveLength(11 * 6);
  });

  test("only of whom is asked for, at the rate that is asked for", async () => {
    const fleet = await stage([], noisy);
    const since = fleet.clock.now();
    await fleet.time.pass(20_000);
    const slices = await measured(fleet, since, { workloads: new Set(["b-1"]), rate: 4 });
    expect(slices.map(({ workload, samples }) => [workload, samples.length])).toEqual(Array(4).fill(["b-1", 20]));
    const rare = await measured(fleet, since, { rate: 0.2 });
    expect(rare.every(({ samples }) => samples.length === 1)).toBe(true);
  });

  test("asked late is the same as asked all the time, through moves, patches, hangs and restarts", async () => {
    const faults: FaultInput[] = [
      { kind: "costs-latency", host: "a", percent: 30 },
      { kind: "host-hangs", host: "c", at: "7m", for: "90s" },
      { kind: "error-burst", workload: "b-1", at: "3m", for: "2m" },
      { kind: "workload-unreachable", host: "b", at: "12m", for: "30s" },
      { kind: "guest-reboots", workload: "b-2", at: "4m" },
      { kind: "probes-silent", at: "14m", for: "1m" },
      { kind: "host-vanishes", host: "c", at: "70m" },
    ];
    const fleet = await stage(faults, noisy);
    const since = fleet.clock.now();
    const told: Slice[] = [];
    let next = since;
    const roll = (async () => {
      await fleet.driver.cordon("a", { run: "r", owner: "o", token: 1 }, fleet.context());
      for (const one of ["a-1", "a-2"]) await fleet.driver.migrate(one, "b", fleet.context());
      await fleet.driver.remediate("a", fleet.baseline, fleet.context());
      await fleet.driver.uncordon("a", fleet.context());
      for (const one of ["a-1", "a-2"]) await fleet.driver.migrate(one, "a", fleet.context());
      await fleet.driver.stop("b-2", fleet.context());
      await fleet.clock.sleep(60_000);
      await fleet.driver.start("b-2", fleet.context());
      await fleet.clock.sleep(60 * 60_000);
    })();
    const curious = (async () => {
      for (let turn = 0; turn < 400; turn += 1) {
        await fleet.clock.sleep(13_000);
        const slices = await measured(fleet, next);
        told.push(...slices);
        next = Math.max(next, ...slices.map(({ at }) => at + 1));
      }
    })();
    await fleet.time.run(Promise.all([roll, curious]));
    const late = (await measured(fleet, since)).filter(({ at }) => at < next);
    // A host that has left the fleet has no past any more: what it served is a gap.
    expect(late).toEqual(told.filter(({ host }) => host !== "c"));
    expect(late.length).toBeGreaterThan(0.7 * told.length);
    expect(new Set(of(late, "a-1").map(({ host }) => host))).toEqual(new Set(["a", "b"]));
  });

  test("every process is told the same, and a file keeps what was", async () => {
    const folder = temporaryFolder(afterAll);
    const file = join(folder, "fleet.db");
    createFleetFile(file, { ...noisy, scale: 100_000 });
    const target = { kind: "simulated", file } as const;
    addFault(file, { kind: "error-burst", host: "a", at: "0s", for: "10m", percent: 80 });
    const [one, other] = [openSimulated(target, folder), openSimulated(target, folder)];
    await one.clock.sleep(20 * 60_000);
    const since = one.clock.now() - 15 * 60_000;
    const [first, second] = [await one.measure?.(since), await other.measure?.(since)];
    const until = Math.min(first?.at(-1)?.at ?? 0, second?.at(-1)?.at ?? 0);
    const upTo = (slices: readonly Slice[] | undefined) => (slices ?? []).filter(({ at }) => at <= until);
    expect(upTo(first).length).toBeGreaterThan(100);
    expect(upTo(second)).toEqual(upTo(first));
    one.close();
    other.close();
  });
});

describe("what a patch costs", () => {
  /** Patches host a and brings its workloads back; the medians of a-1 before and after. */
  async function patched(fleet: Fleet): Promise<{ readonly since: number; readonly before: number }> {
    const start = fleet.clock.now();
    await fleet.minutes(20);
    const before = median(of(await measured(fleet, start), "a-1"));
    await fleet.takeOut("a", "b");
    await fleet.remediate("a");
    await fleet.driver.uncordon("a", fleet.context());
    await fleet.migrate("a-1", "a");
    await fleet.migrate("a-2", "a");
    await fleet.minutes(2);
    return { since: fleet.clock.now(), before };
  }

  test("latency: exactly that much without noise, about that much with it, on the patched host only", async () => {
    const cost: FaultInput[] = [{ kind: "costs-latency", host: "a", percent: 20 }];
    const plain = await stage(cost);
    const exact = await patched(plain);
    await plain.minutes(5);
    expect(median(of(await measured(plain, exact.since), "a-1")) / exact.before).toBeCloseTo(1.2, 3);

    const fleet = await stage(cost, noisy);
    const { since } = await patched(fleet);
    await fleet.minutes(20);
    const slices = await measured(fleet, since);
    const patch = (median(of(slices, "a-1")) + median(of(slices, "a-2"))) / 2;
    const others = (median(of(slices, "c-1")) + median(of(slices, "c-2"))) / 2;
    expect(patch / others).toBeGreaterThan(1.02);
    expect(patch / others).toBeLessThan(1.45);
  });

  test("errors", async () => {
    const fleet = await stage([{ kind: "costs-errors", host: "a", percent: 5 }]);
    const { since } = await patched(fleet);
    await fleet.minutes(60);
    const slices = await measured(fleet, since);
    expect(failing(of(slices, "a-1"))).toBeGreaterThan(0.03);
    expect(failing(of(slices, "a-1"))).toBeLessThan(0.07);
    expect(failing(of(slices, "c-1"))).toBe(0);
  });

  test("a leak: more with every hour", async () => {
    const fleet = await stage([{ kind: "leaks", host: "a", percent: 10 }]);
    const { since, before } = await patched(fleet);
    await fleet.minutes(180);
    const slices = of(await measured(fleet, since), "a-1");
    expect(median(slices.slice(0, 12)) / before).toBeLessThan(1.02);
    expect(median(slices.slice(-12)) / before).toBeGreaterThan(1.25);
  });

  test("by level and class, as the fleet says", async () => {
    const hosts = trio.hosts.map((host) => ({ ...host, class: host.id === "a" ? "r750" : "r760" }));
    const costs = [{ level: "8.0.3", class: "r750", latency: 0.5 }];
    const fleet = await stage([], { ...trio, hosts, costs });
    const { since, before } = await patched(fleet);
    await fleet.minutes(1);
    expect(median(of(await measured(fleet, since), "a-1")) / before).toBeCloseTo(1.5, 3);
    const healthy = await stage([], {
      ...trio,
      hosts,
      costs: [{ level: "8.0.4", latency: 0.5 }, ...costs.map((one) => ({ ...one, class: "r760" }))],
    });
    const good = await patched(healthy);
    await healthy.minutes(1);
    expect(median(of(await measured(healthy, good.since), "a-1")) / good.before).toBeCloseTo(1, 3);
  });
});

describe("what befalls the service", () => {
  const during = async (faults: FaultInput[], minutes = 5) => {
    const fleet = await stage(faults);
    const since = fleet.clock.now();
    await fleet.minutes(minutes);
    return { fleet, slices: await measured(fleet, since) };
  };

  test("a workload that nobody reaches, for so long", async () => {
    const { slices } = await during([{ kind: "workload-unreachable", workload: "a-1", at: "1m", for: "1m" }]);
    expect(samples(of(slices, "a-1")).filter((one) => one === null)).toHaveLength(60);
    expect(failing(slices.filter(({ workload }) => workload !== "a-1"))).toBe(0);
  });

  test("errors on a host, wherever its workloads came from", async () => {
    const { slices } = await during([{ kind: "error-burst", host: "a", at: "1m", for: "2m", percent: 40 }]);
    expect(failing(slices.filter(({ host }) => host !== "a"))).toBe(0);
    expect(failing(of(slices, "a-2"))).toBeGreaterThan(0.1);
    expect(failing(of(slices, "a-2"))).toBeLessThan(0.25);
  });

  test("a network in trouble strikes everybody", async () => {
    const { slices } = await during([{ kind: "network-trouble", at: "1m", for: "1m", percent: 100 }]);
    for (const host of ["a", "b", "c"]) expect(failing(slices.filter((one) => one.host === host))).toBeCloseTo(0.2, 1);
  });

  test("a guest that boots by itself is silent, and has another boot id, as after a start; not after a move", async () => {
    const fleet = await stage([{ kind: "guest-reboots", host: "a", at: "1m", for: "40s" }]);
    const ids = async () =>
      Object.fromEntries((await fleet.driver.observe(fleet.baseline)).workloads.map(({ id, bootId }) => [id, bootId]));
    const before = await ids();
    const since = fleet.clock.now();
    await fleet.minutes(3);
    const after = await ids();
    expect(Object.keys(before).filter((id) => before[id] !== after[id])).toEqual(["a-1"]);
    expect(samples(of(await measured(fleet, since), "a-1")).filter((one) => one === null)).toHaveLength(40);
    await fleet.migrate("a-2", "b");
    expect((await ids())["a-2"]).toBe(before["a-2"]);
    await fleet.time.run(fleet.driver.stop("a-2", fleet.context()));
    await fleet.time.run(fleet.driver.start("a-2", fleet.context()));
    expect((await ids())["a-2"]).not.toBe(before["a-2"]);
  });

  test("probes that fall silent leave gaps, never good news", async () => {
    const { slices } = await during([{ kind: "probes-silent", workload: "a-1", at: "1m", for: "1m" }]);
    expect(of(slices, "a-1")).toHaveLength(60 - 12);
    expect(of(slices, "a-2")).toHaveLength(60);
    const { slices: none } = await during([{ kind: "probes-silent", at: "0s", for: "10m" }]);
    expect(none).toEqual([]);
  });

  test("a host that hangs answers nobody; one that is only cut off from management does", async () => {
    const hung = await during([{ kind: "host-hangs", host: "a", at: "1m", for: "1m" }]);
    expect(failing(of(hung.slices, "a-1"))).toBeCloseTo(0.2, 1);
    const cut = await during([{ kind: "host-cut", host: "a", at: "1m", for: "1m" }]);
    expect(failing(cut.slices)).toBe(0);
  });

  test("hardware errors are counted up", async () => {
    const { fleet } = await during([
      { kind: "hardware-errors", host: "a", at: "1m", errors: 12 },
      { kind: "hardware-errors", host: "a", at: "2m", errors: 3 },
    ]);
    expect(await fleet.host("a")).toMatchObject({ errors: 15 });
    expect(await fleet.host("b")).not.toHaveProperty("errors");
  });

  test("a stopped workload is not measured: nobody meant to reach it", async () => {
    const fleet = await stage();
    await fleet.time.run(fleet.driver.stop("a-1", fleet.context()));
    const since = fleet.clock.now();
    await fleet.minutes(2);
    expect(of(await measured(fleet, since), "a-1")).toEqual([]);
  });
});

test("a move warms up: slower at first, soon as usual", async () => {
  const fleet = await stage([], { ...noisy, noise: "benign" });
  await fleet.migrate("a-1", "b");
  const since = fleet.clock.now();
  await fleet.minutes(10);
  const slices = of(await measured(fleet, since), "a-1");
  expect(median(slices.slice(0, 2)) / median(slices.slice(-48))).toBeGreaterThan(1.25);
  expect(median(slices.slice(24, 72)) / median(slices.slice(-48))).toBeLessThan(1.15);
});

test("tags and address are told as they were given", async () => {
  const workloads = [{ id: "a-1", host: "a", memory: 8, tags: ["web", "eu"], address: "10.0.0.1" }];
  const fleet = await stage([], { ...trio, workloads });
  const { workloads: seen } = await fleet.driver.observe(fleet.baseline);
  expect(seen[0]).toMatchObject({ tags: ["web", "eu"], address: "10.0.0.1" });
});

test.each<[string, object]>([
  ["error-burst: neither host nor workload", { kind: "error-burst", at: "1m" }],
  ["more than all requests", { kind: "costs-errors", percent: 101 }],
  ["no time at all", { kind: "probes-silent", at: "1m", for: "0s" }],
  ["an unknown workload", { kind: "guest-reboots", at: "1m", workload: "nobody" }],
])("a fault that makes no sense is refused: %s", (_, fault) => {
  expect(() => parseFleetSpec({ ...trio, faults: [fault as FaultInput] })).toThrow(/faults\[0\]/);
});
