import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { inputs as inputsSchema } from "../provider/core/inputs.ts";
import type { FleetRecord } from "../provider/core/record.ts";
import { openSimulated, type WorldEvent } from "../provider/drivers/simulated/index.ts";
import { MISSED_BEATS } from "../provider/engine/lease.ts";
import { lookWith } from "../provider/lifecycle/looks.ts";
import { outlookOf } from "../provider/lifecycle/outlook.ts";
import { Running } from "../test/e2e/support/processes.ts";
import { waitFor } from "../test/e2e/support/wait.ts";
import { repository } from "../tools/setup/context.mjs";
import { toolchain } from "../tools/toolchain.mjs";
import { type Figure, rounded } from "./figures.ts";
import { layOutMidRoll, type MidRoll } from "./mid-roll.ts";
import { type Usage, usageOf } from "./usage.ts";

/** Process milliseconds between two heartbeats of the embedded fleet's lease. */
const BEAT = 500;
/** Acts of the first process before it is killed. */
const ACTS = 3;
const ACT = /^(stage|cordon|migrate|stop|start|remediate|uncordon|release)$/;

/**
 * A roll in the middle of a fleet file: one process goes on with it and is killed at work with `kill -9`; the next one's time from its
 * start to its first act on the platform, in fleets of so many hosts. Its first three heartbeats, in which it must watch whether the dead one's lease still beats,
 * are taken off. At scale 1 fleet time is wall-clock time, so that the fleet's own log says when an act came.
 */
export async function resumePart(sizes: readonly number[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const hosts of sizes) figures.push(...(await resume(hosts)));
  return figures;
}

async function resume(hosts: number): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "rolling-patch-bench-"));
  try {
    const place = layOutMidRoll(folder, hosts);
    await goOn(folder, place, ACTS);
    const second = await goOn(folder, place, 1);
    return figuresOf(place, hosts, second, await planTheRest(folder, place));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What became of a process that went on, wall clock in milliseconds. */
interface Resumed {
  readonly started: number;
  readonly leased: number;
  readonly planned: number;
  readonly acted: number;
  readonly usage: Usage | undefined;
}

/** Goes on with the run in a process of its own, and kills it once it has made so many acts. */
async function goOn(folder: string, { fleet, inputs, journal }: MidRoll, acts: number): Promise<Resumed> {
  const watch = new Watch(fleet, journal);
  const args = [join(repository, "dist", "provider", "cli", "bin.js"), "continue", "--inputs", inputs];
  const { node, env } = toolchain();
  const started = Date.now();
  const running = new Running(node, args, { cwd: folder, env, deadline: 280 });
  try {
    const seen = () => watch.acts().length >= acts;
    await running.during(
      waitFor("acts of a process that goes on", seen, { deadline: 270, tell: () => running.output }),
    );
    const usage = usageOf(running.pid);
    const { leased, planned } = watch.milestones();
    return { started, leased, planned, acted: watch.acts()[0]?.at ?? Number.NaN, usage };
  } finally {
    running.kill("SIGKILL");
    await running.ended;
    watch.close();
  }
}

/** Seconds that a plan for what is left takes, in this process and by itself. */
async function planTheRest(folder: string, place: MidRoll): Promise<number> {
  const inputs = inputsSchema.parse(JSON.parse(readFileSync(place.inputs, "utf8")));
  if (inputs.target.kind !== "simulated") throw new Error("the roll of the benchmark is one of the embedded fleet");
  const driver = openSimulated(inputs.target, folder);
  const look = await lookWith(driver, inputs.baseline).finally(() => driver.close());
  const start = performance.now();
  const { kind } = outlookOf(look, inputs, [inputs.owner]);
  if (kind !== "roll") throw new Error(`the rest cannot be planned: ${kind}`);
  return rounded((performance.now() - start) / 1000);
}

/** What a process leaves in fleet file and journal, read from beside it. */
class Watch {
  readonly #fleet: DatabaseSync;
  readonly #journal: DatabaseSync;
  readonly #since: number;
  readonly #entries: number;

  constructor(fleet: string, journal: string) {
    this.#fleet = new DatabaseSync(fleet, { readOnly: true });
    this.#journal = new DatabaseSync(journal, { readOnly: true });
    this.#since = Number(this.#fleet.prepare("SELECT max(seq) AS last FROM events").get()?.last ?? 0);
    this.#entries = Number(this.#journal.prepare("SELECT max(seq) AS last FROM entry").get()?.last ?? 0);
  }

  acts(): WorldEvent[] {
    const rows = this.#fleet.prepare("SELECT row FROM events WHERE seq > ? ORDER BY seq").all(this.#since);
    return rows
      .map((row): WorldEvent => JSON.parse(String(row.row)))
      .filter((event) => event.by === "run" && ACT.test(event.what) && event.outcome !== "refused");
  }

  milestones(): { leased: number; planned: number } {
    const stored = this.#fleet.prepare("SELECT value FROM meta WHERE key = 'record'").get()?.value;
    const { record }: { record: FleetRecord } = JSON.parse(String(stored));
    const entries = this.#journal.prepare("SELECT body FROM entry WHERE seq > ? ORDER BY seq").all(this.#entries);
    const planned = entries.map(({ body }) => JSON.parse(String(body))).find((entry) => entry.kind === "planned");
    return { leased: Date.parse(record.lease?.since ?? ""), planned: Date.parse(planned?.wall ?? "") };
  }

  close(): void {
    this.#fleet.close();
    this.#journal.close();
  }
}

function figuresOf(
  place: MidRoll,
  hosts: number,
  { started, leased, planned, acted, usage }: Resumed,
  plan: number,
): Figure[] {
  const part = `resume of a killed roll of ${hosts.toLocaleString("en")} hosts and ${place.workloads.toLocaleString("en")} workloads`;
  const pause = MISSED_BEATS * BEAT;
  const seconds = (from: number, to: number): number => rounded((to - from) / 1000);
  const size = (file: string): number => Math.round(statSync(file).size / 1e6);
  return [
    {
      part,
      figure: "start to first act",
      value: seconds(started + pause, acted),
      unit: "s",
      aim: 2,
      note: `without the ${pause / 1000} s for which it must watch the dead process's lease`,
    },
    { part, figure: "of that, a plan for the rest", value: plan, unit: "s", note: "made once more, by itself" },
    { part, figure: "until it wants the lease", value: seconds(started + pause, leased), unit: "s" },
    { part, figure: "from the lease to its first decision", value: seconds(leased, planned), unit: "s" },
    { part, figure: "from the plan to the first act", value: seconds(planned, acted), unit: "s" },
    ...(usage === undefined
      ? []
      : [
          { part, figure: "processor time until then", value: usage.cpuSeconds, unit: "s", note: "start-up included" },
          { part, figure: "peak memory until then", value: usage.peakMB, unit: "MB" },
        ]),
    { part, figure: "hosts rolled and hosts out", value: place.done, unit: "", note: `and ${place.inHand} out` },
    { part, figure: "size of fleet file", value: size(place.fleet), unit: "MB" },
    { part, figure: "size of journal", value: size(place.journal), unit: "MB" },
  ];
}
