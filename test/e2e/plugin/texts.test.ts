import { expect, test } from "vitest";
import { fastFleet } from "../support/fleet.ts";
import type { Ended } from "../support/processes.ts";
import { Project } from "../support/project.ts";
import { readable } from "./golden.ts";

/** What people read: the output of preview and up, kept word for word. `npm test -- test/e2e/plugin/texts.test.ts -u` writes it anew. */
async function golden(name: string, ended: Ended, project: Project): Promise<void> {
  await expect(readable(ended, project)).toMatchFileSnapshot(`./golden/${name}.golden.txt`);
}

test("a new stack", async () => {
  const project = await Project.create({ fleet: fastFleet({ hosts: 3 }) });
  await golden("new-stack.preview", await project.preview(), project);
  await golden("new-stack.up", await project.up(), project);
  await golden("unchanged.preview", await project.preview("--expect-no-changes", "--diff"), project);
});

test("drift", async () => {
  const hosts = { "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3" };
  const project = await Project.create({ fleet: fastFleet({ hosts }) });
  await project.up();
  project.fleet.drift("esx-02", "8.0.1");
  await golden("drift.preview", await project.preview(), project);
  await golden("drift.preview-diff", await project.preview("--diff"), project);
  await golden("drift.up", await project.up(), project);
});

test("a mixed fleet: hosts that are compliant, drifted, ahead, blocked, held and unreachable", async () => {
  const hosts = { "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3", "esx-04": "8.0.3", "esx-05": "8.0.3" };
  const project = await Project.create({ fleet: fastFleet({ hosts, perHost: 1 }) });
  await project.up();
  project.fleet.drift("esx-01", "8.0.2");
  project.fleet.drift("esx-02", "8.0.9");
  project.fleet.drift("esx-03", "8.0.1");
  project.fleet.operatorTakes("esx-03");
  project.fleet.fault({ kind: "host-cut", host: "esx-04", at: "0s" });
  project.fleet.drift("esx-05", "8.0.2");
  project.fleet.block("esx-05", "its CPU is not supported any more");
  project.declare({ policy: { maxUnavailable: 3 } });
  await golden("mixed.preview", await project.preview(), project);
});

test("a plan that is refused", async () => {
  const more = [{ id: "vm-gpu", host: "esx-02", memory: 8, cpu: 2, pinned: true }];
  const project = await Project.create({ fleet: fastFleet({ hosts: 3, more }) });
  await golden("refused.preview", await project.previewFails(), project);
});

test("a halt at the canary, and going on when a person has looked", async () => {
  const fleet = fastFleet({ hosts: 3, faults: [{ kind: "patch-fails", count: 1, reason: "disk full" }] });
  const project = await Project.create({ fleet, declared: { policy: { retries: 0 } } });
  await golden("halt.up", await project.upFails(), project);
  await golden("halt.preview", await project.previewFails(), project);
  project.declare({ policy: { retries: 0, acknowledge: project.fleet.record()?.run?.id ?? "" } });
  await golden("resume.preview", await project.preview(), project);
  await golden("resume.up", await project.up(), project);
});

test("a thousand hosts: rows are those that change, the summary counts the rest", async () => {
  const hosts = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`esx-${index}`, "8.0.3"]));
  const project = await Project.create({ fleet: fastFleet({ hosts: { ...hosts, "esx-7": "8.0.1" }, perHost: 1 }) });
  const preview = await project.preview();
  expect(preview.output.match(/rolling-patch:index:Host/g)).toHaveLength(1);
  await golden("thousand.preview", preview, project);
  const up = await project.up();
  expect(up.output).toMatch(/ \+ {2}rolling-patch:index:Host fleet\/esx-7 /);
  await project.preview("--expect-no-changes");
});
