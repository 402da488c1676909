import { describe, expect, test } from "vitest";
import { fastFleet } from "./support/fleet.ts";
import { door } from "./support/layout.ts";
import { Project } from "./support/project.ts";
import { expectSafePoint } from "./support/safe-point.ts";

/** What Pulumi can do to a resource besides rolling it: the hosts stay as they are. */

const hosts = { "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3" };

describe("destroy", () => {
  test("forgets an idle fleet, after protect has been taken off; retainOnDelete does not even look", async () => {
    const project = await Project.create({ fleet: fastFleet({ hosts }) });
    project.declare(
      { options: { protect: true } },
      { name: "retained", target: { kind: "simulated", file: "gone.db" }, options: { retainOnDelete: true } },
    );
    const missing = await project.upFails();
    expect(missing.output).toMatch(/gone\.db/);
    project.declare({ options: { protect: true } }, { name: "retained", options: { retainOnDelete: true } });
    await project.up();
    expect(project.savedNames().sort()).toEqual(["fleet", "retained"]);

    await project.takeRowsOut();
    const refused = (await project.start(["destroy", "--yes", "--skip-preview"]).ended).failed();
    expect(refused.output).toMatch(/protect/);
    expect(project.savedNames()).toContain("fleet");

    project.declare({}, { name: "retained", options: { retainOnDelete: true } });
    await project.up();
    await project.takeRowsOut();
    const destroyed = await project.pulumi("destroy", "--yes", "--skip-preview");
    expect(destroyed.output).toMatch(/deleted/);
    expect(project.savedNames()).toEqual([]);
    expect(project.fleet.acts()).toEqual([]);
    expect(project.fleet.levels()).toEqual(hosts);
  });

  test("refuses in mid-roll; at a safe point with every host in service it forgets a half-patched fleet", async () => {
    const long = { "esx-01": { patch: 60 } };
    const project = await Project.create({ fleet: fastFleet({ hosts: 3, scale: 5, host: long }) });
    project.declare({ baseline: { version: "8.0.1" } });
    await project.up();
    project.declare({});
    const up = project.startUp();
    await up.during(project.fleet.hasBegun("remediate esx-01"));
    const provider = project.roller();
    up.kill("SIGKILL");
    await up.ended;
    await project.unlock();
    const early = (await project.start(["destroy", "--yes", "--skip-preview"]).ended).failed();
    expect(early.output).toMatch(/process \d+ is at work on this fleet since 20/);
    expect(project.savedNames()).toEqual(["fleet"]);

    await project.gone(provider);
    expectSafePoint(project.fleet);
    expect(project.fleet.out()).toEqual([]);
    const levels = project.fleet.levels();
    await project.pulumi("destroy", "--yes", "--skip-preview");
    expect(project.savedNames()).toEqual([]);
    expect(project.fleet.levels()).toEqual(levels);
    expect(project.fleet.breaches()).toEqual([]);
  });

  test("refuses while a host is out, and names it; `rolling-patch restore` gives it back, then it is forgotten", async () => {
    const fleet = fastFleet({ hosts: 3, faults: [{ kind: "patch-fails", host: "esx-01" }] });
    const project = await Project.create({ fleet, declared: { policy: { retries: 0 } } });
    await project.upFails();
    const refused = (await project.start(["destroy", "--yes", "--skip-preview"]).ended).failed();
    expect(refused.output).toMatch(/esx-01 \(run 20\d{6}-/);
    expect(refused.output).toMatch(/rolling-patch restore/);
    expect(project.savedNames()).toEqual(["fleet"]);
    expect(project.fleet.out()).toEqual(["esx-01"]);

    (await project.rollingPatch("restore", "--inputs", project.inputsFile, "--host", "esx-01").ended).ok();
    expect(project.fleet.out()).toEqual([]);
    await project.pulumi("destroy", "--yes", "--skip-preview");
    expect(project.savedNames()).toEqual([]);
    expect(project.fleet.record()?.halt).toMatchObject({ host: "esx-01" });
    expect(project.fleet.breaches()).toEqual([]);
  });
});

test("another target replaces the resource: the old fleet is left as it is, the new one is rolled", async () => {
  const project = await Project.create({ fleet: fastFleet({ hosts }) });
  await project.up();
  const other = await Project.create({ fleet: fastFleet({ hosts: 3 }) });
  project.declare({ target: { kind: "simulated", file: other.fleet.path } });
  const preview = await project.preview("--diff");
  expect(preview.output).toMatch(/delete-replace|\+-|replace/);
  expect(other.fleet.acts()).toEqual([]);
  await project.up();
  expect(other.fleet.levels()).toEqual(hosts);
  expect(project.fleet.acts()).toEqual([]);
  expect(project.saved().id).toContain(other.fleet.path);
  await project.preview("--expect-no-changes");

  // The same target written in another way is the same target.
  project.declare({ target: { kind: "simulated", file: other.fleet.path.replace(/\/fleet\.db$/, "/./fleet.db") } });
  const same = await project.preview("--diff");
  expect(same.output).not.toMatch(/replace/);
});

test("rename: with an alias the resource stays and its hosts in hand stay its own, however often a roll ends early; without one it is another", async () => {
  const fleet = fastFleet({ hosts: 3, scale: 30, faults: [{ kind: "patch-fails", host: "esx-02", count: 2 }] });
  const project = await Project.create({ fleet, declared: { policy: { retries: 0 } } });
  await project.upFails();
  expect(project.fleet.out()).toEqual(["esx-02"]);
  const run = project.fleet.record()?.run?.id ?? "";

  const policy = { retries: 0, acknowledge: run };
  project.declare({ name: "renamed", policy });
  const stranger = await project.previewFails();
  expect(stranger.output).toMatch(/esx-02 \(in the hands of e2e\/dev\/fleet\)/);

  const aliases = [{ name: "fleet" }];
  project.declare({ name: "renamed", policy, options: { aliases } });
  if (door === "plugin") {
    const rows = await project.previewFails();
    expect(rows.output).toMatch(/ROLLING_PATCH_ROWS=off pulumi refresh --yes/);
    await project.takeRowsOut();
  }
  const preview = await project.preview("--diff");
  expect(preview.output).not.toMatch(
    door === "plugin" ? /RollingPatch: \((create|delete|replace)/ : /create|delete|replace/,
  );
  await project.upFails();
  expect(project.fleet.out()).toEqual(["esx-02"]);
  const early = (await project.start(["destroy", "--yes", "--skip-preview"]).ended).failed();
  expect(early.output).toMatch(/Not forgotten: .*esx-02/);
  const acknowledge = project.fleet.record()?.run?.id ?? "";
  project.declare({ name: "renamed", policy: { retries: 0, acknowledge }, options: { aliases } });
  await project.up();
  expect(project.fleet.levels()).toEqual(hosts);
  expect(project.fleet.out()).toEqual([]);
  expect(project.fleet.breaches()).toEqual([]);
  expect(project.savedNames()).toEqual(["renamed"]);
  await project.preview("--expect-no-changes");

  const seen = project.fleet.seq;
  project.declare({ name: "another" });
  await project.up();
  expect(project.savedNames()).toEqual(["another"]);
  expect(project.fleet.acts(seen)).toEqual([]);
});

test("--target rolls one fleet alone; ignoreChanges holds a baseline", async () => {
  const project = await Project.create({ fleet: fastFleet({ hosts: 3 }) });
  const other = await Project.create({ fleet: fastFleet({ hosts: 3 }) });
  const second = { name: "second", target: { kind: "simulated", file: other.fleet.path } };
  project.declare({ baseline: { version: "8.0.1" } }, { ...second, baseline: { version: "8.0.1" } });
  await project.up();
  project.declare({}, second);
  const urn = project.saved("second").urn;
  await project.up("--target", urn);
  expect(other.fleet.levels()).toEqual(hosts);
  expect(project.fleet.acts()).toEqual([]);

  project.declare({ options: { ignoreChanges: ["baseline"] } }, second);
  await project.preview("--expect-no-changes");
  await project.up();
  expect(project.fleet.acts()).toEqual([]);
  project.declare({}, second);
  await project.up();
  expect(project.fleet.levels()).toEqual(hosts);
});
