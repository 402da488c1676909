import { describe, expect, test } from "vitest";
import type { Snapshot } from "../../provider/cli/snapshot/schema.ts";
import type { Fleet, Host, Workload } from "../../provider/core/fleet.ts";
import type { HostMemory, RunMemory } from "../../provider/core/run.ts";
import { deadRecord, deadRun } from "../support/dead-run.ts";
import { smallFleet } from "../support/fleets.ts";
import { CliRig } from "./cli-world.ts";

/** Fails to compile when a field is added to these types and the schema does not know it: its snapshots could not be read. */
type Unknown<Known, All> = Exclude<keyof All, keyof Known>;
type HostOnFile = Snapshot["fleet"]["hosts"][number];
type RunOnFile = NonNullable<Snapshot["memory"]["run"]>;
const unknownFields: [
  Record<Unknown<Snapshot["fleet"], Fleet>, 1>,
  Record<Unknown<HostOnFile, Host>, 1>,
  Record<Unknown<Snapshot["fleet"]["workloads"][number], Workload>, 1>,
  Record<Unknown<RunOnFile, RunMemory>, 1>,
  Record<Unknown<RunOnFile["hosts"][string], HostMemory>, 1>,
] = [{}, {}, {}, {}, {}];

const named = {
  ...smallFleet({ hosts: 3 }),
  hosts: [
    { id: "paris-1", level: "8.0.1", memory: 64, cpu: 32, domain: "cellar", class: "r760" },
    { id: "paris-2", level: "8.0.1", memory: 64, cpu: 32, domain: "cellar", class: "r750" },
    { id: "tokyo-1", level: "8.0.1", memory: 64, cpu: 32, domain: "attic", class: "r760" },
  ],
  workloads: [
    { id: "payroll", host: "paris-1", memory: 8, group: "secret-project" },
    { id: "mail", host: "paris-2", memory: 8, group: "secret-project", hosts: { never: ["tokyo-1"] } },
    { id: "wiki", host: "tokyo-1", memory: 8, spread: "secret-quorum", together: "secret-pair" },
  ],
};

describe("snapshot", () => {
  test("prints the fleet and what its record says of the run; the lease and its holder are left out", async () => {
    expect(unknownFields).toHaveLength(5);
    const rig = new CliRig(undefined, await deadRun());
    const { code, out } = await rig.run("snapshot", "--inputs", rig.inputs());
    const snapshot = JSON.parse(out);
    expect(snapshot).toMatchObject({ format: 1, baseline: { version: "8.0.3" }, scale: 1 });
    expect(snapshot.fleet.hosts).toHaveLength(4);
    expect(snapshot.memory.run).toMatchObject({ id: "run-1", owner: "shop/prod/fleet" });
    expect(out).not.toMatch(/anna@laptop|i-1|former|"inputs"/);
    expect(code).toBe(0);
  });

  test("a run in mid-roll plans the same offline", async () => {
    const rig = new CliRig(
      undefined,
      await deadRun(deadRecord({ h1: { homes: ["h1-a"], passed: ["verify"], tries: { verify: 1 } } })),
    );
    await rig.run("snapshot", "--inputs", rig.inputs(), "--output", "fleet.json");
    const offline = await rig.run("plan", "--fleet", "fleet.json", "--inputs", "inputs.json", "--format", "json");
    const live = await rig.run("plan", "--inputs", "inputs.json", "--format", "json");
    expect(JSON.parse(offline.out)).toEqual(JSON.parse(live.out));
    expect(JSON.parse(live.out).hosts[0]).toMatchObject({ host: "h1", from: "8.0.3", to: "8.0.3" });
  });

  test("anonymised: no name is left, and the plan is the same", async () => {
    const rig = new CliRig(named);
    await rig.run("snapshot", "--inputs", rig.inputs(), "--output", "true.json");
    await rig.run("snapshot", "--inputs", "inputs.json", "--anonymize", "--output", "made-up.json");
    const text = rig.read("made-up.json");
    expect(text).not.toMatch(/paris|tokyo|cellar|attic|r7|payroll|mail|wiki|secret|shop|fleet\.db/);
    const planOf = async (file: string) => JSON.parse((await rig.run("plan", "--fleet", file, "--format", "json")).out);
    const [real, madeUp] = [await planOf("true.json"), await planOf("made-up.json")];
    expect(madeUp.totals).toEqual(real.totals);
    const hosts = ["paris-1", "paris-2", "tokyo-1"];
    expect(madeUp.hosts.map((row: { host: string }) => row.host)).toEqual(
      real.hosts.map((row: { host: string }) => `host-${hosts.indexOf(row.host) + 1}`),
    );
  });

  test("anonymised in mid-roll: reasons, marks and memories are made up as well", async () => {
    const hosts = {
      h1: {
        homes: ["h1-a"],
        bootBefore: "b",
        lastWhy: "h1 said no",
        failed: { step: "verify", why: "shop is down" } as const,
      },
    };
    const halt = { sticky: true, reason: "h1 said no", hint: "ask anna", host: "h1" };
    const record = deadRecord(hosts, {
      halt,
      convicted: ["h1"],
      done: ["h3"],
      ending: { kind: "halted", ...halt, sticky: true },
      failingAfter: ["shop"],
    });
    const rig = new CliRig(
      undefined,
      await deadRun({
        ...record,
        halt: { run: "run-1", baseline: "version=8.0.3", reason: "h1 said no", host: "h1", at: "2026" },
      }),
    );
    const { out } = await rig.run("snapshot", "--inputs", rig.inputs(), "--anonymize");
    expect(out).not.toMatch(/\bh\d\b|h\d-|shop|anna|said no|"b"/);
    expect(rig.write("fleet.json", out)).toBe("fleet.json");
    expect((await rig.run("plan", "--fleet", "fleet.json")).code).toBe(4);
  });

  test.each([
    [
      (one: Snapshot) => ({ ...one, fleet: { ...one.fleet, hosts: [...one.fleet.hosts, one.fleet.hosts[0]] } }),
      "fleet.hosts[4].id: h1 is there twice",
    ],
    [
      (one: Snapshot) => ({ ...one, fleet: { ...one.fleet, hosts: one.fleet.hosts.slice(1) } }),
      "fleet.workloads[0].host: there is no host h1",
    ],
    [(one: Snapshot) => ({ ...one, colour: "red" }), "Unrecognized key"],
    [
      (one: Snapshot) => ({
        ...one,
        fleet: { ...one.fleet, hosts: one.fleet.hosts.map((host) => ({ ...host, level: "latest" })) },
      }),
      'host h1: "latest" is not a release version',
    ],
    [
      (one: Snapshot) => ({
        ...one,
        fleet: { ...one.fleet, hosts: one.fleet.hosts.map((host) => ({ ...host, slots: -1 })) },
      }),
      "fleet.hosts[0].slots",
    ],
  ])("a file that contradicts itself is refused: %#", async (spoil, message) => {
    const rig = new CliRig();
    const { out } = await rig.run("snapshot", "--inputs", rig.inputs());
    rig.write("fleet.json", spoil(JSON.parse(out)));
    const { code, err } = await rig.run("plan", "--fleet", "fleet.json");
    expect(err).toContain(`rolling-patch: The fleet snapshot fleet.json: `);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  test("a file that cannot be written", async () => {
    const rig = new CliRig();
    const { code, err } = await rig.run("snapshot", "--inputs", rig.inputs(), "--output", "no/such/folder.json");
    expect(err).toContain("no/such/folder.json cannot be written (ENOENT).");
    expect(code).toBe(7);
  });
});
