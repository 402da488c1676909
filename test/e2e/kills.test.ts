import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fastFleet } from "./support/fleet.ts";
import { kill, type Running } from "./support/processes.ts";
import { Project } from "./support/project.ts";
import { expectSafePoint } from "./support/safe-point.ts";

/**
 * `kill -9` at seeded moments of a roll: after so many acts on the fleet, out of the some thirty that the whole roll takes. Odd
 * moments kill the create of the resource, even ones an update. The roll then goes on from another machine, which has the
 * program and the state of the stack, but no journal.
 */
const full = process.env.ROLLING_PATCH_FULL === "1";
const seed = 20_260_105;
const moments = (from: number, to: number, salt: number): number[] =>
  fc.sample(fc.noBias(fc.integer({ min: from, max: to })), { seed: seed + salt, numRuns: full ? 20 : 5 });

const hosts = ["esx-01", "esx-02", "esx-03", "esx-04"];
const patched = Object.fromEntries(hosts.map((host) => [host, "8.0.3"]));

/** Fleet seconds for each real one: the roll takes some six seconds. */
const scale = 40;
/** Most that a provider may need to notice that its engine is gone, in seconds. */
const notices = 5;

describe("kill -9 of the provider", () => {
  test.each(moments(1, 27, 1))(`after act %d (seed ${seed})`, async (moment) => {
    const { project, up, before } = await rolling(moment);
    kill(project.roller(), "SIGKILL");
    (await up.ended).failed();
    const left = project.fleet.levels();
    const report = JSON.parse((await project.rollingPatch("report", "--json").ended).ok().stdout);
    expect(report).toMatchObject({ outcome: "unfinished", plan: { planned: { hosts: 4 } } });
    await finish(project, before, left);
  });
});

describe("kill -9 of the CLI: its provider reaches a safe point and exits", () => {
  test.each(moments(1, 16, 4))(`after act %d (seed ${seed})`, async (moment) => {
    const { project, up, before } = await rolling(moment);
    const killedAt = project.fleet.describe().fleetTime;
    const provider = project.roller();
    up.kill("SIGKILL");
    await up.ended;
    await project.gone(provider);
    expectSafePoint(project.fleet);
    expect(project.fleet.record()?.run?.ending).toMatchObject({ kind: "paused", cause: "engine" });
    const left = project.fleet.levels();
    expect(Object.values(left)).toContain("8.0.1");
    expect(begunAfter(project, Date.parse(killedAt) + notices * scale * 1_000)).toEqual([]);

    const locked = await project.upFails();
    expect(locked.output).toMatch(/currently locked/);
    await project.unlock();
    await finish(project, before, left);
  });
});

/** A roll of four hosts, killed by the caller after this many acts. */
async function rolling(moment: number): Promise<{ project: Project; up: Running; before: number }> {
  const project = await Project.create({ fleet: fastFleet({ hosts: 4, scale }) });
  if (moment % 2 === 0) {
    project.declare({ baseline: { version: "8.0.1" } });
    await project.up();
    project.declare({});
  }
  const before = project.fleet.seq;
  const up = project.startUp();
  await up.during(project.fleet.hasSeen(moment, before));
  return { project, up, before };
}

/** From another machine: every host reaches the level, none is patched twice, nothing is left behind. */
async function finish(project: Project, before: number, left: Record<string, string>): Promise<void> {
  const elsewhere = await project.elsewhere();
  const seen = project.fleet.seq;
  await elsewhere.up();
  const { fleet } = project;
  expect(fleet.levels()).toEqual(patched);
  expect(fleet.out()).toEqual([]);
  expect(fleet.breaches()).toEqual([]);
  expect(fleet.actors()).toEqual({ balancer: true, powerManagement: true, alerts: true });
  const remediated = fleet.acts(before).filter((act) => act.startsWith("remediate"));
  expect([...remediated].sort()).toEqual(hosts.map((host) => `remediate ${host}`));
  for (const host of hosts.filter((one) => left[one] === "8.0.3"))
    expect(fleet.acts(seen)).not.toContain(`remediate ${host}`);
  expect(elsewhere.saved().outputs).toMatchObject({ hosts: patched, run: { outcome: "done" } });
}

/** Hosts that were drained or patched after this fleet time. */
function begunAfter({ fleet }: Project, time: number): string[] {
  return fleet
    .events()
    .filter(({ by, what, at }) => by === "run" && (what === "cordon" || what === "remediate") && at > time)
    .filter(({ outcome }) => outcome === "done" || outcome === "begun")
    .map(({ what, host }) => `${what} ${host}`);
}
