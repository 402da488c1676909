import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Fleet } from "../provider/core/fleet.ts";
import { movesOf, type Plan, type Refusal } from "../provider/core/plan.ts";
import { type PolicyInput, policy } from "../provider/core/policy.ts";
import { planFor } from "../provider/planner/plan.ts";
import { validatePlan } from "../provider/planner/validate.ts";
import { nr6, roadef } from "./planner-data.ts";
import { generateFleet } from "./planner-fleet.ts";

/**
 * What the planner makes of fleets of many sizes and loads, and of public instances where they are there:
 *
 *     npm run bench -- planner [--json]      (or: node bench/planner.ts)
 *     node bench/planner.ts --only 1000      instances whose name contains it
 *
 * Every instance is planned in a process of its own. Figures of quality are the same on every machine; seconds are
 * processor time of the first plan of a fresh process, validator included.
 */
export interface Measured {
  readonly instance: string;
  readonly hosts: number;
  readonly workloads: number;
  /** Fullest resource of the whole fleet, 0 to 1. */
  readonly load: number;
  readonly policy: PolicyInput;
  readonly complete: boolean;
  readonly moves: number;
  readonly movesPerWorkload: number;
  /** Moves against the bound that holds for every plan (M1, M2). */
  readonly movesRatio: number;
  /** Hours against the best bound of hours. */
  readonly timeRatio: number;
  readonly hours: number;
  /** Most moves of one workload. */
  readonly maxMoves: number;
  readonly violations: number;
  readonly seconds: number;
  readonly rssMiB: number;
}

interface Instance {
  readonly name: string;
  readonly load: () => Fleet | undefined;
  readonly policy: PolicyInput;
}

const PLAIN: PolicyInput = { maxUnavailable: "5%", canary: 0, putBack: "none" };

const INSTANCES: readonly Instance[] = [
  ...[100, 1000].flatMap((hosts) =>
    [0.6, 0.75, 0.85, 0.9].map((load) => generated(`${hosts} hosts at ${load * 100} %`, hosts, load, PLAIN)),
  ),
  generated("1000 hosts, put back bounded", 1000, 0.75, { ...PLAIN, putBack: "bounded" }),
  generated("1000 hosts, default policy at 5 %", 1000, 0.75, { maxUnavailable: "5%" }),
  generated("1000 hosts, limited by capacity only", 1000, 0.75, { ...PLAIN, maxUnavailable: "100%" }),
  generated("10000 hosts at 75 %", 10_000, 0.75, PLAIN),
  { name: "BtrPlace nr6", load: nr6, policy: PLAIN },
  ...["b_3", "b_4"].map((name) => ({
    name: `ROADEF ${name}`,
    load: () => roadef(name),
    policy: { ...PLAIN, maxUnavailable: "3%" },
  })),
];

function generated(name: string, hosts: number, load: number, policy: PolicyInput): Instance {
  return { name, load: () => generateFleet({ hosts, load, seed: 1 }), policy };
}

/** Measures every instance whose name contains `only`; hands each row out as soon as it is there. */
export function measureAll(only: string, row: (measured: Measured) => void): void {
  for (const { name } of INSTANCES.filter((one) => one.name.includes(only))) {
    const command = [...process.execArgv, fileURLToPath(import.meta.url), "--one", name];
    const text = execFileSync(process.execPath, command, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
    if (text !== "") row(JSON.parse(text) as Measured);
  }
}

function measure({ name, load, policy: input }: Instance): Measured | undefined {
  const fleet = load();
  if (fleet === undefined) {
    console.error(`SKIPPED: ${name} is not beside the repository`);
    return undefined;
  }
  const request = { fleet, policy: policy.parse(input), baseline: "version=1.1.0", owners: ["bench"] };
  const before = process.cpuUsage();
  const answer = planFor(request);
  const used = process.cpuUsage(before);
  const seconds = (used.user + used.system) / 1e6;
  const rssMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  const size = { instance: name, hosts: fleet.hosts.length, workloads: fleet.workloads.length, load: loadOf(fleet) };
  return {
    ...size,
    policy: input,
    ...quality(answer, fleet),
    violations: answer.kind === "plan" ? validatePlan(request, answer).length : 0,
    seconds: rounded(seconds),
    rssMiB,
  };
}

function quality(answer: Plan | Refusal, fleet: Fleet) {
  if (answer.kind === "refusal") {
    return { complete: false, moves: 0, movesPerWorkload: 0, movesRatio: 0, timeRatio: 0, hours: 0, maxMoves: 0 };
  }
  const { totals, bounds } = answer;
  const moves = new Map<string, number>();
  for (const entry of answer.hosts) {
    for (const { workload } of movesOf(entry)) moves.set(workload, (moves.get(workload) ?? 0) + 1);
  }
  return {
    complete: true,
    moves: totals.moves,
    movesPerWorkload: rounded(totals.moves / Math.max(1, fleet.workloads.length)),
    movesRatio: rounded(totals.moves / Math.max(1, bounds.moves)),
    timeRatio: rounded(totals.hours.expected / bounds.hours),
    hours: totals.hours.expected,
    maxMoves: [...moves.values()].reduce((most, count) => Math.max(most, count), 0),
  };
}

function loadOf(fleet: Fleet): number {
  const names = new Set(fleet.hosts.flatMap((host) => Object.keys(host.capacity)));
  const sum = (amounts: readonly Readonly<Record<string, number>>[], name: string): number =>
    amounts.reduce((total, one) => total + (one[name] ?? 0), 0);
  const shares = [...names].map(
    (name) =>
      sum(
        fleet.workloads.map((one) => one.demand),
        name,
      ) /
      sum(
        fleet.hosts.map((one) => one.capacity),
        name,
      ),
  );
  return rounded(Math.max(...shares));
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

const COLUMNS: readonly [string, (row: Measured) => string | number][] = [
  ["instance", (row) => row.instance],
  ["workloads", (row) => row.workloads],
  ["load", (row) => `${Math.round(row.load * 100)} %`],
  ["moves", (row) => (row.complete ? row.moves : "refused")],
  ["per workload", (row) => row.movesPerWorkload.toFixed(3)],
  ["of bound", (row) => row.movesRatio.toFixed(3)],
  ["most", (row) => row.maxMoves],
  ["hours", (row) => row.hours.toFixed(1)],
  ["of bound", (row) => row.timeRatio.toFixed(3)],
  ["violations", (row) => row.violations],
  ["s", (row) => row.seconds.toFixed(2)],
  ["MiB", (row) => row.rssMiB],
];

const WIDTHS = [36, 9, 5, 8, 12, 8, 4, 6, 8, 10, 6, 5];

function line(cells: readonly (string | number)[]): string {
  return cells
    .map((cell, i) => (i === 0 ? String(cell).padEnd(WIDTHS[i] ?? 0) : String(cell).padStart(WIDTHS[i] ?? 0)))
    .join("  ");
}

/** Entry: the arguments of the command line. */
export function plannerBench(args: readonly string[]): void {
  const value = (flag: string): string | undefined => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
  const one = INSTANCES.find(({ name }) => name === value("--one"));
  if (one !== undefined) {
    const measured = measure(one);
    if (measured !== undefined) process.stdout.write(JSON.stringify(measured));
    return;
  }
  const json = args.includes("--json");
  if (!json) console.log(line(COLUMNS.map(([title]) => title)));
  measureAll(value("--only") ?? "", (row) =>
    console.log(json ? JSON.stringify(row) : line(COLUMNS.map(([, cell]) => cell(row)))),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) plannerBench(process.argv.slice(2));
