import type { HostRow, PlanDocument } from "./document.ts";
import { summary } from "./summary.ts";
import { type Column, table, wrapped } from "./table.ts";
import { change, counted, headline, isTold, remarks } from "./words.ts";

/** Rows that a terminal shows of a large fleet; the plan file holds all. */
const MOST_PLANNED = 40;
const MOST_OTHERS = 20;
const MOST_REASONS = 12;

/** The plan for a terminal: what happens to each host, then totals and notes. `whole`: where all of it is. */
export function planText(document: PlanDocument, whole = "see the plan file"): string {
  const { owner, why, refusal } = document;
  const lines = wrapped(`${owner === undefined ? "" : `${owner}: `}${headline(document)}`, "");
  if (why !== undefined) lines.push(...wrapped(why));
  lines.push(...hostLines(document, whole));
  const reasons = refusal?.reasons ?? [];
  for (const { text } of reasons.slice(0, MOST_REASONS)) lines.push(...wrapped(`refused: ${text}`));
  if (reasons.length > MOST_REASONS)
    lines.push(...wrapped(`… and ${counted(reasons.length - MOST_REASONS, "more reason")}: ${whole}`));
  if (refusal !== undefined) lines.push(...wrapped(`smallest change that allows it: ${refusal.unlock}`));
  for (const line of summary(document)) lines.push(...wrapped(line));
  return lines.join("\n");
}

function hostLines({ hosts, outlook }: PlanDocument, whole: string): string[] {
  const planned = hosts.filter((row) => row.part !== undefined);
  const others = hosts.filter((row) => row.part === undefined && isTold(row));
  const shown = [...planned.slice(0, MOST_PLANNED), ...others.slice(0, MOST_OTHERS)];
  if (shown.length === 0) return [];
  const left = [
    ...(planned.length > MOST_PLANNED ? [`${counted(planned.length - MOST_PLANNED, "more host")} to roll`] : []),
    ...(others.length > MOST_OTHERS
      ? [`${(others.length - MOST_OTHERS).toLocaleString("en")} more that stay as they are`]
      : []),
  ];
  const cells = shown.map((row) => (planned.length === 0 ? plainCells : plannedCells)(row, outlook));
  const lines = table(planned.length === 0 ? PLAIN : PLANNED, cells);
  return [...lines, ...(left.length === 0 ? [] : wrapped(`… and ${left.join(", ")}: ${whole}`))];
}

const PLAIN: readonly Column[] = [{ title: "  host" }, { title: "" }];

const PLANNED: readonly Column[] = [
  { title: "wave", align: "right" },
  { title: "  host" },
  { title: "evacuate", align: "right" },
  { title: "put back", align: "right" },
  { title: "why it stands here" },
];

type Cells = (row: HostRow, outlook: PlanDocument["outlook"]) => string[];

const plainCells: Cells = (row, outlook) => [change(row, outlook), remarks(row)];

const plannedCells: Cells = (row, outlook) => {
  const { part } = row;
  const counts = part === undefined ? ["", ""] : [`${part.evacuate.length}`, `${part.putBack.length}`];
  return [part === undefined ? "–" : `${part.wave}`, change(row, outlook), ...counts, remarks(row)];
};
