import { expect, test } from "vitest";
import { fastFleet } from "./support/fleet.ts";
import { Project } from "./support/project.ts";

/** `policy.mode` and `policy.onDrift`: how far a roll goes by itself. */

test("observe touches nothing, shows drift and plan, and never shows a change; canary ends after the canary; full finishes", async () => {
  const project = await Project.create({
    fleet: fastFleet({ hosts: 3 }),
    declared: { policy: { mode: "observe" } },
  });
  const observed = await project.up();
  expect(observed.output).toMatch(/3 of 3 hosts drifted from 8\.0\.3, left alone/);
  expect(observed.output).toMatch(/ {2}esx-01: "8\.0\.1" → "8\.0\.3"/);
  expect(project.fleet.events()).toEqual([]);
  const inputs = project.saved().inputs;
  expect(inputs.hosts).toEqual({ "esx-01": "8.0.1", "esx-02": "8.0.1", "esx-03": "8.0.1" });
  expect(inputs).not.toHaveProperty("plan");
  expect(project.saved().outputs.compliance).toMatchObject({ drifted: 3 });
  const quiet = await project.preview("--expect-no-changes");
  expect(quiet.output).toMatch(/3 of 3 hosts drifted from 8\.0\.3, left alone/);

  project.declare({ policy: { mode: "canary" } });
  const canary = await project.up();
  expect(canary.output).toMatch(/is done/);
  const behind = Object.values(project.fleet.levels()).filter((level) => level === "8.0.1");
  expect(behind).toHaveLength(2);
  const seen = project.fleet.seq;
  const still = await project.preview("--expect-no-changes");
  expect(still.output).toMatch(/the canary has passed/);
  expect(project.fleet.acts(seen)).toEqual([]);

  project.declare({});
  await project.up();
  expect(project.fleet.levels()).toEqual({ "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3" });
  expect(project.fleet.breaches()).toEqual([]);
});

test("onDrift report rolls to the end once; later drift is only told; roll acts on it again", async () => {
  const project = await Project.create({
    fleet: fastFleet({ hosts: 3 }),
    declared: { policy: { onDrift: "report" } },
  });
  await project.up();
  const patched = { "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3" };
  expect(project.fleet.levels()).toEqual(patched);

  project.fleet.drift("esx-02", "8.0.1");
  const seen = project.fleet.seq;
  const preview = await project.preview();
  expect(preview.output).toMatch(/1 of 3 hosts drifted from 8\.0\.3, left alone/);
  expect(preview.output).not.toMatch(/=> "8\.0\.3"/);
  await project.up();
  await project.preview("--expect-no-changes");
  expect(project.fleet.acts(seen)).toEqual([]);
  expect(project.saved().outputs).toMatchObject({
    hosts: { ...patched, "esx-02": "8.0.1" },
    compliance: { drifted: 1, names: { drifted: ["esx-02"] } },
  });

  project.declare({ policy: { onDrift: "roll" } });
  const rolling = await project.preview("--diff");
  expect(rolling.output).toMatch(/~ esx-02: "8\.0\.1" => "8\.0\.3"/);
  await project.up();
  expect(project.fleet.levels()).toEqual(patched);
});
