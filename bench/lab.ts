import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { obstacles } from "../tools/lab/obstacles.mjs";
import { repository } from "../tools/setup/context.mjs";
import { type Figure, figureTable, medianOf } from "./figures.ts";
import type { LabCost } from "./lab-process.ts";
import { type Machine, thisMachine } from "./machine.ts";

const FLAGS = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];
const NAME = "bench";

/** Upper bounds that the project sets itself. */
const aims = { ratio: 1.15, overheadMs: 150 };

/**
 * A whole roll over real KVM hosts of the lab, against what the same hosts need for the same work by hand: patches and boots one after the other, and the
 * moves of the plan, as many at once as the roll makes. Builds the lab, and takes it away. Needs root; where it cannot run it says why.
 */
export async function labBench({ json, small }: { readonly json: boolean; readonly small: boolean }): Promise<void> {
  const reasons = obstacles();
  if (reasons.length > 0) throw new TypeError(`the lab cannot be had here: ${reasons.join("; ")}`);
  const machine = thisMachine();
  const size = small ? { hosts: 2, guests: 2, rounds: 1 } : { hosts: 3, guests: 12, rounds: 3 };
  const costs: LabCost[] = [];
  lab("build/build.sh");
  try {
    for (let round = 0; round < size.rounds; round++) {
      lab("lab.sh", "down");
      lab("lab.sh", "up", "0");
      const script = join(repository, "bench", "lab-process.ts");
      const args = [`--net=/run/netns/${NAME}-cli`, process.execPath, ...FLAGS, script];
      const ran = spawnSync("nsenter", [...args, String(size.hosts), String(size.guests)], {
        env,
        cwd: repository,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"],
      });
      if (ran.status !== 0) throw new Error(`the roll of the benchmark ended with ${ran.status}`);
      const cost: LabCost = JSON.parse(ran.stdout);
      costs.push(cost);
      if (json) console.log(JSON.stringify({ part: "lab", ...cost }));
    }
  } finally {
    lab("lab.sh", "down");
  }
  if (!json) printTable(machine, costs);
}

const env = { ...process.env, ROLLING_PATCH_LAB_NAME: NAME };

function lab(script: string, ...args: string[]): void {
  execFileSync(join(repository, "test", "lab", script), args, { env, stdio: ["ignore", "ignore", "inherit"] });
}

function printTable({ date, commit, node, cores, load }: Machine, costs: readonly LabCost[]): void {
  console.log(`${date} UTC, commit ${commit}, Node.js ${node}, ${cores} cores, load ${load} before the first figure\n`);
  const [first] = costs;
  const part = `roll of ${first?.hosts} hosts and ${first?.guests} guests in the lab, soak, probes and settle off`;
  const of = (name: Exclude<keyof LabCost, "phases">): number[] => costs.map((cost) => cost[name]);
  const figures: Figure[] = [
    { part, figure: "the roll", ...medianOf(of("seconds")), unit: "s" },
    { part, figure: "its lower bound", ...medianOf(of("boundSeconds")), unit: "s", note: "the same work by hand" },
    { part, figure: "ratio", ...medianOf(of("ratio")), unit: "", aim: aims.ratio },
    { part, figure: "moves", ...medianOf(of("moves")), unit: "" },
    {
      part,
      figure: "look, act, look, without the act",
      ...medianOf(of("overheadMs")),
      unit: "ms",
      aim: aims.overheadMs,
      note: "cordon, which does next to nothing by itself",
    },
    { part, figure: "longest silence of a guest (UDP)", ...medianOf(of("maxUdpGapMs")), unit: "ms" },
    { part, figure: "TCP sessions broken", ...medianOf(of("tcpBroken")), unit: "" },
    { part, figure: "guests restarted", ...medianOf(of("guestRestarts")), unit: "" },
  ];
  console.log(figureTable(figures).join("\n"));
}
