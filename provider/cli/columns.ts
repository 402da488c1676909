/** A column: its heading, and on which side its cells stand. */
export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** Lines with aligned columns, the last as long as it is: a reason that is cut off is of no use to whoever has to act on it. */
export function columns(heads: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const all = [heads.map(({ title }) => title), ...rows];
  const widths = heads.map((_, index) => all.reduce((widest, row) => Math.max(widest, lengthOf(row[index] ?? "")), 0));
  return all.map((row) => {
    const cells = heads.map(({ align }, index) => {
      const cell = row[index] ?? "";
      const space = " ".repeat((widths[index] ?? 0) - lengthOf(cell));
      return align === "right" ? space + cell : cell + space;
    });
    return cells.join("  ").trimEnd();
  });
}

const lengthOf = (text: string): number => [...text].length;
