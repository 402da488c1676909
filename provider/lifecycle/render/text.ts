import type { HostRow, PlanDocument } from "./document.ts";
import { type Column, table, wrapped } from "./table.ts";
import { change, headline, isTold, remarks, summary } from "./words.ts";

/** Rows that a terminal shows of a large fleet; the plan file holds all. */
const MOST_PLANNED = 40;
const MOST_OTHERS = 20;

/** The plan for a terminal: what happens to each host, then totals and notes. */
export function planText(document: PlanDocument): string {
  const { owner, why, refusal } = document;
  const lines = wrapped(`${owner === undefined ? "" : `${owner}: `}${headline(document)}`, "");
  if (why !== undefined) lines.push(...wrapped(why));
  lines.push(...hostLines(document));
  for (const { text } of refusal?.reasons ?? []) lines.push(...wrapped(`refused: ${text}`));
  if (refusal !== undefined) lines.push(...wrapped(`smallest change that allows it: ${refusal.unlock}`));
  for (const line of summary(document)) lines.push(...wrapped(line));
  return lines.join("\n");
}

function hostLines({ hosts, outlook }: PlanDocument): string[] {
  const planned = hosts.filter((row) => row.part !== undefined);
  const others = hosts.filter((row) => row.part === undefined && isTold(row));
  const shown = [...planned.slice(0, MOST_PLANNED), ...others.slice(0, MOST_OTHERS)];
  if (shown.length === 0) return [];
  const left = [
    ...(planned.length > MOST_PLANNED ? [`${planned.length - MOST_PLANNED} more hosts to roll`] : []),
    ...(others.length > MOST_OTHERS ? [`${others.length - MOST_OTHERS} more that stay as they are`] : []),
  ];
  const cells = shown.map((row) => (planned.length === 0 ? plainCells : plannedCells)(row, outlook));
  const lines = table(planned.length === 0 ? PLAIN : PLANNED, cells);
  return [...lines, ...(left.length === 0 ? [] : [`  … and ${left.join(", ")}: see the plan file`])];
}

const PLAIN: readonly Column[] = [{ title: "  host" }, { title: "" }];

const PLANNED: readonly Column[] = [
  { title: "wave", align: "right" },
  { title: "  host" },
  { title: "evacuate", align: "right" },
  { title: "put back", align: "right" },
  { title: "" },
];

type Cells = (row: HostRow, outlook: PlanDocument["outlook"]) => string[];

const plainCells: Cells = (row, outlook) => [change(row, outlook), remarks(row)];

const plannedCells: Cells = (row, outlook) => {
  const { part } = row;
  const counts = part === undefined ? ["", ""] : [`${part.evacuate.length}`, `${part.putBack.length}`];
  return [part === undefined ? "–" : `${part.wave}`, change(row, outlook), ...counts, remarks(row)];
};
