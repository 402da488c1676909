import { markup } from "../render/escape.ts";
import { counted } from "../render/words.ts";
import type { ForestRow, RunReport } from "./schema.ts";
import { folded, tableOf } from "./tables.ts";
import { clock, signed } from "./words.ts";

/** Rows of workloads in the table; the JSON has all. */
const MOST_WORKLOADS = 1_000;

/** The verdict with all that it is made of. */
export function impactBody({ impact }: RunReport, svg: string | undefined): string {
  const { looks, forest, sentence } = impact;
  const note =
    svg === undefined
      ? []
      : [
          `<figure><figcaption>${markup("Workloads with two standard errors, hosts and the roll with their 95 % interval. A reboot is part of the treatment: the figure is patch and reboot together.")}</figcaption>\n<div class="scroll" tabindex="0" role="region" aria-label="Chart: forest plot">${svg}</div></figure>`,
        ];
  const excluded = forest.filter((row) => row.excluded !== undefined).length;
  const summary = `The same as a table: ${counted(impact.workloads, "workload")} on ${counted(impact.hosts, "host")}${excluded === 0 ? "" : `, ${excluded.toLocaleString("en")} excluded`}`;
  return [
    `<p><strong>${markup(sentence)}</strong></p>`,
    ...note,
    ...(forest.length === 0 ? [] : [folded(summary, forestTable(forest))]),
    ...(looks.length === 0 ? [] : [folded(`${counted(looks.length, "look")}`, looksTable(looks))]),
  ].join("\n");
}

function forestTable(forest: readonly ForestRow[]): string {
  let left = MOST_WORKLOADS;
  const number = "number" as const;
  const rows = forest
    .filter(({ kind }) => kind !== "workload" || left-- > 0)
    .map(({ kind, name, host = "", estimate, excluded = "" }) => ({
      cells: [
        name,
        kind,
        kind === "workload" ? host : "",
        estimate === undefined ? "" : signed(estimate.delta),
        estimate === undefined ? "" : signed(estimate.lower),
        estimate === undefined ? "" : signed(estimate.upper),
        excluded,
      ],
      grey: excluded !== "",
    }));
  const headings = [
    { title: "name", kind: "name" as const },
    { title: "what" },
    { title: "host" },
    { title: "change", kind: number },
    { title: "from", kind: number },
    { title: "to", kind: number },
    { title: "why it is not counted" },
  ];
  return tableOf("Change of latency", headings, rows);
}

function looksTable(looks: RunReport["impact"]["looks"]): string {
  const rows = looks.map(({ at, host = "all", verdict, text }) => ({
    cells: [clock(at), host, { text: verdict, bad: ["suspect", "confirmed", "regress"].includes(verdict) }, text],
  }));
  const headings = [
    { title: "at", kind: "number" as const },
    { title: "host", kind: "name" as const },
    { title: "verdict" },
    { title: "figures" },
  ];
  return tableOf("Looks", headings, rows);
}
