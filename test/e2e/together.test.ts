import { expect, test } from "vitest";
import { fastFleet } from "./support/fleet.ts";
import type { Ended } from "./support/processes.ts";
import { Project } from "./support/project.ts";

/** More than one at work on the same fleet. */

const patched = { "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3" };

test.each(["two stacks", "two machines with a state of their own each"])(
  "%s start at the same time: one rolls, the other is told who does, nothing is done twice",
  async (who) => {
    const one = await Project.create({ fleet: fastFleet({ hosts: 3, scale: 30 }), stack: "one" });
    const two = await Project.create({ fleet: fastFleet(), stack: who === "two stacks" ? "two" : "one" });
    const target = { kind: "simulated", file: one.fleet.path };
    two.declare({ target });
    const ends = await Promise.all([one.startUp().ended, two.startUp().ended]);
    const [won, lost] = ends[0].code === 0 ? ends : ([ends[1], ends[0]] as const);
    won.ok();
    expect(lost.failed().output).toMatch(
      /run holds the lease of this fleet: \S+@\S+, process \d+, since 20\d\d-\S+, for e2e\/(one|two)\/fleet\./,
    );
    expect(lost.output).toMatch(/rolling-patch stop/);
    expect(one.fleet.levels()).toEqual(patched);
    expect(one.fleet.breaches()).toEqual([]);
    expect(one.fleet.out()).toEqual([]);
    expect(once(one, ends)).toEqual(["remediate esx-01", "remediate esx-02", "remediate esx-03"]);

    // Who came too late has nothing to do any more.
    const seen = one.fleet.seq;
    const late = lost === ends[0] ? one : two;
    await late.up();
    expect(one.fleet.acts(seen)).toEqual([]);
    expect(late.saved().outputs.hosts).toEqual(patched);
  },
);

test("while one stack rolls, another one that only observes may preview, be brought up and be destroyed", async () => {
  const one = await Project.create({ fleet: fastFleet({ hosts: 3, scale: 5 }), stack: "one" });
  const two = await Project.create({ stack: "two" });
  two.declare({ target: { kind: "simulated", file: one.fleet.path }, policy: { mode: "observe" } });
  const up = one.startUp();
  await up.during(one.fleet.hasBegun("remediate esx-01"));
  const preview = await up.during(two.preview());
  expect(preview.output).toMatch(/esx-02/);
  await up.during(two.up());
  await up.during(two.pulumi("destroy", "--yes", "--skip-preview"));
  (await up.ended).ok();
  expect(one.fleet.levels()).toEqual(patched);
  expect(one.fleet.breaches()).toEqual([]);
});

function once({ fleet }: Project, ends: readonly Ended[]): string[] {
  expect(ends).toHaveLength(2);
  return fleet
    .acts()
    .filter((act) => act.startsWith("remediate"))
    .sort();
}
