import { describe, expect, test } from "vitest";
import {
  type FleetSpecInput,
  serviceLatency,
  violations,
  type World,
} from "../../../provider/drivers/simulated/index.ts";
import { rejects } from "../conformance.ts";
import { stage, trio } from "./fleets.ts";

const [hostA, hostB, hostC] = trio.hosts as [
  FleetSpecInput["hosts"][number],
  FleetSpecInput["hosts"][number],
  FleetSpecInput["hosts"][number],
];

describe("admission at the target", () => {
  test("counts what runs there, what leaves and what is on its way", async () => {
    const workloads = [
      { id: "there", host: "b", memory: 30, cpu: 1 },
      { id: "first", host: "a", memory: 30, cpu: 1 },
      { id: "second", host: "c", memory: 10, cpu: 1 },
    ];
    const fleet = await stage([], { hosts: trio.hosts, workloads });
    const first = fleet.driver.migrate("first", "b", fleet.context());
    await rejects(fleet.migrate("second", "b"), "conflict", /b has 4096 of memory free, second takes 10240/);
    await fleet.time.run(first);
    const leaving = fleet.driver.migrate("there", "c", fleet.context());
    await rejects(fleet.migrate("second", "b"), "conflict", /b has 4096 of memory free/);
    await fleet.time.run(leaving);
    await fleet.migrate("second", "b");
    expect([...fleet.seen]).toEqual([]);
  });

  test("counts every resource", async () => {
    const workloads = [
      { id: "busy", host: "a", memory: 1, cpu: 12 },
      { id: "there", host: "b", memory: 1, cpu: 8 },
    ];
    const fleet = await stage([], { hosts: trio.hosts, workloads });
    await rejects(fleet.migrate("busy", "b"), "conflict", /b has 8 of cpu free, busy takes 12/);
  });

  test("keeps groups apart, also in flight and while leaving", async () => {
    const workloads = [
      { id: "db-1", host: "a", memory: 1, group: "db" },
      { id: "db-2", host: "b", memory: 1, group: "db" },
    ];
    const fleet = await stage([], { hosts: trio.hosts, workloads });
    await rejects(fleet.migrate("db-1", "b"), "conflict", /b has db-2, of the same anti-affinity group db as db-1/);
    const coming = fleet.driver.migrate("db-2", "c", fleet.context());
    await rejects(fleet.migrate("db-1", "c"), "conflict", /c has db-2/);
    await rejects(fleet.migrate("db-1", "b"), "conflict", /b has db-2/);
    await fleet.time.run(coming);
    await fleet.migrate("db-1", "b");
    expect([...fleet.seen]).toEqual([]);
  });

  test("keeps workloads off hosts where they must not run, and tells of their rules", async () => {
    const workloads = [
      { id: "db", host: "a", memory: 1, hosts: { only: ["a", "c"], prefer: ["a"] } },
      { id: "web", host: "a", memory: 1, hosts: { never: ["b"] } },
    ];
    const fleet = await stage([], { hosts: trio.hosts, workloads });
    await rejects(fleet.migrate("db", "b"), "conflict", /a host rule of db keeps it off b/);
    await rejects(fleet.migrate("web", "b"), "conflict", /a host rule of web keeps it off b/);
    await fleet.migrate("db", "c");
    const seen = await fleet.driver.observe(fleet.baseline, new AbortController().signal);
    expect(seen.workloads.map((one) => one.hosts)).toEqual(workloads.map((one) => one.hosts));
  });

  test("has so many slots, at both ends", async () => {
    const hosts = [{ ...hostA, slots: 1 }, hostB, { ...hostC, slots: 1 }];
    const fleet = await stage([], { ...trio, hosts });
    const first = fleet.driver.migrate("a-1", "b", fleet.context());
    await rejects(fleet.migrate("a-2", "b"), "conflict", /a has 1 migrations in flight, its most is 1/);
    await fleet.time.run(first);
    const second = fleet.driver.migrate("b-1", "c", fleet.context());
    await rejects(fleet.migrate("b-2", "c"), "conflict", /c has 1 migrations in flight/);
    await fleet.time.run(second);
  });

  test("refuses a target that is down", async () => {
    const fleet = await stage();
    await fleet.takeOut("a", "b");
    const patching = fleet.driver.remediate("a", fleet.baseline, fleet.context());
    await rejects(fleet.migrate("c-1", "a"), "conflict", /a is down/);
    await fleet.time.run(patching);
  });

  test("a pinned workload never moves, but stops and starts", async () => {
    const workloads = [{ id: "dongle", host: "a", memory: 1, pinned: true }];
    const fleet = await stage([], { hosts: trio.hosts, workloads });
    await rejects(fleet.migrate("dongle", "b"), "conflict", /dongle is pinned to a/);
    await fleet.cordon("a");
    await fleet.time.run(fleet.driver.stop("dongle", fleet.context()));
    await fleet.remediate("a");
    await fleet.time.run(fleet.driver.start("dongle", fleet.context()));
    expect(fleet.workload("dongle")).toMatchObject({ host: "a", state: "running" });
    expect([...fleet.seen]).toEqual([]);
  });

  test("a stopped workload takes no room until it starts", async () => {
    const workloads = [
      { id: "asleep", host: "b", memory: 60, state: "stopped" as const },
      { id: "guest", host: "a", memory: 10 },
    ];
    const fleet = await stage([], { hosts: trio.hosts, workloads });
    await fleet.migrate("guest", "b");
    await rejects(
      fleet.time.run(fleet.driver.start("asleep", fleet.context())),
      "conflict",
      /asleep cannot start: b has/,
    );
    await fleet.migrate("guest", "a");
    const starting = fleet.driver.start("asleep", fleet.context());
    await rejects(fleet.migrate("guest", "b"), "conflict", /free/);
    await fleet.time.run(starting);
  });
});

test("a start holds its place at once, and a stop calls it off", async () => {
  const fleet = await stage();
  await fleet.time.run(fleet.driver.stop("a-1", fleet.context()));
  const starting = rejects(fleet.driver.start("a-1", fleet.context()), "failed", /a-1: its start was called off/);
  expect((await fleet.driver.observe(fleet.baseline)).workloads[0]).toMatchObject({ id: "a-1", state: "running" });
  await rejects(fleet.migrate("a-1", "b"), "conflict", /a-1 is busy: start/);
  await fleet.time.run(fleet.driver.stop("a-1", fleet.context()));
  await fleet.time.run(starting);
  expect(fleet.workload("a-1")).toMatchObject({ state: "stopped", doing: undefined });
  expect([...fleet.seen]).toEqual([]);
});

describe("time", () => {
  test("a migration takes its fixed time and so much per GiB", async () => {
    const fleet = await stage([], { ...trio, migration: { fixed: 7, perGiB: 3 } });
    const before = fleet.clock.now();
    await fleet.migrate("a-1", "b");
    expect(fleet.clock.now() - before).toBe((7 + 3 * 8) * 1000);
  });

  test("a patch that is staged takes patch and boot; else staging comes on top", async () => {
    const hosts = trio.hosts.map((host) => ({ ...host, patch: 100, boot: 50 }));
    const fleet = await stage([], { ...trio, hosts, times: { stage: 30 } });
    const spans: number[] = [];
    for (const [host, staged] of [
      ["a", true],
      ["b", false],
    ] as const) {
      if (staged) await fleet.time.run(fleet.driver.stage(host, fleet.baseline, fleet.context()));
      await fleet.takeOut(host, "c");
      const before = fleet.clock.now();
      await fleet.remediate(host);
      spans.push((fleet.clock.now() - before) / 1000);
    }
    expect(spans).toEqual([150, 180]);
  });

  test("jitter keeps to its share and to its seed", async () => {
    const spans = async (seed: number) => {
      const fleet = await stage([], { ...trio, seed, jitter: 0.2 });
      const found: number[] = [];
      for (const id of ["a-1", "a-2", "c-1", "c-2"]) {
        const before = fleet.clock.now();
        await fleet.migrate(id, "b");
        found.push(fleet.clock.now() - before);
      }
      return found;
    };
    const first = await spans(3);
    expect(await spans(3)).toEqual(first);
    expect(await spans(4)).not.toEqual(first);
    expect(new Set(first).size).toBe(4);
    for (const span of first) expect(Math.abs(span - 26_000)).toBeLessThanOrEqual(0.2 * 26_000);
  });

  test("goes on while nobody looks", async () => {
    const fleet = await stage();
    await fleet.takeOut("a", "b");
    const stop = new AbortController();
    const patching = rejects(
      fleet.driver.remediate("a", fleet.baseline, { ...fleet.context(), signal: stop.signal }),
      "cancelled",
    );
    stop.abort();
    await fleet.time.run(patching);
    await fleet.minutes(60);
    expect(await fleet.host("a")).toMatchObject({ state: "up", level: "8.0.3" });
    const boot = fleet.world.events.find((event) => event.what === "boot");
    const begin = fleet.world.events.find((event) => event.what === "remediate");
    expect((boot?.at ?? 0) - (begin?.at ?? 0)).toBe((480 + 60 + 240) * 1000);
  });
});

describe("the log", () => {
  test("tells what was done, by whom and under which token; looking leaves no trace", async () => {
    const fleet = await stage();
    for (let i = 0; i < 3; i++) await fleet.driver.observe(fleet.baseline);
    await fleet.driver.record.read();
    await fleet.driver.actors.read();
    const before = fleet.world.events.length;
    await fleet.cordon("a");
    await fleet.cordon("a");
    await rejects(fleet.migrate("b-1", "a"), "conflict");
    await fleet.migrate("a-1", "b");
    const told = fleet.world.events.slice(before).map(({ by, what, outcome, host, workload, to, token }) => {
      return [by, what, outcome, host, workload, to, token].filter((part) => part !== undefined).join(" ");
    });
    expect(before).toBe(1);
    expect(told).toEqual([
      "run cordon done a 1",
      "run cordon already a 1",
      "run migrate refused b b-1 a 1",
      "run migrate begun a a-1 b 1",
      "platform migrate done a a-1 b",
    ]);
  });

  test("heartbeats do not fill it", async () => {
    const fleet = await stage();
    const stored = await fleet.driver.record.read();
    let version = stored?.version ?? 0;
    for (let beat = 1; beat < 10; beat++) {
      const record = stored?.record;
      if (record?.lease === undefined) throw new Error("no lease");
      version = await fleet.driver.record.write({ ...record, lease: { ...record.lease, beat } }, version);
    }
    expect(fleet.world.events).toHaveLength(1);
  });
});

describe("violations", () => {
  const broken: [string, RegExp, (world: World) => void][] = [
    ["a workload on no host", /a-1 is lost: there is no host z/, (world) => alter(world, "a-1", { host: "z" })],
    [
      "a workload on a host that is off",
      /a-1 is lost: it ran on a, which is off/,
      (world) => put(world, "a", { power: "off" }),
    ],
    [
      "too much memory",
      /a has 65536 of memory, but 73728 are booked/,
      (world) => alter(world, "a-1", { demand: { memory: 64 * 1024 } }),
    ],
    [
      "a group together",
      /a-2 and a-1 of group g are both on a/,
      (world) => {
        alter(world, "a-1", { group: "g" });
        alter(world, "a-2", { group: "g" });
      },
    ],
    [
      "a group together in flight",
      /of group g are both on b/,
      (world) => {
        alter(world, "b-1", { group: "g" });
        alter(world, "a-2", { group: "g", doing: { task: "t", kind: "migrate", to: "b" } });
      },
    ],
    [
      "a patch on a full host",
      /a is being patched, but it is not empty, cordoned and marked/,
      (world) => put(world, "a", { power: "patching" }),
    ],
    [
      "a task that is gone",
      /a-1 waits for a task that is no more/,
      (world) => alter(world, "a-1", { doing: { task: "t", kind: "stop", to: "a" } }),
    ],
  ];

  test.each(broken)("%s is seen", async (_, text, damage) => {
    const { world } = await stage();
    expect(violations(world)).toEqual([]);
    damage(world);
    expect(violations(world).join("\n")).toMatch(text);
  });

  test("an attempt to patch a host that is not out is never forgotten", async () => {
    const fleet = await stage();
    await rejects(fleet.remediate("a"), "conflict", /not cordoned under a mark/);
    await fleet.takeOut("a", "b");
    await fleet.remediate("a");
    expect(violations(fleet.world)).toEqual(["remediation was asked for, but a is not cordoned under a mark."]);
  });
});

test("a service is slower on a busy host and while it moves, and silent on a host that is out", async () => {
  const fleet = await stage([{ kind: "host-hangs", host: "c", at: "1h" }]);
  const latency = (id: string) => serviceLatency(fleet.world, fleet.workload(id));
  const before = latency("a-1");
  const moving = fleet.driver.migrate("a-1", "b", fleet.context());
  expect(latency("a-1")).toBeCloseTo(before * 1.2, 10);
  await fleet.time.run(moving);
  expect(latency("a-1")).toBeGreaterThan(before);
  await fleet.minutes(60);
  await fleet.driver.observe(fleet.baseline);
  expect(latency("c-1")).toBe(Number.POSITIVE_INFINITY);
});

function alter(world: World, id: string, change: object): void {
  const row = world.workloads.get(id);
  if (row !== undefined) world.workloads.put({ ...row, ...change });
}

function put(world: World, id: string, change: object): void {
  const row = world.hosts.get(id);
  if (row !== undefined) world.hosts.put({ ...row, ...change });
}
