import { expect, test } from "vitest";
import { fastFleet } from "./support/fleet.ts";
import { Project } from "./support/project.ts";
import { expectSafePoint } from "./support/safe-point.ts";

/** Rolls that end at a safe point because they were asked to. */

const slow = () => fastFleet({ hosts: 4, scale: 30 });
const done = { "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3", "esx-04": "8.0.3" };

test("Ctrl-C alone is waited out; `rolling-patch stop`, as printed, asks for a safe point; the next up goes on", async () => {
  const project = await Project.create({ fleet: slow() });
  const up = project.startUp();
  const [, printed = ""] = await up.said(/npx rolling-patch (stop --inputs \S+)/);
  await up.during(project.fleet.hasBegun("remediate esx-01"));
  up.interrupt();
  await up.said(/\^C received; cancelling/);
  const stop = await project.rollingPatch(...printed.split(" ")).ended;
  stop.ok();
  const ended = (await up.ended).failed();
  expect(ended.output).toMatch(/is paused: a stop was asked for/);
  expectSafePoint(project.fleet);
  const levels = project.fleet.levels();
  expect(Object.values(levels)).toContain("8.0.1");
  expect(project.saved().outputs).toMatchObject({ hosts: levels, run: { outcome: "paused" } });

  const seen = project.fleet.seq;
  const preview = await project.preview("--diff");
  const left = Object.values(levels).filter((level) => level === "8.0.1").length;
  expect(preview.output).toMatch(new RegExp(`${left} of 4 hosts to be taken to 8\\.0\\.3`));
  await project.up();
  expect(project.fleet.levels()).toEqual(done);
  expect(project.fleet.acts(seen).filter((act) => act.startsWith("remediate"))).toHaveLength(left);
  expect(project.fleet.breaches()).toEqual([]);
});

test("a second Ctrl-C ends the provider as well, wherever it is; the next up goes on from the live fleet", async () => {
  const project = await Project.create({ fleet: slow() });
  const up = project.startUp();
  await up.during(project.fleet.hasBegun("remediate esx-01"));
  up.interrupt();
  await up.said(/\^C received; cancelling/);
  const provider = project.roller();
  up.interrupt();
  (await up.ended).failed();
  await project.gone(provider);
  expect(Object.values(project.fleet.levels())).toContain("8.0.1");
  await project.unlock();
  await project.up();
  expect(project.fleet.levels()).toEqual(done);
  expect(project.fleet.breaches()).toEqual([]);
});

test("maxUpTime ends up as paused, at a safe point; `rolling-patch continue` finishes without Pulumi", async () => {
  const project = await Project.create({ fleet: slow(), declared: { policy: { maxUpTime: "2s" } } });
  const ended = await project.upFails();
  expect(ended.output).toMatch(/is paused: policy\.maxUpTime is over/);
  expectSafePoint(project.fleet);
  const first = project.fleet.levels();
  expect(Object.values(first)).toContain("8.0.1");

  // Each `up` under the limit gets further.
  const again = await project.startUp().ended;
  const second = project.fleet.levels();
  expect(count(second)).toBeGreaterThan(count(first));
  if (again.code === 0) expect(second).toEqual(done);

  const other = project.read(".rolling-patch/inputs-e2e-dev-fleet.json").replace("8.0.3", "8.0.4");
  project.write("other.json", other);
  const refused = (await project.rollingPatch("continue", "--inputs", "other.json").ended).failed();
  expect(refused.output).toMatch(/other\.json/);
  expect(project.fleet.levels()).toEqual(second);

  // From another machine, with nothing but the file.
  const elsewhere = await project.elsewhere();
  for (let left = 5; count(project.fleet.levels()) < 4 && left > 0; left -= 1) {
    await elsewhere.rollingPatch("continue", "--inputs", project.inputsFile).ended;
  }
  expect(project.fleet.levels()).toEqual(done);
  expect(project.fleet.out()).toEqual([]);
  expect(project.fleet.breaches()).toEqual([]);
  project.declare({});
  const seen = project.fleet.seq;
  await project.up();
  expect(project.fleet.acts(seen)).toEqual([]);
  expect(project.saved().outputs.hosts).toEqual(done);
  await project.preview("--expect-no-changes");
});

const count = (levels: Record<string, string>): number =>
  Object.values(levels).filter((level) => level === "8.0.3").length;
