import type { Markish } from "@observablehq/plot";
import { named } from "../render/escape.ts";
import { counted } from "../render/words.ts";
import { canvas, type Draw, type PlotLibrary } from "./canvas.ts";
import type { Estimate, ForestRow, RunReport } from "./schema.ts";
import { timelineSvg } from "./timeline.ts";
import { short, ticksOf } from "./timeline-rows.ts";
import { clock, losses, share, signed } from "./words.ts";

/** The charts of a report as SVG; what there is nothing to show of is absent. */
export interface Charts {
  readonly timeline?: string;
  readonly forest?: string;
  readonly fill?: string;
}

/** Rows of workloads that a forest plot draws; the table has more, the JSON all. */
export const MOST_ROWS = 150;

export async function chartsOf(report: RunReport): Promise<Charts> {
  const { plot, draw } = await canvas();
  return {
    ...(report.hosts.some(({ spans }) => spans.length > 0) ? { timeline: timelineSvg(plot, draw, report) } : {}),
    ...(report.impact.forest.some(({ estimate }) => estimate !== undefined)
      ? { forest: forestSvg(plot, draw, report) }
      : {}),
    ...(report.fill.length > 1 ? { fill: fillSvg(plot, draw, report) } : {}),
  };
}

/** Loss by workload with its spread, by host and for the roll as diamonds; excluded ones with their reason. */
function forestSvg(plot: PlotLibrary, draw: Draw, { impact }: RunReport): string {
  const rows = drawn(impact.forest).map((row, index) => ({ ...row, index }));
  const shown = rows.filter((row): row is Shown => row.estimate !== undefined);
  const whiskers = shown.filter(({ kind }) => kind === "workload");
  const tolerance = impact.tolerance ?? 0;
  const reach = shown.flatMap(({ estimate: { lower, upper } }) => [lower, upper]);
  const least = Math.min(-0.02, ...reach);
  const most = Math.max(0.02, tolerance * 1.2, ...reach);
  const weight = ({ kind }: ForestRow): string => (kind === "workload" ? "normal" : "bold");
  const marks: Markish[] = [
    plot.ruleX([0], { stroke: "var(--ink)" }),
    ...(impact.tolerance === undefined
      ? []
      : [
          plot.ruleX([tolerance], { stroke: "var(--bad)", strokeDasharray: "5 4" }),
          plot.text([tolerance], {
            x: (at: number) => at,
            frameAnchor: "top",
            dy: -8,
            text: () => `tolerance ${signed(tolerance)}`,
            fill: "var(--bad)",
          }),
        ]),
    plot.ruleY(whiskers, { y: "index", x1: lowerOf, x2: upperOf, stroke: "var(--evacuate)", strokeWidth: 2 }),
    plot.dot(whiskers, { y: "index", x: deltaOf, r: 3.2, fill: "var(--odd)", title: titleOf }),
    plot.line(
      shown
        .filter(({ kind }) => kind !== "workload")
        .flatMap((row) => diamond(row, impact.tolerance ?? Number.POSITIVE_INFINITY)),
      {
        x: "x",
        y: "y",
        z: "index",
        fill: "fill",
        stroke: "none",
        curve: "linear-closed",
      },
    ),
    ...names(plot, rows),
    plot.text(
      shown.filter(({ kind }) => kind === "workload"),
      {
        y: "index",
        frameAnchor: "right",
        dx: 180,
        textAnchor: "end",
        text: ({ estimate }: Shown) => signed(estimate.delta),
        fill: "var(--soft)",
      },
    ),
    plot.text(
      shown.filter((row) => weight(row) === "bold"),
      {
        y: "index",
        frameAnchor: "right",
        dx: 180,
        textAnchor: "end",
        fontWeight: "bold",
        text: ({ estimate }: Shown) => losses(estimate).replace(/, 95.% CI (.*) to (.*)$/, " ($1 to $2)"),
        fill: "var(--ink)",
      },
    ),
    plot.text(
      rows.filter(({ excluded }) => excluded !== undefined),
      {
        y: "index",
        x: 0,
        dx: 8,
        textAnchor: "start",
        text: ({ excluded = "" }: ForestRow) => short(excluded, 70),
        fill: "var(--soft)",
        fontStyle: "italic",
      },
    ),
  ];
  return draw(
    {
      height: rows.length * 17 + 78,
      marginTop: 34,
      marginBottom: 44,
      marginLeft: 210,
      marginRight: 190,
      x: {
        domain: [least, most],
        tickFormat: percents,
        label: "change of median latency against hosts that were not touched",
        labelAnchor: "center",
        labelArrow: "none",
        grid: false,
      },
      y: { type: "linear", domain: [rows.length - 0.4, -0.6], axis: null },
      marks,
      style: { fontSize: "11px" },
    },
    {
      id: "forest-image",
      title: "Change of latency by workload, host and roll",
      text: `${impact.sentence}; the table below has the same figures.`,
    },
  );
}

/** Names at the left, those of hosts and the roll bold. */
function names(plot: PlotLibrary, rows: readonly (ForestRow & { readonly index: number })[]): Markish[] {
  const written = (bold: boolean): Markish =>
    plot.text(
      rows.filter(({ kind }) => (kind !== "workload") === bold),
      {
        y: "index",
        frameAnchor: "left",
        dx: bold ? -200 : -188,
        textAnchor: "start",
        text: ({ name }: ForestRow) => short(name, 28),
        fill: colourOf,
        ...(bold ? { fontWeight: "bold" } : {}),
      },
    );
  return [written(true), written(false)];
}

/** Of an axis: `+5 %`, `0 %`. */
const percents = (value: number): string => (value === 0 ? "0\u00a0%" : signed(value).replace(/\.0(?=\u00a0%)/, ""));

type Shown = ForestRow & { readonly index: number; readonly estimate: Estimate };
const lowerOf = ({ estimate }: Shown): number => estimate.lower;
const upperOf = ({ estimate }: Shown): number => estimate.upper;
const deltaOf = ({ estimate }: Shown): number => estimate.delta;
const titleOf = ({ name, estimate }: Shown): string => named(`${name}: ${losses(estimate)}`);
const colourOf = ({ excluded }: ForestRow): string => (excluded === undefined ? "var(--ink)" : "var(--soft)");

/** As wide as its interval, as forest plots have it. */
function diamond(
  { estimate: { lower, delta, upper }, index, kind }: Shown,
  tolerance: number,
): { x: number; y: number; index: number; fill: string }[] {
  const fill = delta >= tolerance ? "var(--bad)" : kind === "roll" ? "var(--canary)" : "var(--put-back)";
  const corners = [
    [lower, 0],
    [delta, -0.38],
    [upper, 0],
    [delta, 0.38],
  ] as const;
  return corners.map(([x, by]) => ({ x, y: index + by, index, fill }));
}

/** All hosts and the roll; workloads as far as there is room. */
function drawn(forest: readonly ForestRow[]): ForestRow[] {
  let left = MOST_ROWS;
  return forest.filter(({ kind }) => kind !== "workload" || left-- > 0);
}

/** How full the fullest host in service was, and the mean, over time. */
function fillSvg(plot: PlotLibrary, draw: Draw, { fill, plan, seconds }: RunReport): string {
  const last = Math.max(seconds, 1);
  const most = Math.max(1, ...fill.map((one) => one.share));
  const planned = plan?.planned.fullest;
  return draw(
    {
      height: 240,
      marginLeft: 50,
      marginRight: 20,
      marginTop: 24,
      x: { domain: [0, last], ticks: ticksOf(last), tickFormat: (at: number) => clock(at).slice(0, -3), label: null },
      y: { domain: [0, most], tickFormat: share, label: null, ticks: 5, grid: true },
      marks: [
        plot.areaY(fill, { x: "at", y: "share", fill: "var(--even)", fillOpacity: 0.25, curve: "step-after" }),
        plot.lineY(fill, { x: "at", y: "share", stroke: "var(--odd)", strokeWidth: 2, curve: "step-after" }),
        plot.lineY(fill, {
          x: "at",
          y: "mean",
          stroke: "var(--soft)",
          strokeWidth: 1.5,
          strokeDasharray: "2 3",
          curve: "step-after",
        }),
        plot.ruleY([0], { stroke: "var(--soft)" }),
        ...(planned === undefined || planned === 0
          ? []
          : [
              plot.ruleY([planned], { stroke: "var(--canary)", strokeDasharray: "6 4" }),
              plot.text([planned], {
                y: (at: number) => at,
                frameAnchor: "right",
                dy: -7,
                textAnchor: "end",
                text: () => `planned at most ${share(planned)}`,
                fill: "var(--canary)",
              }),
            ]),
      ],
      style: { fontSize: "11px" },
    },
    {
      id: "fill-image",
      title: "How full the fullest host was",
      text: `${counted(fill.length, "moment")}; the table below has the same figures.`,
    },
  );
}
