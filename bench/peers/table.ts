import type { PolicyInput } from "../../provider/core/policy.ts";
import type { Mean } from "./figures.ts";

/** What one scheduler made of one instance. */
export interface Row extends Mean {
  readonly instance: string;
  readonly scheduler: string;
  readonly hosts: number;
  /** On average. */
  readonly workloads: number;
  /** One for every seed. */
  readonly rolls: number;
  readonly limits: PolicyInput;
}

type Column = readonly [title: string, cell: (row: Row) => string];

const COLUMNS: readonly Column[] = [
  ["completed", (row) => percent(row.completed)],
  ["hosts done", (row) => percent(row.hostsDone)],
  ["moves a workload", (row) => row.ofCompleted?.movesPerWorkload.toFixed(2) ?? NONE],
  ["most", (row) => String(row.ofCompleted?.mostMoves ?? NONE)],
  ["hours", (row) => row.ofCompleted?.hours.toFixed(1) ?? NONE],
  ["away", (row) => percent(row.ofCompleted?.away)],
  ["N+1 kept", (row) => percent(row.ofCompleted?.reserveKept)],
  ["rules broken", (row) => row.ofCompleted?.rulesBroken.toFixed(1) ?? NONE],
];

/** No roll completed. */
const NONE = "–";

/** Lines of a table: one instance, a line for every scheduler. */
export function instanceTable(rows: readonly Row[]): string[] {
  const [{ instance, workloads, rolls, limits } = {} as Row] = rows;
  const reserve = limits.reserve === 0 ? "no reserve, as none is possible" : "reserve of one host";
  const heading = `${instance}: ${workloads} workloads, mean of ${rolls} rolls; ours: ${limits.maxUnavailable} out, ${reserve}`;
  const width = Math.max(...rows.map(({ scheduler }) => scheduler.length));
  const line = (name: string, cells: readonly string[]): string =>
    ["", name.padEnd(width), ...cells.map((cell, i) => cell.padStart(COLUMNS[i]?.[0].length ?? 0))].join("  ");
  return [
    heading,
    line(
      "",
      COLUMNS.map(([title]) => title),
    ),
    ...rows.map((row) =>
      line(
        row.scheduler,
        COLUMNS.map(([, cell]) => cell(row)),
      ),
    ),
  ];
}

/** The instances that the README shows. */
const SHOWN =
  /^(small mix, 16 hosts at 70 %|small mix, 32 hosts at 70 %|big mix, 8 hosts at 75 %|generated.* at 75 %)$/;

/** Markdown for the README: a line for every scheduler, a column for each of a few instances; empty if none of these is there. */
export function summary(all: readonly (readonly Row[])[]): string[] {
  const shown = all.filter(([row]) => SHOWN.test(row?.instance ?? ""));
  const [first = []] = shown;
  if (first.length === 0) return [];
  const heading = ["", ...shown.map(([row]) => row?.instance ?? "")];
  const lines = first.map(({ scheduler }, index) => [scheduler, ...shown.map((rows) => inBrief(rows[index]))]);
  const widths = heading.map((_, column) =>
    Math.max(...[heading, ...lines].map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(heading), line(widths.map((width) => "-".repeat(width))), ...lines.map(line)];
}

function inBrief(row: Row | undefined): string {
  if (row?.ofCompleted === undefined) return "never completes";
  const { movesPerWorkload, hours, away, reserveKept, rulesBroken } = row.ofCompleted;
  return [
    ...(row.completed < 1 ? [`completes ${percent(row.completed)}`] : []),
    `${movesPerWorkload.toFixed(2)} moves`,
    `${hours.toFixed(1)} h`,
    `${percent(away)} away`,
    ...(reserveKept < 0.5 ? ["no N+1"] : []),
    ...(rulesBroken > 0 ? [`${rulesBroken.toFixed(0)} rules broken`] : []),
  ].join(", ");
}

/** Shares that are not all or nothing never look like it. */
function percent(share: number | undefined): string {
  if (share === undefined) return NONE;
  const whole = share > 0 && share < 1 ? Math.min(99, Math.max(1, Math.round(share * 100))) : share * 100;
  return `${whole} %`;
}
