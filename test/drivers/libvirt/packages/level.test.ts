import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Baseline } from "../../../../provider/core/baseline.ts";
import type { Inspection, PackageFacts } from "../../../../provider/drivers/libvirt/packages/facts.ts";
import { levelFrom } from "../../../../provider/drivers/libvirt/packages/level.ts";

type Installed = Record<string, string>;

/** A host with these packages; "hi 1.0" has a status before its version. */
function facts(installed: Installed, more: Partial<PackageFacts> = {}): PackageFacts {
  const entries = Object.entries(installed).map(([name, text]) => {
    const [version = "", status = "ii"] = text.split(" ").reverse();
    return [name, { version, status }] as const;
  });
  return {
    family: "deb",
    key: "k",
    running: "6.1.100",
    kernel: "6.1.100",
    reboot: undefined,
    installed: new Map(entries),
    ...more,
  };
}

function seen(available: Record<string, string[]> = {}, more: Partial<Inspection> = {}): Inspection {
  return {
    broken: [],
    owner: { name: "linux-image-6.1.100", version: "6.1.100-1" },
    built: undefined,
    runs: new Set(),
    reboot: undefined,
    daemon: undefined,
    changed: new Map(),
    available: new Map(Object.entries(available)),
    updateProblem: undefined,
    behind: [],
    ...more,
  };
}

const packages = (declared: Record<string, string>, more: Partial<Baseline> = {}): Baseline => ({
  packages: declared,
  ...more,
});

describe("packages", () => {
  test("that are there are compliant, and nothing else is said", () => {
    const { finding, ...rest } = levelFrom(packages({ b: "2", a: ">= 1" }), facts({ a: "1.5", b: "2" }), seen());
    expect(finding).toBeUndefined();
    expect(rest).toMatchObject({
      level: "a=1.5 b=2",
      wanted: "a=1.5 b=2",
      evidence: "a=1.5 b=2",
      rebootPending: false,
    });
  });

  test("that are behind or missing get the newest version that will do", () => {
    const reading = levelFrom(
      packages({ a: ">= 1.1, < 2", b: "latest" }),
      facts({ a: "1.0" }),
      seen({ a: ["1.1", "1.9", "2.0"], b: ["3", "1:1"] }),
    );
    expect(reading).toMatchObject({
      level: "a=1.0 b=none",
      wanted: "a=1.9 b=1:1",
      evidence: "a=1.0 b=none",
      finding: { compliance: "drifted" },
      install: ["a=1.9", "b=1:1"],
    });
  });

  test("that no repository has are blocked, with what there is and why lists may be old", () => {
    const { finding } = levelFrom(
      packages({ a: "9" }),
      facts({ a: "1" }),
      seen({ a: ["1", "2"] }, { updateProblem: "Failed to fetch x" }),
    );
    expect(finding).toEqual({
      compliance: "blocked",
      reason: "a 9 is in none of its repositories (they have 1, 2); Failed to fetch x",
    });
  });

  test("that are held are blocked, unless they are where they shall be", () => {
    const available = seen({ a: ["1", "2"] });
    expect(levelFrom(packages({ a: "2" }), facts({ a: "hi 1" }), available).finding?.reason).toMatch(/held/);
    expect(levelFrom(packages({ a: "1" }), facts({ a: "hi 1" }), available).finding).toBeUndefined();
  });

  test("newer than declared: ahead; blocked when another one is behind; taken back only when allowed", () => {
    const has = facts({ a: "2", b: "1" });
    const can = seen({ a: ["1", "2"], b: ["1", "2"] });
    expect(levelFrom(packages({ a: "1", b: "1" }), has, can)).toMatchObject({
      finding: { compliance: "ahead" },
      wanted: "a=2 b=1",
    });
    expect(levelFrom(packages({ a: "1", b: "2" }), has, can).finding).toMatchObject({
      compliance: "blocked",
      reason: expect.stringMatching(/a is at 2 already, and b is behind/),
    });
    expect(levelFrom(packages({ a: "1", b: "2" }, { allowDowngrade: true }), has, can)).toMatchObject({
      finding: { compliance: "drifted" },
      wanted: "a=1 b=2",
    });
  });

  test("half installed are a problem, whatever their version", () => {
    const reading = levelFrom(packages({ a: "1" }), facts({ a: "iF 1" }), seen({}, { broken: ["a", "other"] }));
    expect(reading.problem).toBe("packages are not set up: a (iF), other");
    expect(reading).toMatchObject({ level: "a=1(iF)", wanted: "a=1", finding: { compliance: "drifted" } });
  });

  test("of rpm are named as dnf takes them", () => {
    const { install } = levelFrom(
      packages({ "qemu-kvm": "17:8.2.0-11.el9_4.6" }, { kernel: "5.14.0-503.el9.x86_64" }),
      facts({ "qemu-kvm": "17:8.2.0-11.el9_4" }, { family: "rpm" }),
      seen({ "qemu-kvm": ["17:8.2.0-11.el9_4.6"] }),
    );
    expect(install).toEqual(["qemu-kvm-17:8.2.0-11.el9_4.6", "kernel-5.14.0-503.el9.x86_64"]);
  });

  test("with a version that the host's package manager cannot read are an error of the baseline", () => {
    expect(() => levelFrom(packages({ a: "x:1" }), facts({}), seen())).toThrow(/baseline\.packages\["a"\]/);
  });
});

describe("proof", () => {
  test("of a kernel's package is the kernel that runs", () => {
    const declared = packages({ "linux-image-amd64": "6.1.101-1" });
    const has = facts({ "linux-image-amd64": "6.1.101-1" }, { kernel: "6.1.101" });
    const before = levelFrom(declared, has, seen());
    expect(before).toMatchObject({ evidence: "linux-image-amd64=6.1.100-1", rebootPending: true });
    expect(before.finding).toMatchObject({
      compliance: "drifted",
      reason: "proven is something else: linux-image-amd64 6.1.101-1 → 6.1.100-1",
    });
  });

  test("a package that names the newest kernel may have another version than it", () => {
    const declared = packages({ "linux-image-generic": "6.8.0.49.51" });
    const has = facts({ "linux-image-generic": "6.8.0.49.51" });
    const runs = { runs: new Set(["linux-image-generic"]), owner: { name: "linux-image-6.8", version: "6.8.0-49.49" } };
    expect(levelFrom(declared, has, seen({}, runs)).finding).toBeUndefined();
  });

  test("a kernel of the same release and another build is not the one that is installed", () => {
    const declared = packages({ "linux-image-amd64": "6.1.112-1" });
    const owner = { name: "linux-image-6.1.0-26-amd64", version: "6.1.112-1" };
    const at = seen({}, { owner, built: "6.1.106-3", runs: new Set(["linux-image-amd64"]) });
    expect(levelFrom(declared, facts({ "linux-image-amd64": "6.1.112-1" }), at)).toMatchObject({
      evidence: "linux-image-amd64=6.1.106-3",
      rebootPending: true,
    });
  });

  test("of libvirt is its daemon, of anything else its files", () => {
    const has = facts({ "libvirt-daemon": "11.3.0-3+deb13u1", tool: "1:2.0-1" });
    const of = (daemon: string) =>
      levelFrom(
        packages({ "libvirt-daemon": "latest", tool: "latest" }),
        has,
        seen({}, { daemon, changed: new Map([["tool", "/usr/bin/tool"]]) }),
      ).evidence;
    expect(of("11.3.0")).toBe("libvirt-daemon=11.3.0-3+deb13u1 tool=1:2.0-1(/usr/bin/tool-differs)");
    expect(of("10.0.0")).toMatch(/^libvirt-daemon=10\.0\.0 /);
    expect(of("11.3")).toMatch(/^libvirt-daemon=11\.3 /);
  });
});

describe("a kernel", () => {
  const declared: Baseline = { kernel: "6.1.101" };
  test("that is installed and does not run yet needs a reboot", () => {
    const has = facts({ "linux-image-6.1.101": "6.1.101-1" }, { kernel: "6.1.101" });
    expect(levelFrom(declared, has, seen())).toMatchObject({
      level: "kernel=6.1.101",
      evidence: "kernel=6.1.100",
      install: [],
      rebootPending: true,
    });
  });

  test("that is not there is installed, or blocked where it cannot be had", () => {
    const can = levelFrom(declared, facts({}), seen({ "linux-image-6.1.101": ["6.1.101-1"] }));
    expect(can).toMatchObject({ finding: { compliance: "drifted" }, install: ["linux-image-6.1.101"] });
    expect(levelFrom(declared, facts({}), seen()).finding?.compliance).toBe("blocked");
  });
});

describe("a repository", () => {
  test("is one word in a level, with a few packages that are behind it", () => {
    const declared: Baseline = { distribution: "https://mirror.example.com/debian  trixie main" };
    const wants = "distribution=https://mirror.example.com/debian,trixie,main";
    expect(levelFrom(declared, facts({}), seen())).toMatchObject({ level: wants, wanted: wants, evidence: wants });
    const behind = seen({}, { behind: ["a", "b", "c", "d", "e"] });
    expect(levelFrom(declared, facts({}), behind).level).toBe("distribution=behind(a,b,c,+2)");
  });
});

test("whatever a host has: compliant exactly when level, wanted and evidence are one, and levels are lists of words", () => {
  const version = fc.constantFrom("1", "1.1", "1:0.9", "2~rc1", "2");
  const range = fc.oneof(version, fc.constant("latest"), fc.constantFrom(">= 1", "< 2", "> 1, < 1:0"));
  const status = fc.constantFrom("", "hi ", "iF ");
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom("a", "b", "c"), range, { minKeys: 1 }),
      fc.dictionary(fc.constantFrom("a", "b", "c"), fc.tuple(status, version)),
      fc.dictionary(fc.constantFrom("a", "b", "c"), fc.uniqueArray(version)),
      fc.boolean(),
      (declared, has, available, allowDowngrade) => {
        const installed = Object.fromEntries(Object.entries(has).map(([name, [of, at]]) => [name, of + at]));
        const reading = levelFrom(packages(declared, { allowDowngrade }), facts(installed), seen(available));
        const isOne = reading.level === reading.wanted && reading.evidence === reading.wanted;
        if (reading.finding === undefined) expect(isOne).toBe(true);
        if (reading.finding?.compliance === "drifted") expect(isOne).toBe(false);
        for (const text of [reading.level, reading.wanted, reading.evidence])
          for (const part of text.split(" ")) expect(part).toMatch(/^[abc]=\S+$/);
      },
    ),
  );
});
