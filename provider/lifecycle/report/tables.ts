import { markup } from "../render/escape.ts";

/** A column of a table: its heading, and whether it holds numbers or names. */
export interface Heading {
  readonly title: string;
  readonly kind?: "number" | "name";
}

/** A cell: text from anywhere, which is escaped here; `bad` stands out. */
export type Cell = string | number | { readonly text: string; readonly bad: boolean };

/** A table that scrolls by itself and can be reached by keyboard. The cell of the first `name` column is the heading of its row. */
export function tableOf(caption: string, headings: readonly Heading[], rows: readonly Row[]): string {
  const lead = headings.findIndex(({ kind }) => kind === "name");
  const head = headings
    .map(({ title, kind }) => `<th scope="col"${kind === "number" ? ' class="n"' : ""}>${markup(title)}</th>`)
    .join("");
  const body = rows.map(({ cells, grey }) => {
    const written = cells.map((cell, index) => cellOf(cell, headings[index]?.kind, index === lead));
    return `<tr${grey === true ? ' class="grey"' : ""}>${written.join("")}</tr>`;
  });
  return `<div class="scroll" tabindex="0" role="region" aria-label="${markup(`Table: ${caption}`)}"><table><thead><tr>${head}</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table></div>`;
}

export interface Row {
  readonly cells: readonly Cell[];
  readonly grey?: boolean;
}

function cellOf(cell: Cell, kind: Heading["kind"], leads: boolean): string {
  const bad = typeof cell === "object" && cell.bad;
  const text = markup(typeof cell === "object" ? cell.text : String(cell));
  const inner = kind === "name" ? `<bdi>${text}</bdi>` : text;
  if (leads) return `<th scope="row">${inner}</th>`;
  const classes = [...(kind === "number" ? ["n"] : []), ...(bad ? ["bad"] : [])];
  return `<td${classes.length === 0 ? "" : ` class="${classes.join(" ")}"`}>${inner}</td>`;
}

/** Folded away until somebody wants it. */
export function folded(summary: string, body: string): string {
  return `<details><summary>${markup(summary)}</summary>\n${body}\n</details>`;
}
