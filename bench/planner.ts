import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { GROWTH_INSTANCES, PLANNER_INSTANCES } from "./planner-instances.ts";
import { type Measured, measure } from "./planner-measure.ts";
import { measureTight, type Tight } from "./planner-tight.ts";

/**
 * What the planner makes of fleets of many sizes and loads, of tight clusters, and of public instances where they are there:
 *
 *     npm run bench -- planner [--json]      (or: node bench/planner.ts)
 *     node bench/planner.ts --only 1000      instances whose name contains it (also: tight, growth, ROADEF)
 *
 * Every instance is planned in a process of its own. Figures of quality are the same on every machine; seconds are
 * processor time of the first plan of a fresh process, validator included.
 */
export function plannerBench(args: readonly string[]): void {
  const value = (flag: string): string | undefined => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
  const one = [...PLANNER_INSTANCES, ...GROWTH_INSTANCES].find(({ name }) => name === value("--one"));
  if (one !== undefined) {
    const measured = measure(one);
    if (measured !== undefined) process.stdout.write(JSON.stringify(measured));
    return;
  }
  const only = value("--only") ?? "";
  const say = args.includes("--json") ? (row: object): void => console.log(JSON.stringify(row)) : undefined;

  if (say === undefined) console.log(line(COLUMNS.map(([title]) => title)));
  const names = PLANNER_INSTANCES.map(({ name }) => name).filter((name) => name.includes(only));
  for (const name of names) {
    const row = inProcess(name);
    if (row !== undefined)
      (say ?? ((cells: Measured) => console.log(line(COLUMNS.map(([, cell]) => cell(cells))))))(row);
  }
  if ("tight clusters".includes(only)) measureTight(say ?? ((row) => console.log(tightLine(row))));
  if ("growth".includes(only)) {
    const rows = GROWTH_INSTANCES.flatMap(({ name }) => inProcess(name) ?? []);
    const growth = growthOf(rows);
    if (say === undefined) console.log(growthLine(growth));
    else for (const row of [...rows, growth]) say(row);
  }
}

/** Undefined where the data of the instance is absent. */
function inProcess(name: string): Measured | undefined {
  const command = [...process.execArgv, fileURLToPath(import.meta.url), "--one", name];
  const text = execFileSync(process.execPath, command, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (text === "") console.error(`SKIPPED: ${name} is not beside the repository`);
  return text === "" ? undefined : (JSON.parse(text) as Measured);
}

/** How the time grows with the hosts, from a fit over several sizes. */
export interface Growth {
  readonly instance: "growth";
  readonly hosts: readonly number[];
  readonly seconds: readonly number[];
  /** x of the best fit of seconds to n^x, and to (n log n)^x: at most 1 means no worse than n log n. */
  readonly exponent: number;
  readonly againstLogLinear: number;
}

/** Least squares on logarithms. */
export function growthOf(rows: readonly Pick<Measured, "hosts" | "seconds">[]): Growth {
  const slope = (size: (hosts: number) => number): number => {
    const points = rows.map(({ hosts, seconds }) => [Math.log(size(hosts)), Math.log(seconds)] as const);
    const mean = (index: 0 | 1): number => points.reduce((sum, point) => sum + point[index], 0) / points.length;
    const [x, y] = [mean(0), mean(1)];
    const over = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
    return Math.round((100 * over) / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0)) / 100;
  };
  return {
    instance: "growth",
    hosts: rows.map(({ hosts }) => hosts),
    seconds: rows.map(({ seconds }) => seconds),
    exponent: slope((hosts) => hosts),
    againstLogLinear: slope((hosts) => hosts * Math.log(hosts)),
  };
}

const COLUMNS: readonly [string, (row: Measured) => string | number][] = [
  ["instance", (row) => row.instance],
  ["workloads", (row) => row.workloads],
  ["load", (row) => `${Math.round(row.load * 100)} %`],
  ["hosts done", (row) => `${row.hostsDone} of ${row.hosts}`],
  ["reference", (row) => row.reference ?? ""],
  ["moves", (row) => row.moves],
  ["per workload", (row) => row.movesPerWorkload.toFixed(3)],
  ["of bound", (row) => (row.complete ? row.movesRatio.toFixed(3) : "")],
  ["most", (row) => row.maxMoves],
  ["hours", (row) => (row.complete ? row.hours.toFixed(1) : "")],
  ["of bound", (row) => (row.complete ? row.timeRatio.toFixed(3) : "")],
  ["seconds", (row) => row.seconds.toFixed(2)],
  ["MiB", (row) => row.rssMiB],
  ["violations", (row) => row.violations],
];

const WIDTHS = [37, 10, 6, 15, 10, 8, 13, 9, 5, 7, 9, 8, 5, 11];

function line(cells: readonly (string | number)[]): string {
  return cells
    .map((cell, column) =>
      column === 0 ? String(cell).padEnd(WIDTHS[0] ?? 0) : String(cell).padStart(WIDTHS[column] ?? 0),
    )
    .join(" ");
}

function tightLine({
  instance,
  seeds,
  planned,
  impossible,
  neither,
  movesPerWorkload,
  seconds,
  slowest,
}: Tight): string {
  const rest = neither.length > 0 ? ` (seeds ${neither.join(", ")})` : "";
  return `${instance}, ${seeds} seeds: ${planned} planned, ${impossible} proven impossible, ${neither.length} neither${rest}; ${movesPerWorkload} moves per workload; ${seconds} s, slowest ${slowest} s`;
}

function growthLine({ hosts, seconds, exponent, againstLogLinear }: Growth): string {
  const points = hosts.map((size, index) => `${size}: ${seconds[index]} s`).join(", ");
  return `growth (${points}): n^${exponent}, (n log n)^${againstLogLinear}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) plannerBench(process.argv.slice(2));
