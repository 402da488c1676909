/** One measured figure: a row of the table, a line of JSON. */
export interface Figure {
  readonly part: string;
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  /** Upper bound that the project sets itself. */
  readonly aim?: number;
  /** Single runs whose median `value` is, in the order in which they were made. */
  readonly runs?: readonly number[];
  readonly note?: string;
}

/** As one line of JSON: with `met` where there is an aim. */
export function figureLine(figure: Figure): string {
  return JSON.stringify(figure.aim === undefined ? figure : { ...figure, met: isMet(figure) });
}

/** Lines of a table, a heading for each part. */
export function figureTable(figures: readonly Figure[]): string[] {
  const rows = figures.map(({ figure, value, unit, aim, runs, note }) => [
    figure,
    `${readable(value)} ${unit}`.trim(),
    aim === undefined ? "" : `${value <= aim ? "met" : "MISSED"}: under ${readable(aim)} ${unit}`,
    [
      ...(runs === undefined ? [] : [`of ${runs.map(readable).join(", ")}`]),
      ...(note === undefined ? [] : [note]),
    ].join("; "),
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return figures.flatMap(({ part }, index) => {
    const [figure = "", value = "", aim = "", note = ""] = rows[index] ?? [];
    const line = `  ${figure.padEnd(widths[0] ?? 0)}  ${value.padStart(widths[1] ?? 0)}  ${aim.padEnd(widths[2] ?? 0)}  ${note}`;
    return [...(figures[index - 1]?.part === part ? [] : [part]), line.trimEnd()];
  });
}

/** A figure made of several runs. */
export function medianOf(runs: readonly number[]): { value: number; runs: readonly number[] } {
  return { value: median(runs), runs };
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return rounded((low + high) / 2);
}

/** To three digits after the point: more is noise. */
export function rounded(number: number): number {
  return Math.round(number * 1000) / 1000;
}

function isMet({ value, aim }: Figure): boolean {
  return aim === undefined || value <= aim;
}

function readable(number: number): string {
  return number.toLocaleString("en", { maximumFractionDigits: Math.abs(number) < 100 ? 2 : 0 });
}
