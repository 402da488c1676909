import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Act } from "../../provider/core/act.ts";
import type { PlanDocument } from "../../provider/lifecycle/render/document.ts";
import { planActs } from "../../provider/planner/acts.ts";
import { fastFleet } from "./support/fleet.ts";
import { Project } from "./support/project.ts";

/** A preview only looks, once; and what it promises is what up does. */

test("what preview promised is what up does, act for act", async () => {
  const fleet = fastFleet({
    hosts: { "esx-01": "8.0.1", "esx-02": "8.0.2", "esx-03": "8.0.3", "esx-04": "8.0.1", "esx-05": "8.0.1" },
    host: {
      "esx-01": { domain: "a" },
      "esx-02": { domain: "a" },
      "esx-04": { domain: "b" },
      "esx-05": { domain: "b" },
    },
    more: [
      { id: "db-1", host: "esx-01", memory: 16, cpu: 4, group: "db" },
      { id: "db-2", host: "esx-02", memory: 16, cpu: 4, group: "db" },
      { id: "gpu-1", host: "esx-04", memory: 4, cpu: 1, pinned: true },
    ],
  });
  const project = await Project.create({
    fleet,
    declared: { policy: { maxUnavailable: 2, pinned: "shutdown", putBack: "home" } },
  });
  const preview = await project.preview();
  const path = /every move of it in (\S+\.json)/.exec(preview.output)?.[1] ?? "";
  const plan: PlanDocument = JSON.parse(readFileSync(join(project.folder, path), "utf8"));
  expect(preview.output).toContain(`plan ${plan.id}`);
  expect(plan.totals?.hosts).toBe(4);
  await project.up();
  const acts = project.fleet.acts();
  const hosts = plan.hosts.flatMap(({ host, from, to, part }) =>
    part === undefined ? [] : [{ host, from, to, ...part }],
  );
  const all = hosts.map(({ host }) => ({ host, promised: planActs({ hosts }, host).flatMap(logged) }));
  for (const { host, promised } of all) {
    const done = ofHost(acts, host, promised);
    expect(phases(done)).toEqual(phases(promised));
    const moves = (list: string[]) => list.filter((act) => act.startsWith("migrate"));
    expect(moves(done)).toEqual(moves(promised));
  }
  expect([...acts].sort()).toEqual(all.flatMap(({ promised }) => promised).sort());
  expect(acts.filter((act) => act.startsWith("cordon"))).toEqual(hosts.map(({ host }) => `cordon ${host}`));
  expect(project.fleet.breaches(2)).toEqual([]);
});

test.each(["before the stack exists", "of an existing stack"])(
  "a preview %s changes nothing on the fleet and looks at it once",
  async (when) => {
    const hosts = { "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3" };
    const project = await Project.create({ fleet: fastFleet({ hosts }) });
    if (when === "of an existing stack") await project.up();
    project.fleet.drift("esx-02", "8.0.1");
    const before = still(project);
    const preview = await project.preview();
    expect(preview.output).toMatch(/1 of 3 hosts to be taken to 8\.0\.3/);
    expect(still(project)).toEqual(before);
    expect(project.fleet.acts()).toEqual([]);

    // Refused looks are counted, and a second one would be refused as well.
    project.fleet.fault({ kind: "call-refused", call: "observe", count: 100 });
    const blind = await project.preview();
    expect(blind.output).toMatch(/The platform refused to observe/);
    const { faults } = project.fleet.describe();
    expect(faults.map(({ left }) => left)).toEqual([99]);
  },
);

test("up rolls inside of the plan that was approved, and refuses what goes beyond it", async () => {
  const hosts = { "esx-01": "8.0.1", "esx-02": "8.0.3", "esx-03": "8.0.3" };
  const project = await Project.create({ fleet: fastFleet({ hosts }) });
  const id = /plan (\S+), every move/.exec((await project.preview()).output)?.[1] ?? "";
  project.declare({ policy: { approved: id } });
  project.fleet.drift("esx-02", "8.0.1");
  const beyond = await project.upFails();
  expect(beyond.output).toMatch(/policy\.approved: .*2 hosts instead of at most 1/);
  expect(project.fleet.acts()).toEqual([]);
  project.fleet.drift("esx-02", "8.0.3");
  await project.up();
  expect(project.fleet.levels()["esx-01"]).toBe("8.0.3");
  expect(project.fleet.acts().filter((act) => act.startsWith("cordon"))).toEqual(["cordon esx-01"]);
});

function still({ fleet }: Project): unknown {
  const { fleetTime: _time, faults: _faults, ...rest } = fleet.describe();
  return { ...rest, acts: fleet.acts() };
}

/** An act as the fleet logs it: "cordon esx-01", "migrate vm-1a esx-02". Checks are ours alone. */
function logged(act: Act): string[] {
  if (act.name === "check" || !("host" in act)) return [];
  if (act.name === "migrate") return [`migrate ${act.workload} ${act.to}`];
  return [`${act.name} ${"workload" in act ? act.workload : act.host}`];
}

/** What was done between the host's stage and its release, of all that is promised for it. */
function ofHost(acts: readonly string[], host: string, promised: readonly string[]): string[] {
  const span = acts.slice(acts.indexOf(`stage ${host}`), acts.indexOf(`release ${host}`) + 1);
  return span.filter((act) => promised.includes(act));
}

/** What is done to workloads between two acts on the host goes on at the same time. */
function phases(acts: readonly string[]): string[][] {
  const found: string[][] = [[]];
  for (const act of acts) {
    if (/^(migrate|stop) /.test(act)) found.at(-1)?.push(act);
    else found.push([act], []);
  }
  return found.map((phase) => phase.sort()).filter((phase) => phase.length > 0);
}
