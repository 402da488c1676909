import { join } from "node:path";
import { createFleetFile } from "../provider/drivers/simulated/index.ts";
import { type Figure, median, medianOf, rounded } from "./figures.ts";
import { fleetOf, LEVEL } from "./fleet.ts";
import { type Cost, Stack } from "./stack.ts";
import type { Usage } from "./usage.ts";

export interface PreviewSize {
  readonly hosts: number;
  readonly workloads: number;
  readonly rounds: number;
}

/** The program that all of it is compared with: a dynamic resource that does nothing. */
const NOTHING = `"use strict";
const pulumi = require("@pulumi/pulumi");
class Nothing extends pulumi.dynamic.Resource {}
const provider = {
  check: async (olds, news) => ({ inputs: news, failures: [] }),
  diff: async () => ({ changes: false }),
  create: async (inputs) => ({ id: "nothing", outs: inputs }),
  read: async (id, props) => ({ id, props }),
};
new Nothing(provider, "fleet", {});
`;

/** A program without any resource: no provider is started. */
const EMPTY = `"use strict";
require("@pulumi/pulumi");
`;

const FLEET = `"use strict";
const { RollingPatch, simulated } = require("pulumi-rolling-patch");
const policy = require("./policy.json");
new RollingPatch("fleet", { target: simulated({ file: "fleet.db" }), baseline: { version: "${LEVEL}" }, policy });
`;

/**
 * `pulumi preview` through the real CLI of a fleet that has drifted as a whole, refresh included, and beside it in every
 * round the preview of a stack that does nothing: the machine is as busy for the one as for the other.
 */
export async function previewPart({ hosts, workloads, rounds }: PreviewSize): Promise<Figure[]> {
  const stacks = { fleet: new Stack(FLEET), nothing: new Stack(NOTHING), empty: new Stack(EMPTY) };
  try {
    createFleetFile(join(stacks.fleet.folder, "fleet.db"), fleetOf(hosts, workloads));
    stacks.fleet.write("policy.json", '{"mode":"observe"}');
    for (const stack of Object.values(stacks)) {
      await stack.pulumi("stack", "init", "dev");
      await stack.pulumi("up", "--yes", "--skip-preview");
    }
    stacks.fleet.write("policy.json", '{"maxUnavailable":"5%"}');

    const costs = { fleet: [] as Cost[], nothing: [] as Cost[], empty: [] as Cost[] };
    for (let round = 0; round < rounds; round++) {
      for (const name of ["nothing", "fleet", "empty"] as const) costs[name].push(await stacks[name].pulumi("preview"));
    }
    assertPlanned(costs.fleet, hosts);
    return figuresOf(
      `preview of ${hosts.toLocaleString("en")} hosts and ${workloads.toLocaleString("en")} workloads`,
      costs,
    );
  } finally {
    for (const stack of Object.values(stacks)) await stack.remove();
  }
}

function assertPlanned(previews: readonly Cost[], hosts: number): void {
  for (const { output } of previews) {
    if (!output.includes(`${hosts} of ${hosts.toLocaleString("en")} hosts to be taken to`))
      throw new Error(`a preview did not plan the whole fleet:\n${output}`);
  }
}

type Costs = Readonly<Record<"fleet" | "nothing" | "empty", readonly Cost[]>>;

function figuresOf(part: string, { fleet, nothing, empty }: Costs): Figure[] {
  const seconds = (costs: readonly Cost[]): number[] => costs.map((cost) => rounded(cost.seconds));
  const added = (base: readonly Cost[]): number[] =>
    fleet.map((cost, round) => rounded(cost.seconds - (base[round]?.seconds ?? 0)));
  const ratios = fleet.map((cost, round) => rounded(cost.seconds / (nothing[round]?.seconds ?? 1)));
  return [
    { part, figure: "preview", ...medianOf(seconds(fleet)), unit: "s" },
    { part, figure: "of a dynamic resource that does nothing", ...medianOf(seconds(nothing)), unit: "s" },
    { part, figure: "of a stack without resources", ...medianOf(seconds(empty)), unit: "s" },
    { part, figure: "added to one that does nothing", ...medianOf(added(nothing)), unit: "s", aim: 3 },
    { part, figure: "ratio to one that does nothing", ...medianOf(ratios), unit: "" },
    {
      part,
      figure: "added to a stack without resources",
      ...medianOf(added(empty)),
      unit: "s",
      note: "starts Pulumi's provider host as well",
    },
    ...providerFigures(part, fleet, nothing),
  ];
}

function providerFigures(part: string, fleet: readonly Cost[], nothing: readonly Cost[]): Figure[] {
  const all = (costs: readonly Cost[], key: keyof Usage): number[] =>
    costs.flatMap(({ provider }) => provider?.[key] ?? []);
  const [peaks, idlePeaks] = [all(fleet, "peakMB"), all(nothing, "peakMB")];
  if (peaks.length === 0 || idlePeaks.length === 0) return [];
  const idle = median(idlePeaks);
  return [
    { part, figure: "processor time of the provider", ...medianOf(all(fleet, "cpuSeconds")), unit: "s" },
    { part, figure: "of one that does nothing", ...medianOf(all(nothing, "cpuSeconds")), unit: "s" },
    { part, figure: "peak memory of the provider", ...medianOf(peaks), unit: "MB" },
    { part, figure: "of one that does nothing", ...medianOf(idlePeaks), unit: "MB" },
    { part, figure: "memory added", ...medianOf(peaks.map((peak) => peak - idle)), unit: "MB", aim: 300 },
  ];
}
