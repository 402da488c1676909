import { expect, test } from "vitest";
import { fastFleet } from "./support/fleet.ts";
import { door } from "./support/layout.ts";
import { Project } from "./support/project.ts";

/** What the stack shows of drift, and that it shows nothing else. */

test("the first up on a half-patched fleet rolls what is behind; then ten previews show no change", async () => {
  const hosts = { "esx-01": "8.0.1", "esx-02": "8.0.3", "esx-03": "8.0.2", "esx-04": "8.0.4" };
  const project = await Project.create({ fleet: fastFleet({ hosts }) });

  const preview = await project.preview("--diff");
  expect(preview.output).toMatch(/2 of 4 hosts to be taken to 8\.0\.3, 1 compliant, 1 ahead/);
  expect(preview.output).toMatch(/~ esx-01: "8\.0\.1" => "8\.0\.3"/);
  expect(preview.output).toMatch(/~ esx-03: "8\.0\.2" => "8\.0\.3"/);
  expect(preview.output).toMatch(/esx-01: "8\.0\.3"/);
  expect(preview.output).toMatch(/esx-04: "8\.0\.4"/);
  expect(project.fleet.events()).toEqual([]);

  const up = await project.up();
  expect(up.output).toMatch(door === "plugin" ? /esx-01 .* 1\/2 / : /esx-01 1\/2 remediating 8\.0\.1 → 8\.0\.3/);
  expect(up.output).toMatch(/esx-03 +8\.0\.2 → 8\.0\.3 +rolled/);
  const levels = { "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3", "esx-04": "8.0.4" };
  expect(project.fleet.levels()).toEqual(levels);
  expect(project.fleet.acts().filter((act) => /(cordon|remediate) esx-0[24]/.test(act))).toEqual([]);
  expect(project.fleet.breaches()).toEqual([]);
  expect(project.fleet.out()).toEqual([]);
  const saved = project.saved();
  expect(saved.outputs).toMatchObject({
    hosts: levels,
    compliance: { compliant: 3, ahead: 1, drifted: 0, names: { ahead: ["esx-04"] } },
    run: { outcome: "done" },
  });
  expect(saved.outputs).not.toHaveProperty("plan");

  for (let count = 0; count < 10; count += 1) {
    const again = await project.preview("--expect-no-changes", "--diff");
    expect(again.output).toMatch(door === "plugin" ? /Resources:\n +6 unchanged/ : /Resources:\n +2 unchanged/);
    expect(again.output).not.toMatch(/[~+-] (hosts|plan|compliance|run)/);
  }
});

test("after drift a preview shows the drifted hosts and the plan, as text and as JSON, and up brings them back", async () => {
  const hosts = { "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3" };
  const project = await Project.create({ fleet: fastFleet({ hosts }) });
  await project.up();
  expect(project.fleet.acts()).toEqual([]);

  project.fleet.drift("esx-01", "8.0.1");
  const plain = await project.preview();
  expect(plain.output).toMatch(/~ esx-01: "8\.0\.1" => "8\.0\.3"/);
  expect(plain.output).not.toMatch(/~ esx-0[23]/);

  const text = await project.preview("--diff");
  expect(text.output).toMatch(/~ esx-01: "8\.0\.1" => "8\.0\.3"/);
  expect(text.output).toMatch(/1 of 3 hosts to be taken to 8\.0\.3/);
  expect(changes(text.output)).toEqual(["hosts", "hosts.esx-01", "plan"]);

  const json = JSON.parse((await project.preview("--json")).stdout);
  const step = json.steps.find(({ op }: { op: string }) => op === "update");
  expect(step.urn).toMatch(/::fleet$/);
  expect(step.oldState.inputs.hosts).toEqual({ "esx-01": "8.0.1", "esx-02": "8.0.3", "esx-03": "8.0.3" });
  expect(step.newState.inputs.hosts).toEqual(hosts);
  expect(step.newState.inputs.plan).toMatchObject({ hosts: 1 });
  const without = ({ hosts: _hosts, plan: _plan, ...rest }: Record<string, unknown>) => rest;
  expect(without(step.newState.inputs)).toEqual(without(step.oldState.inputs));
  // The plugin's rows of hosts are resources too.
  expect(json.changeSummary).toEqual(door === "plugin" ? { same: 3, update: 2 } : { same: 1, update: 1 });

  const refused = await project.previewFails("--expect-no-changes");
  expect(refused.output).toMatch(/no changes were expected for preview/);

  await project.up();
  expect(project.fleet.levels()).toEqual(hosts);
  expect(project.fleet.acts().filter((act) => act.startsWith("remediate"))).toEqual(["remediate esx-01"]);
  await project.preview("--expect-no-changes");
});

test("hosts that are ahead, held by an operator, blocked or unreachable show no change that will not happen", async () => {
  const hosts = { "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3", "esx-04": "8.0.3", "esx-05": "8.0.3" };
  const project = await Project.create({ fleet: fastFleet({ hosts, perHost: 1 }) });
  await project.up();

  project.fleet.drift("esx-02", "8.0.9");
  project.fleet.drift("esx-03", "8.0.1");
  project.fleet.operatorTakes("esx-03");
  project.fleet.fault({ kind: "host-cut", host: "esx-04", at: "0s" });
  project.fleet.drift("esx-05", "8.0.2");
  project.fleet.block("esx-05", "its CPU is not supported any more");
  // What happened to the fleet is saved; nothing of it is to be rolled.
  const refreshed = await project.up();
  expect(refreshed.output).toMatch(/esx-03: "8\.0\.1" .*operator/);
  expect(refreshed.output).toMatch(/esx-05: "8\.0\.2" +blocked: its CPU is not supported any more/);
  const preview = await project.preview("--expect-no-changes", "--diff");
  expect(changes(preview.output)).toEqual([]);
  expect(project.fleet.acts()).toEqual([]);
  expect(project.saved().outputs).toMatchObject({
    hosts: { "esx-01": "8.0.3", "esx-02": "8.0.9", "esx-03": "8.0.1", "esx-04": "8.0.3", "esx-05": "8.0.2" },
    compliance: {
      compliant: 1,
      ahead: 1,
      blocked: 1,
      names: { ahead: ["esx-02"], blocked: ["esx-05"], unknown: ["esx-04"] },
    },
  });
});

test("another baseline is one changed line: every host rolls to it", async () => {
  const project = await Project.create({ fleet: fastFleet({ hosts: 3 }) });
  project.declare({ baseline: { version: "8.0.1" } });
  const first = await project.up();
  expect(first.output).toMatch(/nothing to roll to 8\.0\.1: 3 compliant/);
  project.declare({ baseline: { version: "8.0.10" } });
  const preview = await project.preview("--diff");
  const every = ["hosts", "hosts.esx-01", "hosts.esx-02", "hosts.esx-03"];
  expect(changes(preview.output)).toEqual(["baseline", "baseline.version", ...every, "plan"]);
  await project.up();
  expect(project.fleet.levels()).toEqual({ "esx-01": "8.0.10", "esx-02": "8.0.10", "esx-03": "8.0.10" });
  expect(project.fleet.breaches()).toEqual([]);
  const stale = await project.preview("--expect-no-changes");
  expect(stale.output).toMatch(door === "plugin" ? /5 unchanged/ : /2 unchanged/);
});

test("a plan that is impossible fails the preview and up, names the culprit and touches nothing", async () => {
  const more = [{ id: "vm-gpu", host: "esx-02", memory: 8, cpu: 2, pinned: true }];
  const project = await Project.create({ fleet: fastFleet({ hosts: 3, more }) });
  for (const refused of [await project.previewFails(), await project.upFails()]) {
    expect(refused.output).toMatch(/there is no plan that takes the fleet to 8\.0\.3/);
    expect(refused.output).toMatch(/vm-gpu/);
    expect(refused.output).toMatch(/policy\.pinned|pinned:/);
  }
  expect(project.fleet.events()).toEqual([]);
  project.declare({ policy: { pinned: "shutdown" } });
  await project.up();
  expect(project.fleet.levels()).toEqual({ "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3" });
  expect(project.fleet.breaches()).toEqual([]);
});

/** Paths that the update of the resource marks as changed: "hosts.esx-01". What is inside of a whole new object is left out. */
function changes(output: string): string[] {
  const update = output.split(/RollingPatch: \(update\)\n/)[1]?.split(/\nResources:/)[0] ?? "";
  const found: string[] = [];
  const above: { depth: number; name: string; sign: string }[] = [];
  for (const [, indent = "", sign = " ", name = ""] of update.matchAll(/^( *)([~+-]| ) "?([\w.-]+)"? *:/gm)) {
    const depth = indent.length;
    while ((above.at(-1)?.depth ?? -1) >= depth) above.pop();
    const inNew = above.some((one) => one.sign === "+");
    if (sign !== " " && !inNew) found.push([...above.map((one) => one.name), name].join("."));
    above.push({ depth, name, sign });
  }
  return found;
}
