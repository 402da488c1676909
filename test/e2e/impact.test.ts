import { expect, test } from "vitest";
import type { FleetSpecInput } from "../../provider/drivers/simulated/index.ts";
import { door } from "./support/layout.ts";
import { kill } from "./support/processes.ts";
import { Project } from "./support/project.ts";

const probes = [{ kind: "platform", name: "service", workloads: "all" }];
/** Long enough to tell, short enough for a test: minutes of fleet time, three hundred times as fast as real ones. */
const policy = {
  reference: "20m",
  canarySoak: "20m",
  soak: "20m",
  judged: 2,
  deadlines: { drain: "10h", patch: "10h" },
};

/** Seven hosts whose service is watched. */
function watchedFleet(more: Partial<FleetSpecInput> = {}, classOf?: (index: number) => string): FleetSpecInput {
  const names = Array.from({ length: 7 }, (_, index) => `esx-0${index + 1}`);
  return {
    scale: 300,
    noise: "benign",
    migration: { fixed: 1, perGiB: 0.25 },
    times: { stage: 2, stop: 2, start: 2 },
    hosts: names.map((id, index) => ({
      ...{ id, level: "8.0.1", memory: 64, cpu: 32, patch: 60, boot: 60 },
      ...(classOf === undefined ? {} : { class: classOf(index) }),
    })),
    workloads: names.flatMap((host) =>
      Array.from({ length: 4 }, (_, k) => ({ id: `${host}-${"abcd"[k]}`, host, memory: 4, cpu: 1 })),
    ),
    ...more,
  };
}

/** Lines about a host, one after the other; through the plugin they stand below the name of its row. */
function lines(about: string, ...texts: string[]): RegExp {
  const [host, position] = about.split(" ");
  const begin = door === "plugin" ? `^ +${position} ` : `${host} ${position} `;
  return new RegExp(texts.map((text) => begin + text).join("[\\s\\S]*"), "m");
}

const old = (fleet: Record<string, string>): string[] => Object.keys(fleet).filter((id) => fleet[id] === "8.0.1");

test("a good patch passes: watched before the first host, at the canary and a judged host, and to the end", async () => {
  const project = await Project.create({ fleet: watchedFleet(), declared: { policy, probes } });
  const preview = await project.preview();
  expect(preview.output).toMatch(/watches 28 workloads: 20 min before the first host, up to 26 min at the canary/);
  expect(preview.output).toMatch(/finds a loss of [\d.]+ % of one host/);
  const up = await project.up();
  expect(up.output).toMatch(lines("esx-01 1/7", "pass: no loss above 10\\.0 %"));
  expect(up.output).toMatch(lines("esx-07 7/7", "pass: no more errors than before"));
  expect(old(project.fleet.levels())).toEqual([]);
  expect(project.fleet.out()).toEqual([]);
  expect(project.fleet.breaches()).toEqual([]);
  await project.preview("--expect-no-changes");
});

test("a patch that costs 20 % latency stops itself at the canary, with the evidence; the next up refuses until it is acknowledged", async () => {
  const fleet = watchedFleet({ costs: [{ level: "8.0.3", latency: 0.2 }] });
  const project = await Project.create({ fleet, declared: { policy, probes } });
  const halted = await project.upFails();
  expect(halted.output).toMatch(
    /esx-01 does not serve as before the patch: this patch costs \+(1[4-9]|2\d)\.\d % median latency \(95 % CI/,
  );
  expect(old(project.fleet.levels())).toHaveLength(6);
  // Its load is off again, and it stays out.
  expect(project.fleet.out()).toEqual(["esx-01"]);
  const [canary] = project.fleet.describe().hosts;
  expect(canary?.workloads).toBe(0);
  const seen = project.fleet.seq;
  const run = project.fleet.record()?.run?.id ?? "";
  for (const refused of [await project.previewFails(), await project.upFails()])
    expect(refused.output).toContain(`policy: { acknowledge: "${run}" }`);
  expect(project.fleet.acts(seen)).toEqual([]);
  project.declare({ baseline: { version: "8.0.4" } });
  await project.up();
  expect(Object.values(project.fleet.levels()).every((level) => level === "8.0.4")).toBe(true);
  expect(project.fleet.breaches()).toEqual([]);
});

test("a driver that is bad for one hardware class is caught by the canary of that class", async () => {
  const fleet = watchedFleet({ costs: [{ level: "8.0.3", latency: 0.4, class: "b" }] }, (index) =>
    index < 4 ? "a" : "b",
  );
  const project = await Project.create({ fleet, declared: { policy, probes } });
  const halted = await project.upFails();
  expect(halted.output).toMatch(/esx-05 does not serve as before the patch/);
  expect(old(project.fleet.levels())).toHaveLength(5);
  expect(project.fleet.out()).toEqual(["esx-05"]);
  expect(project.fleet.breaches()).toEqual([]);
});

test("killed while the canary is watched, the next up watches it once more and goes on", async () => {
  const project = await Project.create({ fleet: watchedFleet(), declared: { policy, probes } });
  const up = project.startUp();
  await up.during(project.fleet.hasBegun("uncordon esx-01"));
  kill(project.roller(), "SIGKILL");
  (await up.ended).failed();
  const again = await project.up();
  expect(again.output).toMatch(lines("esx-01 1/7", "all load is back: watched", "pass"));
  expect(old(project.fleet.levels())).toEqual([]);
  expect(project.fleet.breaches()).toEqual([]);
});
