import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { milliseconds, readable } from "../../provider/core/duration.ts";
import { inputs } from "../../provider/core/inputs.ts";
import { policy } from "../../provider/core/policy.ts";
import { hostsAllowed } from "../../provider/core/share.ts";

const problems = (value: unknown): string[] => {
  const result = policy.safeParse(value);
  return result.success ? [] : result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
};

describe("policy", () => {
  it("has a safe default for everything", () => {
    const minutes = 60_000;
    expect(policy.parse({})).toEqual({
      mode: "full",
      onDrift: "roll",
      maxUnavailable: { fleet: 1, perDomain: undefined },
      startWidth: 1,
      canary: 1,
      judged: 5,
      soak: 20 * minutes,
      canarySoak: 60 * minutes,
      steps: ["10%", "25%", "50%", "100%"],
      tolerance: "10%",
      maxFailures: 1,
      retries: 3,
      deadlines: { drain: 30 * minutes, patch: 60 * minutes },
      settle: 15_000,
      putBack: "bounded",
      pinned: "refuse",
      onRegress: "drain",
      windows: [],
      freeze: [],
      approve: [],
      waitAtGate: 0,
      stopWithin: 10 * minutes,
    });
  });

  it("takes a count, a share, or both by fleet and domain", () => {
    expect(policy.parse({ maxUnavailable: 3 }).maxUnavailable.fleet).toBe(3);
    expect(policy.parse({ maxUnavailable: "25%" }).maxUnavailable.fleet).toBe("25%");
    expect(policy.parse({ maxUnavailable: { fleet: "10%", perDomain: 1 } }).maxUnavailable).toEqual({
      fleet: "10%",
      perDomain: 1,
    });
    expect(policy.parse({ maxUnavailable: { perDomain: 1 } }).maxUnavailable).toEqual({ fleet: 1, perDomain: 1 });
  });

  it("takes a reserve as host failures, as amounts or as a share", () => {
    const reserve = (value: unknown): unknown => policy.parse({ reserve: value }).reserve;
    expect(reserve(2)).toBe(2);
    expect(reserve("10%")).toBe("10%");
    expect(reserve({ memory: "1.5TiB", cpu: 64 })).toEqual({ memory: 1.5 * 1024 * 1024, cpu: 64 });
    expect(reserve({ memory: "512 MiB" })).toEqual({ memory: 512 });
  });

  it.each([
    [{ maxUnavailable: 0 }, "maxUnavailable"],
    [{ maxUnavailable: -1 }, "maxUnavailable"],
    [{ maxUnavailable: 1.5 }, "maxUnavailable"],
    [{ maxUnavailable: "0%" }, "maxUnavailable"],
    [{ maxUnavailable: "101%" }, "maxUnavailable"],
    [{ maxUnavailable: "-5%" }, "maxUnavailable"],
    [{ maxUnavailable: "many" }, "maxUnavailable"],
    [{ startWidth: 0 }, "startWidth"],
    [{ startWidth: "101%" }, "startWidth"],
    [{ startWidth: 2.5 }, "startWidth"],
    [{ reserve: -1 }, "reserve"],
    [{ reserve: Number.NaN }, "reserve"],
    [{ reserve: "0%" }, "reserve"],
    [{ reserve: "120%" }, "reserve"],
    [{ reserve: "512GiB" }, "reserve"],
    [{ reserve: {} }, "reserve"],
    [{ reserve: { memory: 512 } }, "reserve.memory"],
    [{ reserve: { memory: "512" } }, "reserve.memory"],
    [{ reserve: { memory: "-1GiB" } }, "reserve.memory"],
    [{ reserve: { cpu: "many" } }, "reserve.cpu"],
    [{ reserve: { cpu: -1 } }, "reserve"],
    [{ reserve: { cpu: Number.POSITIVE_INFINITY } }, "reserve"],
    [{ migrations: {} }, "migrations"],
    [{ migrations: { perHost: 0 } }, "migrations.perHost"],
    [{ migrations: { total: Number.NaN } }, "migrations.total"],
    [{ migrations: { total: 1.5 } }, "migrations.total"],
    [{ migrations: { most: 2 } }, "most"],
    [{ quorums: { etcd: [] } }, "quorums.etcd"],
    [{ quorums: { etcd: ["h1", "h2", "h1"] } }, "quorums.etcd.2"],
    [{ quorums: { "": ["h1"] } }, "quorums"],
    [{ quorums: ["h1", "h2"] }, "quorums"],
    [{ apart: [["h1"]] }, "apart.0"],
    [{ apart: [["h1", "h1"]] }, "apart.0.1"],
    [{ apart: [["h1", ""]] }, "apart.0.1"],
    [{ last: [] }, "last"],
    [{ last: ["h1", "h1"] }, "last.1"],
    [{ order: [{ host: "h1", after: [] }] }, "order.0.after"],
    [{ order: [{ host: "h1", after: ["h2", "h2"] }] }, "order.0.after.1"],
    [{ order: [{ host: "", after: ["h2"] }] }, "order.0.host"],
    [{ order: [{ after: ["h2"] }] }, "order.0.host"],
    [
      {
        order: [
          { host: "h1", after: ["h2"] },
          { host: "h1", after: ["h3"] },
        ],
      },
      'order.1.host: there is a rule for "h1" already',
    ],
    [{ order: [{ host: "h1", after: ["h1"] }] }, "order: these hosts wait for each other: h1 waits for h1"],
    [
      {
        order: [
          { host: "h1", after: ["h2"] },
          { host: "h2", after: ["h3"] },
          { host: "h3", after: ["h1"] },
        ],
      },
      "order: these hosts wait for each other: h1 waits for h2, h2 for h3, h3 for h1",
    ],
    [{ last: ["h1", "h2"], order: [{ host: "h1", after: ["h2"] }] }, "order: these hosts wait for each other"],
    [{ last: ["h1"], order: [{ host: "h2", after: ["h1"] }] }, "h2 waits for h1, h1 for h2"],
    [{ canary: -1 }, "canary"],
    [{ retries: 0.5 }, "retries"],
    [{ maxFailures: Number.NaN }, "maxFailures"],
    [{ deadlines: { drain: "soon" } }, "deadlines.drain"],
    [{ deadlines: { drian: "1m" } }, "drian"],
    [{ deadlines: { drain: "0s" } }, "deadlines.drain: must be longer than 0s"],
    [{ deadlines: { patch: "0m" } }, "deadlines.patch: must be longer than 0s"],
    [{ deadlines: { boot: "0.1ms" } }, "deadlines.boot: must be longer than 0s"],
    [{ maxUpTime: "0s" }, "maxUpTime: must be longer than 0s"],
    [{ windows: [{ start: "0 22 * * *", duration: "0h" }] }, "windows.0.duration: must be longer than 0s"],
    [{ maxUpTime: 60 }, "maxUpTime"],
    [{ mode: "fast" }, "mode"],
    [{ tolerance: "0%" }, "tolerance: a share must be more than 0%"],
    [{ tolerance: "-5%" }, "tolerance"],
    [{ tolerance: "101%" }, "tolerance: a share must not exceed 100%"],
    [{ tolerance: 10 }, "tolerance"],
    [{ steps: [] }, "steps"],
    [{ steps: ["25%", "10%", "100%"] }, "steps.1: must be more than the step before it (25%)"],
    [{ steps: ["50%", "50%", "100%"] }, "steps.1: must be more than the step before it (50%)"],
    [{ steps: ["10%", "50%"] }, "steps.1: the last step must be 100%"],
    [{ judged: -1 }, "judged"],
    [{ soak: "0s" }, "soak: must be longer than 0s"],
    [{ reference: "soon" }, "reference"],
    [{ windows: [{ start: "0 22 * * *" }] }, "windows.0.duration"],
  ])("refuses %j and names the field", (value, field) => {
    expect(problems(value).join("\n")).toContain(field);
  });

  it("never crashes on anything a program may pass", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(
            "maxUnavailable",
            "reserve",
            "quorums",
            "apart",
            "last",
            "order",
            "canary",
            "mode",
            "windows",
            "deadlines",
            "x",
          ),
          fc.anything(),
        ),
        (value) => {
          expect(Array.isArray(problems(value))).toBe(true);
        },
      ),
    );
  });
});

describe("shares", () => {
  it("are rounded down, but never to none", () => {
    expect(hostsAllowed("25%", 10)).toBe(2);
    expect(hostsAllowed("5%", 10)).toBe(1);
    expect(hostsAllowed("100%", 7)).toBe(7);
    expect(hostsAllowed("33.34%", 3)).toBe(1);
    expect(hostsAllowed(4, 2)).toBe(4);
  });

  it("never allow more than their share, rounded down, or one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 10_000 }), (percent, hosts) => {
        const allowed = hostsAllowed(`${percent}%`, hosts);
        expect(allowed).toBeGreaterThanOrEqual(1);
        expect(allowed === 1 || allowed * 100 <= percent * hosts).toBe(true);
      }),
    );
  });
});

describe("durations", () => {
  it.each([
    ["90s", 90_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    ["0s", 0],
    ["2d", 172_800_000],
  ])("%s", (text, ms) => expect(milliseconds(text)).toBe(ms));

  it.each(["", "5", "m", "-5m", "5 minutes", "1h30m", "Infinity"])("%j is none", (text) => {
    expect(() => milliseconds(text)).toThrow(RangeError);
  });

  it.each([
    [0, "0 s"],
    [45_000, "45 s"],
    [90_000, "1 min 30 s"],
    [1_200_000, "20 min"],
    [4_800_000, "1 h 20 min"],
    [7_200_000, "2 h"],
  ])("%d ms reads %s", (ms, text) => expect(readable(ms)).toBe(text));
});

describe("inputs", () => {
  const good = { target: { kind: "simulated", file: "fleet.db" }, baseline: { version: "8.0.3" }, owner: "p/s/n" };
  const paths = (value: unknown): string[] =>
    inputs.safeParse(value).error?.issues.map((issue) => issue.path.join(".")) ?? [];

  it("accept the least that is needed", () => expect(paths(good)).toEqual([]));

  it.each([
    [{ ...good, target: { kind: "esxi", file: "x" } }, "target.kind"],
    [{ ...good, target: { kind: "simulated" } }, "target.file"],
    [{ ...good, baseline: {} }, "baseline"],
    [{ ...good, baseline: { version: "8.0.3", packages: { qemu: "1.0" } } }, "baseline.version"],
    [{ ...good, baseline: { packages: {} } }, "baseline.packages"],
    [{ ...good, baseline: { packages: { "a;b": "1.0" } } }, "baseline.packages.a;b"],
    [{ ...good, baseline: { packages: { qemu: "$(reboot)" } } }, "baseline.packages.qemu"],
    [{ ...good, baseline: { packages: { qemu: ">= " } } }, "baseline.packages.qemu"],
    [{ ...good, baseline: { kernel: "6.12 57" } }, "baseline.kernel"],
    [{ ...good, baseline: { distribution: "https://a\nhttps://b" } }, "baseline.distribution"],
    [{ ...good, target: { kind: "libvirt", hosts: [] } }, "target.hosts"],
    [{ ...good, target: { kind: "libvirt", hosts: [{ name: "a b" }] } }, "target.hosts.0.name"],
    [{ ...good, target: { kind: "libvirt", hosts: [{ name: "a" }, { name: "a" }] } }, "target.hosts.1.name"],
    [
      { ...good, target: { kind: "libvirt", hosts: [{ name: "a", fingerprints: ["MD5:x"] }] } },
      "target.hosts.0.fingerprints.0",
    ],
    [{ ...good, baseline: { version: "" } }, "baseline.version"],
    [{ ...good, checks: [{ kind: "http", name: "a", url: "shop" }] }, "checks.0.url"],
    [{ ...good, checks: [{ kind: "http", name: "a", url: "ftp://shop.example" }] }, "checks.0.url"],
    [{ ...good, checks: [{ kind: "http", name: "a", url: "https://me:hunter2@shop.example" }] }, "checks.0.url"],
    [{ ...good, checks: [{ kind: "tcp", name: "a", address: "x", port: 70_000 }] }, "checks.0.port"],
    [{ ...good, checks: [{ kind: "command", name: "a", command: [] }] }, "checks.0.command"],
    [
      {
        ...good,
        checks: [
          { kind: "command", name: "a", command: ["true"] },
          { kind: "command", name: "a", command: ["true"] },
        ],
      },
      "checks.1.name",
    ],
  ])("%# name the field that is wrong", (value, field) => expect(paths(value)).toContain(field));
});
