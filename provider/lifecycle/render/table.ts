/** A column: its heading, and on which side its cells stand. */
export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** Longest line that the project prints. */
export const WIDTH = 120;

/** Lines of a table with aligned columns; what does not fit into the width is cut with an ellipsis in its last column. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], indent = "  "): string[] {
  const all = [columns.map((column) => column.title), ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => lengthOf(row[index] ?? ""))));
  return all.map((row) => {
    const cells = columns.map(({ align }, index) => padded(row[index] ?? "", widths[index] ?? 0, align));
    return cut(`${indent}${cells.join("  ")}`.trimEnd());
  });
}

/** A line no longer than the width. */
export function cut(line: string, width = WIDTH): string {
  return lengthOf(line) <= width ? line : `${[...line].slice(0, width - 1).join("")}…`;
}

/** Breaks a text between words (not at a no-break space), the second line on with a deeper indent. */
export function wrapped(text: string, indent = "  ", hanging = "  "): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(/[ \n]+/).filter((part) => part !== "")) {
    const longer = line.trim() === "" ? `${line}${word}` : `${line} ${word}`;
    if (lengthOf(longer) <= WIDTH || line.trim() === "") line = longer;
    else {
      lines.push(line);
      line = `${indent}${hanging}${word}`;
    }
  }
  return [...lines, line].map((one) => one.replaceAll("\u00a0", " "));
}

function padded(text: string, width: number, align: Column["align"] = "left"): string {
  const space = " ".repeat(width - lengthOf(text));
  return align === "right" ? space + text : text + space;
}

const lengthOf = (text: string): number => [...text].length;
