import { mkdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { repository } from "../../../tools/setup/context.mjs";
import { toolchain } from "../../../tools/toolchain.mjs";
import { fastFleet } from "../support/fleet.ts";
import { Running } from "../support/processes.ts";
import { Project } from "../support/project.ts";
import { expectSafePoint } from "../support/safe-point.ts";

/** What only the plugin can do, and how it is found. */

const hosts = { "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3" };

test("Ctrl-C reaches a safe point, saves what is done, and the next up goes on", async () => {
  const project = await Project.create({ fleet: fastFleet({ hosts: 4, scale: 30 }) });
  const up = project.startUp();
  await up.during(project.fleet.hasBegun("remediate esx-01"));
  const provider = project.roller();
  up.interrupt();
  const ended = (await up.ended).failed();
  expect(ended.output).toMatch(/is paused: a stop was asked for/);
  expectSafePoint(project.fleet);
  const levels = project.fleet.levels();
  expect(Object.values(levels)).toContain("8.0.1");
  expect(project.saved().outputs).toMatchObject({ hosts: levels, run: { outcome: "paused" } });
  await project.gone(provider);

  const seen = project.fleet.seq;
  const left = Object.values(levels).filter((level) => level === "8.0.1").length;
  expect((await project.preview()).output).toMatch(new RegExp(`${left} of 4 hosts to be taken to 8\\.0\\.3`));
  await project.up();
  expect(project.fleet.acts(seen).filter((act) => act.startsWith("remediate"))).toHaveLength(left);
  expect(project.fleet.breaches()).toEqual([]);
  await project.preview("--expect-no-changes");
});

describe("import", () => {
  test("adopts a fleet at its present level; its program shows no change", async () => {
    const project = await Project.create({ fleet: fastFleet({ hosts: 3 }) });
    const id = `simulated:${project.fleet.path}`;
    const args = ["import", "rolling-patch:index:RollingPatch", "fleet", id];
    await project.pulumi(...args, "--generate-code=false", "--yes", "--protect=false");
    expect(project.saved()).toMatchObject({
      id: `e2e/dev/fleet@${id}`,
      inputs: { baseline: { version: "8.0.1" }, owner: "e2e/dev/fleet" },
      outputs: { compliance: { compliant: 3 }, hosts: { "esx-01": "8.0.1", "esx-02": "8.0.1", "esx-03": "8.0.1" } },
    });
    project.declare({ baseline: { version: "8.0.1" } });
    const preview = await project.preview("--diff");
    expect(preview.output).not.toMatch(/[~+-] (?:rolling-patch|hosts|baseline|target|owner)/);
    project.declare({});
    await project.up();
    expect(project.fleet.levels()).toEqual(hosts);
    expect(project.fleet.breaches()).toEqual([]);
  });

  test("of what names no fleet says how one is named", async () => {
    const project = await Project.create({ fleet: fastFleet({ hosts: 3 }) });
    const args = ["import", "rolling-patch:index:RollingPatch", "fleet", "esx-01", "--generate-code=false", "--yes"];
    expect((await project.start(args).ended).failed().output).toMatch(
      /"esx-01" names no fleet\. Import by the canonical URI/,
    );
    expect(project.fleet.events()).toEqual([]);
  });
});

test("a stack moves from the dynamic resource to the plugin by another import: same state, no false change", async () => {
  const project = await Project.create({ fleet: fastFleet({ hosts: 3 }) });
  const plugin = project.read("index.js");
  project.write("index.js", plugin.replace("pulumi-rolling-patch/plugin", "pulumi-rolling-patch"));
  await project.up();
  const before = project.saved();
  expect(before.type).toMatch(/^pulumi-nodejs:dynamic/);

  project.write("index.js", plugin);
  const preview = await project.preview("--diff");
  expect(preview.output).not.toMatch(/replace|delete|(?:[~+-]) (?:hosts|baseline|plan|owner|target)/);
  await project.up();
  const after = project.saved();
  expect(after.type).toBe("rolling-patch:index:RollingPatch");
  expect(after.id).toBe(before.id);
  expect(after.outputs.hosts).toEqual(before.outputs.hosts);
  await project.preview("--expect-no-changes");

  project.fleet.drift("esx-02", "8.0.1");
  const drifted = await project.preview();
  expect(drifted.output).toMatch(/rolling-patch:index:Host fleet\/esx-02/);
  await project.up();
  expect(project.fleet.levels()).toEqual(hosts);
  await project.preview("--expect-no-changes");
  await project.pulumi("destroy", "--yes", "--skip-preview");
  expect(project.savedNames()).toEqual([]);
});

test("a credential of the stack's configuration reaches what names it, and stays encrypted; the environment wins", async () => {
  const hooks = [
    {
      name: "ticket",
      at: ["beforeRun"],
      env: ["TICKET_TOKEN"],
      command: ["sh", "-c", 'echo "$TICKET_TOKEN" >> seen.txt'],
    },
  ];
  const project = await Project.create({ fleet: fastFleet({ hosts: 2 }), declared: { more: { hooks } } });
  await project.pulumi("config", "set", "--secret", "--path", "rolling-patch:environment.TICKET_TOKEN", "canary-5c1d");
  const up = await project.up();
  expect(project.read("seen.txt")).toBe("canary-5c1d\n");
  expect(`${up.output}${project.savedText()}`).not.toContain("canary-5c1d");

  project.env.TICKET_TOKEN = "canary-of-here";
  project.declare({ baseline: { version: "8.0.4" }, more: { hooks } });
  await project.up();
  expect(project.read("seen.txt")).toBe("canary-5c1d\ncanary-of-here\n");

  await project.pulumi("config", "set", "rolling-patch:prometheusBearerTokn", "canary-9e77");
  const refused = await project.previewFails();
  expect(refused.output).toMatch(/prometheusBearerTokn: there is no such setting/);
  expect(refused.output).not.toContain("canary-9e77");
});

describe("the executable is found", () => {
  const bare = "name: e2e\nruntime: nodejs\n";
  const executable = join(repository, "plugin", "pulumi-resource-rolling-patch");

  test("in node_modules/.bin, as npm scripts and npx have it on PATH", async () => {
    const project = await Project.create({ fleet: fastFleet({ hosts }) });
    project.write("Pulumi.yaml", bare);
    const bin = join(project.folder, "node_modules", ".bin");
    mkdirSync(bin, { recursive: true });
    symlinkSync(executable, join(bin, "pulumi-resource-rolling-patch"));
    project.env.PATH = [bin, project.env.PATH].join(delimiter);
    await project.up();
    expect(project.saved().outputs.hosts).toEqual(hosts);
  });

  test("by Pulumi.yaml, in the package", async () => {
    const project = await Project.create({ fleet: fastFleet({ hosts }) });
    project.write(
      "Pulumi.yaml",
      `${bare}plugins:\n  providers:\n    - name: rolling-patch\n      path: node_modules/pulumi-rolling-patch/plugin\n`,
    );
    await project.up();
    expect(project.saved().outputs.hosts).toEqual(hosts);
  });

  test("as `pulumi package add` starts it: alone for its schema, or by PulumiPlugin.yaml under Pulumi's own runner", async () => {
    const project = await Project.create();
    const schema = await project.pulumi("package", "get-schema", executable);
    expect(JSON.parse(schema.stdout)).toMatchObject({ name: "rolling-patch" });
    const runner = join(repository, "node_modules", "@pulumi", "pulumi", "cmd", "run-plugin");
    const plugin = new Running(toolchain().node, [runner, join(repository, "plugin", "nodejs"), "127.0.0.1:1"], {
      cwd: project.folder,
      env: project.env,
    });
    await plugin.said(/^\d+\n/);
    // No engine listens there: it notices, and ends.
    expect((await plugin.ended).code).toBe(1);
  });
});
