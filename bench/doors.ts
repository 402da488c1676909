import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createFleetFile } from "../provider/drivers/simulated/index.ts";
import { repository } from "../tools/setup/context.mjs";
import { toolchain } from "../tools/toolchain.mjs";
import { median, rounded } from "./figures.ts";
import { fleetOf, LEVEL } from "./fleet.ts";
import { thisMachine } from "./machine.ts";
import { type Door, Stack } from "./stack.ts";

/** What one door costs a stack of so many hosts. Seconds are medians of wall time. */
export interface DoorCost {
  readonly door: Door;
  readonly hosts: number;
  /** From the start of the provider's process to its first line, the port. */
  readonly startSeconds: number;
  /** Of a fleet that has drifted as a whole, refresh included. */
  readonly previewSeconds: number;
  /** Of a stack without resources, in the same rounds. */
  readonly emptyPreviewSeconds: number;
  /** Most that the provider's process held during such a preview; null where /proc does not tell. */
  readonly rssMiB: number | null;
}

const WORKLOADS = 10;
const EMPTY = '"use strict";\nrequire("@pulumi/pulumi");\n';
const executables: Readonly<Record<Door, string>> = {
  dynamic: join(repository, "node_modules", "@pulumi", "pulumi", "pulumi-resource-pulumi-nodejs"),
  plugin: join(repository, "plugin", "pulumi-resource-rolling-patch"),
};

/** `npm run bench -- doors`: both doors on the same fleets, beside a stack without resources. */
export async function doorsBench({ json, small }: { readonly json: boolean; readonly small: boolean }): Promise<void> {
  const sizes = small
    ? [{ hosts: 8, rounds: 1 }]
    : [
        { hosts: 100, rounds: 5 },
        { hosts: 1_000, rounds: 5 },
        { hosts: 10_000, rounds: 1 },
      ];
  console.log(
    json
      ? JSON.stringify(thisMachine())
      : `previews of fleets that have drifted as a whole, ${WORKLOADS} workloads a host`,
  );
  for (const { hosts, rounds } of sizes)
    for (const door of ["dynamic", "plugin"] as const) {
      const cost = await doorCost(door, hosts, rounds);
      console.log(json ? JSON.stringify(cost) : lineOf(cost));
    }
}

async function doorCost(door: Door, hosts: number, rounds: number): Promise<DoorCost> {
  const module = door === "plugin" ? "pulumi-rolling-patch/plugin" : "pulumi-rolling-patch";
  const program = `"use strict";
const { RollingPatch, simulated } = require("${module}");
new RollingPatch("fleet", { target: simulated({ file: "fleet.db" }), baseline: { version: "${LEVEL}" }, policy: require("./policy.json") });
`;
  const stack = new Stack(program, door);
  const empty = new Stack(EMPTY, door);
  try {
    createFleetFile(join(stack.folder, "fleet.db"), fleetOf(hosts, hosts * WORKLOADS));
    stack.write("policy.json", '{"mode":"observe"}');
    for (const one of [stack, empty]) {
      await one.pulumi("stack", "init", "dev");
      await one.pulumi("up", "--yes", "--skip-preview");
    }
    stack.write("policy.json", '{"maxUnavailable":"5%"}');
    const [starts, previews, empties, peaks] = [[], [], [], []] as [number[], number[], number[], number[]];
    for (let round = 0; round < rounds; round++) {
      starts.push(await startSeconds(executables[door]));
      empties.push((await empty.pulumi("preview")).seconds);
      const { seconds, provider, output } = await stack.pulumi("preview");
      if (!output.includes(`${hosts.toLocaleString("en")} of ${hosts.toLocaleString("en")} hosts to be taken to`))
        throw new Error(`a preview did not plan the whole fleet:\n${output}`);
      previews.push(seconds);
      if (provider !== undefined) peaks.push((provider.peakMB * 1e6) / 2 ** 20);
    }
    return {
      door,
      hosts,
      startSeconds: rounded(median(starts)),
      previewSeconds: rounded(median(previews)),
      emptyPreviewSeconds: rounded(median(empties)),
      rssMiB: peaks.length === 0 ? null : Math.round(median(peaks)),
    };
  } finally {
    await stack.remove();
    await empty.remove();
  }
}

/** Until a provider prints its port. */
function startSeconds(executable: string): Promise<number> {
  const start = performance.now();
  // A group of its own: one of the executables is a script, and what it has started must end with it.
  const child = spawn(executable, ["127.0.0.1:1"], {
    env: toolchain().env,
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`${executable} has ended before it said its port`)));
    createInterface(child.stdout).once("line", () => {
      resolve((performance.now() - start) / 1_000);
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    });
  });
}

function lineOf({ door, hosts, startSeconds: start, previewSeconds, emptyPreviewSeconds, rssMiB }: DoorCost): string {
  const cells = [
    `${hosts.toLocaleString("en").padStart(6)} hosts, ${door.padEnd(7)}`,
    `start ${start.toFixed(2)} s`,
    `preview ${previewSeconds.toFixed(2)} s`,
    `of an empty stack ${emptyPreviewSeconds.toFixed(2)} s`,
    `${rssMiB ?? "?"} MiB`,
  ];
  return `  ${cells.join("  ")}`;
}
