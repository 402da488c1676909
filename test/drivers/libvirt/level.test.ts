import { describe, expect, test } from "vitest";
import type { Baseline } from "../../../provider/core/baseline.ts";
import { readGlance, readInspection } from "../../../provider/drivers/libvirt/packages/facts.ts";
import { levelFrom } from "../../../provider/drivers/libvirt/packages/level.ts";

/** A host as it prints itself; each test changes some lines. */
const GLANCE = `key boot-1 1795590760.1 1795590660 6.1.100-lab 6.1.100-lab
running 6.1.100-lab
kernel 6.1.100-lab
installed fleet-agent ii 1.0.0
installed linux-image-lab ii 6.1.100-1
installed libvirt-daemon-system ii 11.3.0-3
`;
const INSPECTION = `owner linux-image-6.1.100-lab 6.1.100-1
daemon 11.3.0
available fleet-agent 1.0.0
available fleet-agent 1.1.0
available linux-image-lab 6.1.100-1
available linux-image-lab 6.1.101-1
`;

interface Change {
  readonly glance?: readonly [string, string];
  readonly inspection?: readonly [string, string];
}

function reading(baseline: Baseline, { glance = ["", ""], inspection = ["", ""] }: Change = {}) {
  const facts = readGlance(GLANCE.replace(...glance));
  return levelFrom(baseline, facts, readInspection(INSPECTION.replace(...inspection), false));
}

describe("the level of a host", () => {
  test("that is behind: what it has, what it would get, exactly", () => {
    const baseline = { packages: { "linux-image-lab": ">= 6.1.101", "fleet-agent": "1.1.0" } };
    expect(reading(baseline)).toEqual({
      family: "deb",
      level: "fleet-agent=1.0.0 linux-image-lab=6.1.100-1",
      wanted: "fleet-agent=1.1.0 linux-image-lab=6.1.101-1",
      evidence: "fleet-agent=1.0.0 linux-image-lab=6.1.100-1",
      finding: { compliance: "drifted", reason: "" },
      rebootPending: false,
      install: ["linux-image-lab=6.1.101-1", "fleet-agent=1.1.0"],
    });
  });

  test("that complies has no finding", () => {
    expect(reading({ packages: { "fleet-agent": "1.0.0" } })).not.toHaveProperty("finding");
  });

  test("that has not been installed what is declared", () => {
    expect(
      reading({ packages: { "new-agent": "1.0" } }, { inspection: ["daemon", "available new-agent 1.0\ndaemon"] }),
    ).toMatchObject({
      level: "new-agent=none",
      wanted: "new-agent=1.0",
      finding: { compliance: "drifted" },
    });
  });

  test("lies when its database is new and the running kernel old", () => {
    const lie = { glance: ["linux-image-lab ii 6.1.100-1", "linux-image-lab ii 6.1.101-1"] as const };
    expect(reading({ packages: { "linux-image-lab": "6.1.101-1" } }, lie)).toMatchObject({
      level: "linux-image-lab=6.1.101-1",
      wanted: "linux-image-lab=6.1.101-1",
      evidence: "linux-image-lab=6.1.100-1",
      finding: { compliance: "drifted", reason: expect.stringContaining("6.1.101-1 → 6.1.100-1") },
    });
  });

  test("lies when libvirt's daemon is an older one, or a program differs from its package", () => {
    const old = { inspection: ["daemon 11.3.0", "daemon 11.2.0"] as const };
    expect(reading({ packages: { "libvirt-daemon-system": "11.3.0-3" } }, old).evidence).toBe(
      "libvirt-daemon-system=11.2.0",
    );
    const changed = { inspection: ["daemon", "changed fleet-agent /usr/bin/agent\ndaemon"] as const };
    expect(reading({ packages: { "fleet-agent": "1.0.0" } }, changed).evidence).toBe(
      "fleet-agent=1.0.0(/usr/bin/agent-differs)",
    );
  });

  test.each<[string, Baseline, Change, string, RegExp]>([
    [
      "no such version",
      { packages: { "fleet-agent": "9.0" } },
      {},
      "blocked",
      /fleet-agent 9\.0 is in none .* 1\.0\.0, 1\.1\.0/,
    ],
    [
      "held",
      { packages: { "fleet-agent": "1.1.0" } },
      { glance: ["fleet-agent ii", "fleet-agent hi"] },
      "blocked",
      /fleet-agent is held/,
    ],
    [
      "newer",
      { packages: { "fleet-agent": "0.9" } },
      { inspection: ["daemon", "available fleet-agent 0.9\ndaemon"] },
      "ahead",
      /1\.0\.0 already/,
    ],
    [
      "newer in one, behind in another",
      { packages: { "fleet-agent": "0.9", "linux-image-lab": "6.1.101-1" } },
      { inspection: ["daemon", "available fleet-agent 0.9\ndaemon"] },
      "blocked",
      /linux-image-lab is behind: .*allowDowngrade/,
    ],
    [
      "newer, and may go back",
      { packages: { "fleet-agent": "0.9" }, allowDowngrade: true },
      { inspection: ["daemon", "available fleet-agent 0.9\ndaemon"] },
      "drifted",
      /^$/,
    ],
  ])("%s", (_, baseline, change, compliance, reason) => {
    expect(reading(baseline, change).finding).toEqual({ compliance, reason: expect.stringMatching(reason) });
  });

  test("half-installed packages are a problem, whatever apt says", () => {
    const broken = { glance: ["fleet-agent ii", "fleet-agent iF"] as const };
    expect(reading({ packages: { "fleet-agent": "1.0.0" } }, broken).problem).toMatch(/fleet-agent \(iF\)/);
  });

  test("a reboot is pending when packages ask for it or a newer kernel is installed", () => {
    const asks = { glance: ["running", "reboot linux-image-lab \nrunning"] as const };
    expect(reading({ kernel: "6.1.100-lab" }, asks).rebootPending).toBe(true);
    const newer = { glance: ["kernel 6.1.100-lab", "kernel 6.1.101-lab"] as const };
    expect(reading({ kernel: "6.1.101-lab" }, newer)).toMatchObject({
      level: "kernel=6.1.101-lab",
      evidence: "kernel=6.1.100-lab",
      rebootPending: true,
    });
  });

  test("a version that the package manager cannot read is an error of the input", () => {
    expect(() => reading({ packages: { "fleet-agent": "a:b" } })).toThrow(/baseline\.packages\["fleet-agent"\]/);
  });
});
