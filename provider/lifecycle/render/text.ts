import type { HostRow, PlanDocument } from "./document.ts";
import { type Column, table, wrapped } from "./table.ts";
import { headline, isTold, levels, remarks, summary } from "./words.ts";

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

function hostLines({ hosts }: PlanDocument): string[] {
  const planned = hosts.filter((row) => row.part !== undefined);
  const others = hosts.filter((row) => row.part === undefined && isTold(row));
  const shown = [...planned.slice(0, MOST_PLANNED), ...others.slice(0, MOST_OTHERS)];
  if (shown.length === 0) return [];
  const left = [
    ...(planned.length > MOST_PLANNED ? [`${planned.length - MOST_PLANNED} more hosts to roll`] : []),
    ...(others.length > MOST_OTHERS ? [`${others.length - MOST_OTHERS} more that stay as they are`] : []),
  ];
  const lines = planned.length === 0 ? table(PLAIN, shown.map(plainCells)) : table(PLANNED, shown.map(plannedCells));
  return [...lines, ...(left.length === 0 ? [] : [`  … and ${left.join(", ")}: see the plan file`])];
}

const PLAIN: readonly Column[] = [{ title: "host" }, { title: "level" }, { title: "" }];

const PLANNED: readonly Column[] = [
  { title: "wave", align: "right" },
  { title: "host" },
  { title: "level" },
  { title: "evacuate", align: "right" },
  { title: "put back", align: "right" },
  { title: "" },
];

const plainCells = (row: HostRow): string[] => [row.host, levels(row), remarks(row)];

function plannedCells(row: HostRow): string[] {
  const { part } = row;
  if (part === undefined) return ["–", row.host, levels(row), "", "", remarks(row)];
  return [`${part.wave}`, row.host, levels(row), `${part.evacuate.length}`, `${part.putBack.length}`, remarks(row)];
}
