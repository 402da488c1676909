import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { approvalGate } from "../../provider/core/approval.ts";
import { withoutName } from "../../provider/core/errors.ts";
import { faults } from "../../provider/drivers/simulated/index.ts";
import type { News } from "../../provider/engine/news.ts";
import { Rig, type RigOptions } from "./rig.ts";

const up = z.strictObject({
  version: z.string().optional(),
  policy: z.record(z.string(), z.unknown()).optional(),
  /** What people approve before it starts. */
  approve: z.array(z.strictObject({ gate: approvalGate, by: z.string() })).optional(),
});

const policyFile = z.strictObject({
  /** What this scenario shows, for readers. */
  about: z.string().min(1),
  version: z.string(),
  policy: z.record(z.string(), z.unknown()).default({}),
  checks: z.array(z.record(z.string(), z.unknown())).default([]),
  /** Names of checks that fail, and from which asking on (1: from the first). */
  failing: z.record(z.string(), z.int().min(1)).default({}),
  /** They fail as checks do (`failing`). */
  hooks: z.array(z.record(z.string(), z.unknown())).default([]),
  suites: z.array(z.record(z.string(), z.unknown())).default([]),
  /** Which tests of a suite fail, run after run; the last one repeats. A text: the suite fails as a whole. */
  probes: z.array(z.record(z.string(), z.unknown())).default([]),
  red: z.record(z.string(), z.array(z.union([z.string(), z.array(z.string())]))).default({}),
  /** One `pulumi up` after the other, each with its changes. */
  ups: z.array(up).min(1).default([{}]),
});

/** One folder of data under test/scenarios. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly options: RigOptions;
  readonly ups: readonly z.output<typeof up>[];
  readonly expected: string | undefined;
  readonly expectedPath: string;
}

const FOLDER = join(import.meta.dirname, "..", "scenarios");

/** Every folder of test/scenarios, by name. */
export function scenarios(): Scenario[] {
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map((entry) => scenario(entry.name)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function scenario(name: string): Scenario {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(FOLDER, name, file), "utf8"));
  const policy = policyFile.parse(read("policy.json"));
  const expectedPath = join(FOLDER, name, "expected.log");
  const fleet = { ...(read("fleet.json") as RigOptions["fleet"]), faults: read("faults.json") as never };
  faults.parse(fleet.faults);
  return {
    name,
    about: policy.about,
    expectedPath,
    expected: existsSync(expectedPath) ? readFileSync(expectedPath, "utf8") : undefined,
    ups: policy.ups,
    options: {
      fleet,
      version: policy.version,
      policy: policy.policy as RigOptions["policy"],
      checks: policy.checks as RigOptions["checks"],
      failing: policy.failing,
      suites: policy.suites as RigOptions["suites"],
      probes: policy.probes as RigOptions["probes"],
      red: policy.red,
      hooks: policy.hooks as RigOptions["hooks"],
    },
  };
}

/** What a scenario's ups print and how each ends: the golden log. */
export async function play({ options, ups }: Scenario): Promise<{ rig: Rig; log: string }> {
  const rig = new Rig(options);
  const lines: string[] = [];
  const began = rig.time.now();
  for (const [index, one] of ups.entries()) {
    lines.push(`== up ${index + 1}${Object.keys(one).length > 0 ? ` ${JSON.stringify(one)}` : ""}`);
    for (const { gate, by } of one.approve ?? []) await rig.approve(gate, by);
    const from = rig.news.length;
    const outcome = await rig.up(one as Parameters<Rig["up"]>[0]);
    for (const news of rig.news.slice(from)) if (news.kind !== "progress") lines.push(line(news));
    if (outcome.kind === "ended") lines.push(`-- ${JSON.stringify(outcome.result.ending)}`);
    else if (outcome.kind === "error") lines.push(`-- error ${outcome.error.kind}: ${outcome.error.advice}`);
  }
  const minutes = Math.round((rig.time.now() - began) / 60_000);
  lines.push(`== after ${minutes} min`);
  for (const host of rig.world.hosts.values()) {
    const state = [
      host.power === "on" ? "" : host.power,
      host.cordoned ? "cordoned" : "",
      host.mark === undefined ? "" : "marked",
      host.held ? "held" : "",
    ];
    const workloads = [...rig.world.workloads.values()]
      .filter((one) => one.host === host.id)
      .map((one) => (one.state === "running" ? one.id : `(${one.id})`));
    lines.push(
      `${host.id} ${host.running} ${state.filter(Boolean).join(" ") || "in service"}: ${workloads.join(" ") || "empty"}`,
    );
  }
  return { rig, log: `${lines.join("\n")}\n` };
}

function line(news: News): string {
  const where = news.host === undefined ? "" : `${news.host} `;
  const position = news.position === undefined ? "" : `${news.position.index}/${news.position.of} `;
  return `${news.kind === "warning" ? "! " : ""}${where}${position}${news.host === undefined ? news.text : withoutName(news.text, news.host)}`;
}
