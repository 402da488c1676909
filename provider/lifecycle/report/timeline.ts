import type { Markish } from "@observablehq/plot";
import { named } from "../render/escape.ts";
import { counted } from "../render/words.ts";
import { type Draw, type PlotLibrary, WIDTH } from "./canvas.ts";
import type { HostReport, Mark, RunReport, Span } from "./schema.ts";
import { endOf, middle, packed, type Row, short, startOf, ticksOf } from "./timeline-rows.ts";
import { clock, lasting } from "./words.ts";

/** Up to this many hosts each has a row; beyond, hosts that follow one another share one. */
const ROW_EACH = 120;
/** Beyond these a browser gets slow, and nobody could tell them apart. */
const MOST_TICKS = 3_000;
const MOST_TITLES = 4_000;

/** What happens to the whole run and deserves a line through all rows. */
const LINES: readonly Mark["kind"][] = ["halt", "taken up", "canary", "test"];

/** Hosts over time: what each went through, its moves, its looks, and what stopped the run. */
export function timelineSvg(plot: PlotLibrary, draw: Draw, report: RunReport): string {
  const begun = report.hosts.filter(({ spans }) => spans.length > 0);
  const each = rowEach(begun.length);
  const rows = each ? begun.map((host, row) => ({ host, row })) : packed(begun);
  const count = rows.reduce((most, { row }) => Math.max(most, row + 1), 0);
  const height = each ? (count > 40 ? 13 : 22) : Math.max(4, Math.min(14, Math.floor(900 / count)));
  const last = Math.max(report.seconds, 1);
  const lines = report.marks.filter(({ kind }) => LINES.includes(kind));
  const windows = report.marks.filter(({ from }) => from !== undefined);
  const marks: Markish[] = [
    plot.rectX(windows, {
      x1: "from",
      x2: "at",
      y1: () => 0,
      y2: () => count,
      fill: "var(--line)",
      fillOpacity: 0.5,
      title: "text",
    }),
    plot.ruleX(ticksOf(last), { stroke: "var(--line)" }),
    ...(each
      ? [
          plot.text(rows, {
            y: middle,
            x: 0,
            dx: -8,
            text: ({ host }: Row) => short(host.host),
            textAnchor: "end",
            fill: "var(--soft)",
          }),
        ]
      : []),
    plot.ruleY(rows, {
      y: middle,
      x1: ({ host }: Row) => startOf(host),
      x2: ({ host }: Row) => endOf(host),
      stroke: "var(--soft)",
    }),
    ...(each ? [planned(plot, rows, last)] : []),
    ...bars(plot, rows),
    ...ticks(plot, rows),
    ...looks(plot, rows, report),
    plot.ruleX(lines, {
      x: "at",
      stroke: (one: Mark) => `var(--${LINE_COLOURS.get(one.kind) ?? "soft"})`,
      strokeDasharray: "4 3",
    }),
    plot.text(labels(lines, last), {
      x: "at",
      y: 0,
      dy: -4,
      text: "text",
      textAnchor: "start",
      rotate: 0,
      fill: "var(--soft)",
      fontSize: 10,
    }),
  ];
  return draw(
    {
      height: count * height + 58,
      marginTop: 40,
      marginBottom: 18,
      marginLeft: each ? 24 + 6.6 * Math.max(...begun.map(({ host }) => [...short(host)].length)) : 20,
      marginRight: 20,
      x: {
        domain: [0, last],
        axis: "top",
        ticks: ticksOf(last),
        tickFormat: (at: number) => clock(at).slice(0, -3),
        label: null,
        tickSize: 0,
        tickPadding: 14,
      },
      y: { type: "linear", domain: [count, 0], axis: null },
      marks,
      style: { fontSize: "11px" },
    },
    {
      id: "timeline-image",
      title: "Hosts over time",
      text: `${counted(begun.length, "host")} over ${lasting(report.seconds)}; the table below has the same times.`,
    },
  );
}

/** Classes of the page and what they mean, of what is in this timeline. */
export function timelineKeys({ hosts, impact, marks }: RunReport): [string, string][] {
  const kinds = new Set(hosts.flatMap(({ spans }) => spans.map(({ kind }) => kind)));
  const begun = hosts.filter(({ spans }) => spans.length > 0);
  const keys: [boolean, string, string][] = [
    [kinds.has("stage"), "stage", "stage"],
    [kinds.has("evacuate"), "evacuate", "evacuate"],
    [kinds.has("patch"), "patch", "patch"],
    [kinds.has("boot"), "boot", "boot"],
    [kinds.has("verify") || kinds.has("preflight") || kinds.has("gate"), "verify", "checks and verify"],
    [kinds.has("put back"), "put-back", "put back"],
    [kinds.has("soak"), "soak", "soak"],
    [true, "out", "out, waiting"],
    [rowEach(begun.length) && begun.some((host) => host.planned !== undefined), "planned", "as planned"],
    [hosts.some(({ spans }) => spans.some(({ failed }) => failed === true)), "fail", "failed try"],
    [impact.looks.length > 0, "look", "look at the impact"],
    [marks.some(({ from }) => from !== undefined), "reference", "reference window"],
  ];
  return keys.flatMap(([is, kind, text]): [string, string][] => (is ? [[kind, text]] : []));
}

/** How its rows and strokes are to be read. */
export function timelineCaption({ hosts, seconds }: RunReport): string {
  const begun = hosts.filter(({ spans }) => spans.length > 0);
  const rows = rowEach(begun.length) ? "each row is one host" : "each row is one place of hosts out at once";
  const strokes = movesDrawn(begun) ? " Small strokes in a bar are ends of moves." : "";
  return `Hours and minutes from the start of the run, ${lasting(seconds)} in all; ${rows}.${strokes}`;
}

const rowEach = (hosts: number): boolean => hosts <= ROW_EACH;
const movesDrawn = (hosts: readonly HostReport[]): boolean =>
  hosts.reduce((sum, { moves }) => sum + moves.length, 0) <= MOST_TICKS;

const LINE_COLOURS: ReadonlyMap<Mark["kind"], string> = new Map([
  ["halt", "bad"],
  ["canary", "canary"],
]);

/** When the plan had a host out, counted from the same first cordon: a stroke under its row. */
function planned(plot: PlotLibrary, rows: readonly Row[], last: number): Markish {
  const firsts = rows.flatMap(({ host }) => host.begins ?? []);
  const plans = rows.flatMap(({ host }) => host.planned?.begins ?? []);
  const shift = Math.min(...firsts) - Math.min(...plans);
  const some = rows.flatMap(({ host, row }) => {
    if (host.planned === undefined || firsts.length === 0) return [];
    const { begins, ends } = host.planned;
    return begins + shift >= last ? [] : [{ row, from: begins + shift, to: Math.min(last, ends + shift) }];
  });
  return plot.rect(some, {
    x1: "from",
    x2: "to",
    y1: ({ row }: { row: number }) => row + 0.88,
    y2: ({ row }: { row: number }) => row + 0.98,
    fill: "var(--stage)",
  });
}

/** One mark per kind: thousands of bars then share their colour. */
function bars(plot: PlotLibrary, rows: readonly Row[]): Markish[] {
  const all = rows.flatMap(({ host, row }) => host.spans.map((span) => ({ host, row, span })));
  const told = all.length <= MOST_TITLES;
  const kinds = Map.groupBy(all, ({ span }) => span.kind);
  const least = 0.0006 * Math.max(...rows.map(({ host }) => endOf(host)), 1);
  return [...kinds].map(([kind, some]) =>
    plot.rect(some, {
      x1: ({ span }: Bar) => span.from,
      x2: ({ span }: Bar) => Math.max(span.to, span.from + least),
      y1: ({ row }: Bar) => row + 0.14,
      y2: ({ row }: Bar) => row + 0.86,
      fill: `var(--${kind.replace(" ", "-")})`,
      stroke: ({ span }: Bar) => (span.failed === true ? "var(--bad)" : "none"),
      strokeWidth: 1.5,
      ...(told ? { title: ({ host, span }: Bar) => barTitle(host, span) } : {}),
    }),
  );
}

interface Bar extends Row {
  readonly span: Span;
}

function barTitle(host: HostReport, { kind, from, to, failed, open }: Span): string {
  const end = failed ? ", failed" : open ? ", no end on record" : "";
  return named(`${host.host}: ${kind} ${clock(from)} to ${clock(to)}, ${lasting(to - from)}${end}`);
}

/** Every move, where it ended. */
function ticks(plot: PlotLibrary, rows: readonly Row[]): Markish[] {
  if (!movesDrawn(rows.map(({ host }) => host))) return [];
  const all = rows.flatMap(({ host, row }) =>
    host.moves.flatMap(({ from, took }) => (took === undefined ? [] : [{ row, at: from + took }])),
  );
  return [
    plot.ruleX(all, {
      x: "at",
      y1: ({ row }: { row: number }) => row + 0.14,
      y2: ({ row }: { row: number }) => row + 0.5,
      stroke: "var(--page)",
      strokeOpacity: 0.75,
    }),
  ];
}

function looks(plot: PlotLibrary, rows: readonly Row[], report: RunReport): Markish[] {
  const places = new Map(rows.map(({ host, row }) => [host.host, row]));
  const all = report.impact.looks.flatMap((look) => {
    const row = places.get(look.host ?? "");
    return row === undefined ? [] : [{ ...look, row }];
  });
  return [
    plot.dot(all, {
      x: "at",
      y: ({ row }: { row: number }) => row + 0.5,
      r: 4,
      symbol: "diamond",
      fill: ({ verdict }: { verdict: string }) => (BAD_LOOKS.includes(verdict) ? "var(--bad)" : "var(--ink)"),
      stroke: "var(--page)",
      title: ({ host = "", text }: { host?: string; text: string }) => named(`${host}: ${text}`),
    }),
  ];
}

const BAD_LOOKS: readonly string[] = ["suspect", "confirmed", "regress"];

const LABELS: ReadonlyMap<Mark["kind"], string> = new Map([
  ["halt", "halt"],
  ["taken up", "taken up again"],
  ["canary", "canary passed"],
  ["test", "tests"],
]);

/** Names of the lines, as far as there is room for them. */
function labels(lines: readonly Mark[], last: number): { at: number; text: string }[] {
  let taken = Number.NEGATIVE_INFINITY;
  return lines.flatMap(({ at, kind }) => {
    const text = LABELS.get(kind) ?? kind;
    const room = ((text.length * 6 + 8) / WIDTH) * last;
    if (at < taken) return [];
    taken = at + room;
    return [{ at: Math.min(at, last - room), text }];
  });
}
