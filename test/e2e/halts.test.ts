import { expect, test } from "vitest";
import { fastFleet } from "./support/fleet.ts";
import { Project } from "./support/project.ts";

/** Rolls that end early because something is wrong, and what goes on after them. */

test("a host that fails after the canary is named and stays out, the others finish; the next up tries it again", async () => {
  const fleet = fastFleet({ hosts: 4, faults: [{ kind: "patch-fails", host: "esx-03", reason: "disk full" }] });
  const project = await Project.create({ fleet, declared: { policy: { retries: 0, maxUnavailable: 2 } } });
  const failed = await project.upFails();
  expect(failed.output).toMatch(/esx-03 .*disk full/);
  expect(failed.output).toMatch(/every other host is at the level, but failed: esx-03/);
  expect(failed.output).toMatch(/esx-03 +8\.0\.1 +failed/);
  expect(project.fleet.levels()).toEqual({
    "esx-01": "8.0.3",
    "esx-02": "8.0.3",
    "esx-03": "8.0.1",
    "esx-04": "8.0.3",
  });
  expect(project.fleet.out()).toEqual(["esx-03"]);
  expect(project.saved().outputs).toMatchObject({
    hosts: { "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.1", "esx-04": "8.0.3" },
    run: { outcome: "halted" },
  });

  const seen = project.fleet.seq;
  const preview = await project.preview("--diff");
  expect(preview.output).toMatch(/1 of 4 hosts to be taken to 8\.0\.3/);
  expect(preview.output).not.toMatch(/esx-0[124]: "8\.0\.1" => /);
  expect(project.fleet.acts(seen)).toEqual([]);

  await project.up();
  expect(project.fleet.levels()["esx-03"]).toBe("8.0.3");
  expect(project.fleet.acts(seen).filter((act) => act.startsWith("remediate"))).toEqual(["remediate esx-03"]);
  expect(project.fleet.out()).toEqual([]);
  expect(project.fleet.breaches(2)).toEqual([]);
  await project.preview("--expect-no-changes");
});

test("a canary that fails halts until a person decides: preview and up refuse, with the line to paste", async () => {
  const fleet = fastFleet({ hosts: 3, faults: [{ kind: "never-boots", count: 1 }] });
  const project = await Project.create({ fleet, declared: { policy: { retries: 0, deadlines: { boot: "1m" } } } });
  const halted = await project.upFails();
  expect(halted.output).toMatch(/is halted until a person decides/);
  expect(project.fleet.acts().filter((act) => act.startsWith("cordon"))).toHaveLength(1);
  const [canary = ""] = project.fleet.out();
  expect(canary).not.toBe("");

  const seen = project.fleet.seq;
  const run = project.fleet.record()?.run?.id ?? "";
  for (const refused of [await project.previewFails(), await project.upFails()]) {
    expect(refused.output).toContain(`policy: { acknowledge: "${run}" }`);
    expect(refused.output).toContain(canary);
  }
  expect(project.fleet.acts(seen)).toEqual([]);

  // Still halted for whoever does not know of it: another machine, other policy.
  project.declare({ policy: { maxUnavailable: 2 } });
  await project.previewFails();
  project.declare({ policy: { acknowledge: run } });
  await project.up();
  expect(Object.values(project.fleet.levels())).toEqual(["8.0.3", "8.0.3", "8.0.3"]);
  expect(project.fleet.out()).toEqual([]);
  expect(project.fleet.breaches()).toEqual([]);
  await project.preview("--expect-no-changes");
});

test("what is fixed by another baseline needs no acknowledgement", async () => {
  const fleet = fastFleet({ hosts: 3, faults: [{ kind: "lies-old", count: 1 }] });
  const project = await Project.create({ fleet, declared: { policy: { retries: 0 } } });
  const halted = await project.upFails();
  expect(halted.output).toMatch(/is halted until a person decides/);
  await project.previewFails();
  project.declare({ baseline: { version: "8.0.4" } });
  await project.up();
  expect(Object.values(project.fleet.levels())).toEqual(["8.0.4", "8.0.4", "8.0.4"]);
  expect(project.fleet.breaches()).toEqual([]);
});

test("a host that an operator takes or that vanishes in mid-roll is named, never undone, and the rest is finished", async () => {
  const fleet = fastFleet({
    hosts: 4,
    perHost: 1,
    faults: [{ kind: "host-vanishes", host: "esx-04", on: "remediate" }],
  });
  const project = await Project.create({ fleet, declared: { policy: { canary: 0, maxUnavailable: 2 } } });
  const up = project.startUp();
  await up.during(project.fleet.hasBegun("cordon esx-01"));
  // Two at once: esx-03 waits until one of the first two is through, so it is still nobody's.
  project.fleet.operatorTakes("esx-03");
  const ended = await up.ended;
  expect(ended.output).toMatch(/esx-03/);
  expect(project.fleet.acts().filter((act) => /^(cordon|remediate) esx-03$/.test(act))).toEqual([]);
  expect(project.fleet.levels()).toEqual({ "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.1" });
  expect(project.saved().outputs.hosts).toEqual(project.fleet.levels());
  project.fleet.operatorGives("esx-03");
  await project.up();
  expect(project.fleet.levels()).toEqual({ "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3" });
  expect(project.fleet.breaches(2)).toEqual([]);
});
