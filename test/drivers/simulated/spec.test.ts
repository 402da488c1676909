import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { isRollError } from "../../../provider/core/errors.ts";
import { compareVersions } from "../../../provider/core/version.ts";
import {
  createWorld,
  fault,
  fleetSpec,
  generateFleet,
  parseFleetSpec,
  violations,
} from "../../../provider/drivers/simulated/index.ts";
import { trio } from "./fleets.ts";

const host = { id: "a", level: "8.0.1", memory: 8, cpu: 8 };
const workload = { id: "w", host: "a", memory: 4 };

describe("a fleet spec", () => {
  test("fills in its defaults", () => {
    const spec = parseFleetSpec({ hosts: [host], workloads: [workload] });
    expect(spec).toMatchObject({ scheme: "release", scale: 1, actors: { balancer: true }, faults: [] });
    expect(spec.hosts[0]).toMatchObject({ slots: 4, patch: 480, boot: 240, held: false });
    expect(spec.workloads[0]).toMatchObject({ cpu: 1, pinned: false, state: "running" });
  });

  test.each<[string, object, RegExp]>([
    ["an empty fleet", { hosts: [] }, /hosts: a fleet has at least one host/],
    ["no fleet", { workloads: [] }, /hosts:/],
    ["a typo", { hosts: [{ ...host, memroy: 3 }] }, /hosts\[0\]: .*memroy/],
    ["two hosts of one name", { hosts: [host, host] }, /hosts\[1\]\.id: "a" occurs twice/],
    [
      "two workloads of one name",
      { hosts: [host], workloads: [workload, workload] },
      /workloads\[1\]\.id: "w" occurs twice/,
    ],
    [
      "a level that is no version",
      { hosts: [{ ...host, level: "8.0 U3" }] },
      /hosts\[0\]\.level: "8\.0 U3" is not a release version/,
    ],
    [
      "a workload on no host",
      { hosts: [host], workloads: [{ ...workload, host: "z" }] },
      /workloads\[0\]\.host: there is no host "z"/,
    ],
    [
      "too much memory",
      { hosts: [host], workloads: [{ ...workload, memory: 9 }] },
      /hosts\[0\]\.memory: "a" has 8, but its workloads take 9/,
    ],
    [
      "too much cpu",
      { hosts: [host], workloads: [{ ...workload, cpu: 9 }] },
      /hosts\[0\]\.cpu: "a" has 8, but its workloads take 9/,
    ],
    [
      "a group together",
      {
        hosts: [host],
        workloads: [
          { ...workload, group: "g" },
          { ...workload, id: "v", group: "g", memory: 1 },
        ],
      },
      /workloads\[1\]\.group: "v" and "w" are of group "g"/,
    ],
    [
      "a host rule that names no host",
      { hosts: [host], workloads: [{ ...workload, hosts: { prefer: ["a", "z"] } }] },
      /workloads\[0\]\.hosts\.prefer\[1\]: "w" names the host "z", which is not there/,
    ],
    [
      "host rules that leave no host",
      { hosts: [host], workloads: [{ ...workload, hosts: { only: ["a"], never: ["a"] } }] },
      /workloads\[0\]\.hosts: "w" may run nowhere: its `never` names every host of `only`, a/,
    ],
    [
      "a host rule against every host",
      { hosts: [host], workloads: [{ ...workload, hosts: { never: ["a"] } }] },
      /workloads\[0\]\.hosts: "w" may run nowhere: its `never` names every host/,
    ],
    [
      "two workloads together and apart",
      {
        hosts: [host, { ...host, id: "b" }],
        workloads: [
          { ...workload, group: "g", together: "t" },
          { ...workload, id: "v", host: "b", group: "g", together: "t" },
        ],
      },
      /workloads\[1\]\.together: "v" and "w" are together in "t" and apart by group "g"/,
    ],
    ["a negative size", { hosts: [{ ...host, memory: -1 }] }, /hosts\[0\]\.memory/],
    ["no size", { hosts: [{ id: "a", level: "1" }] }, /hosts\[0\]\.memory/],
    ["no time", { hosts: [host], scale: 0 }, /scale/],
    ["an id with a blank", { hosts: [{ ...host, id: "a b" }] }, /hosts\[0\]\.id: expected letters/],
    ["an unknown scheme", { hosts: [host], scheme: "roman" }, /scheme/],
  ])("with %s is refused by its field", (_, spec, text) => {
    try {
      parseFleetSpec(spec, "fleet.json");
    } catch (error) {
      if (!isRollError(error)) throw error;
      expect([error.kind, error.message]).toEqual(["invalid", expect.stringMatching(text)]);
      expect(error.message).toMatch(/^fleet\.json is not valid: /);
      return;
    }
    throw new Error("nothing was thrown");
  });

  test("tells every failure at once", () => {
    expect(() => parseFleetSpec({ hosts: [{ ...host, cpu: 0 }], scale: -1 })).toThrow(
      /scale.*hosts\[0\]\.cpu|hosts\[0\]\.cpu.*scale/,
    );
  });

  test("a stopped workload takes no room", () => {
    const workloads = [workload, { ...workload, id: "v", memory: 8, state: "stopped" }];
    expect(parseFleetSpec({ hosts: [host], workloads }).workloads).toHaveLength(2);
  });

  test("has a JSON schema, and so have faults", () => {
    expect(z.toJSONSchema(fleetSpec, { io: "input" })).toMatchObject({ type: "object", required: ["hosts"] });
    const kinds = JSON.stringify(z.toJSONSchema(fault, { io: "input" }));
    expect(kinds).toMatch(/"const":"never-boots"/);
  });
});

describe("the quickstart fleet", () => {
  const file = new URL("../../../examples/quickstart/fleet.json", import.meta.url);
  const spec = parseFleetSpec(JSON.parse(readFileSync(file, "utf8")), "examples/quickstart/fleet.json");
  const order = (level: string) => compareVersions("release", level, "8.0.3");

  test("has eight hosts in two failure domains: one at the level, one ahead, six behind", () => {
    expect(spec.hosts.map((one) => order(one.level)).sort()).toEqual([-1, -1, -1, -1, -1, -1, 0, 1]);
    expect(new Set(spec.hosts.map((one) => one.domain)).size).toBe(2);
  });

  test("has about 60 workloads in several groups; the pinned one is on a host that is behind", () => {
    expect(spec.workloads.length).toBeGreaterThanOrEqual(55);
    expect(spec.workloads.length).toBeLessThanOrEqual(65);
    expect(new Set(spec.workloads.map((one) => one.group)).size).toBeGreaterThan(5);
    const pinned = spec.workloads.filter((one) => one.pinned);
    expect(pinned).toHaveLength(1);
    expect(order(spec.hosts.find((one) => one.id === pinned[0]?.host)?.level ?? "")).toBe(-1);
  });

  test("leaves room for two hosts out and one more to fail", () => {
    for (const resource of ["memory", "cpu"] as const) {
      const capacities = spec.hosts.map((one) => one[resource]).sort((a, b) => b - a);
      const demand = spec.workloads.reduce((sum, one) => sum + one[resource], 0);
      expect(capacities.slice(3).reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(demand);
    }
    expect(violations(createWorld(spec, 0))).toEqual([]);
  });
});

describe("generated fleets", () => {
  const options = fc.record({
    hosts: fc.integer({ min: 2, max: 12 }),
    workloads: fc.integer({ min: 0, max: 60 }),
    fill: fc.double({ min: 0.1, max: 0.7, noNaN: true }),
    seed: fc.nat(),
    compliant: fc.constantFrom(0, 0.3, 1),
    pinned: fc.constantFrom(0, 0.1),
    classes: fc.integer({ min: 1, max: 3 }),
    groupSize: fc.integer({ min: 1, max: 4 }),
  });

  test("are valid, and as full as asked or emptier", () => {
    fc.assert(
      fc.property(options, (wanted) => {
        const spec = parseFleetSpec(generateFleet(wanted));
        expect(spec.hosts).toHaveLength(wanted.hosts);
        expect(spec.workloads).toHaveLength(wanted.workloads);
        expect(violations(createWorld(spec, 0))).toEqual([]);
        const sum = (list: readonly { memory: number }[]) => list.reduce((total, one) => total + one.memory, 0);
        expect(sum(spec.workloads)).toBeLessThanOrEqual(wanted.fill * sum(spec.hosts) + 1e-6);
      }),
      { numRuns: 200 },
    );
  });

  test("are the same for the same seed, and others for another one", () => {
    const wanted = { hosts: 5, workloads: 20, fill: 0.5, seed: 4 };
    expect(generateFleet(wanted)).toEqual(generateFleet(wanted));
    expect(generateFleet({ ...wanted, seed: 5 })).not.toEqual(generateFleet(wanted));
  });

  test("that cannot be placed are refused", () => {
    expect(() => generateFleet({ hosts: 3, workloads: 100, fill: 1, seed: 1, grouped: 1, groupSize: 3 })).toThrow(
      /No host has room/,
    );
  });
});

test("the fleet of the tests is valid", () => {
  expect(violations(createWorld(parseFleetSpec(trio), 0))).toEqual([]);
});
