import { markup, named } from "./escape.ts";
import { hours } from "./words.ts";

/** One host's bar. Times in seconds from the start of the roll. */
export interface Bar {
  readonly host: string;
  readonly wave: number;
  readonly canary: boolean;
  readonly start: number;
  readonly end: number;
}

/** Up to this many hosts each has a row; beyond, hosts that follow one another share one. */
export const ROW_EACH = 120;
const WIDTH = 1100;
const LABELS = 150;
const TOP = 34;
/** Letters of a name that fit beside a row. */
const LETTERS = 22;

/**
 * Hosts over time as a static SVG image: own code, since it is a few rectangles and lines, and chart libraries either need a
 * browser's document or weigh more than this package. Colours come from the page's classes; every bar says in its title what it is.
 */
export function timelineSvg(bars: readonly Bar[]): string {
  const last = bars.reduce((most, { end }) => Math.max(most, end), 1);
  const each = bars.length <= ROW_EACH;
  const places = each ? bars.map((_, index) => index) : placesOf(bars);
  const rows = places.reduce((most, place) => Math.max(most, place + 1), 0);
  const height = each ? (bars.length > 40 ? 12 : 18) : Math.max(3, Math.min(12, Math.floor(1200 / rows)));
  const left = each ? LABELS : 18;
  const x = (seconds: number): number => round(left + (seconds / last) * (WIDTH - left - 12));
  const bottom = TOP + rows * height;
  const drawn = bars.map((bar, index) => {
    const y = TOP + (places[index] ?? 0) * height;
    const kind = bar.canary ? "canary" : bar.wave % 2 === 0 ? "even" : "odd";
    const box = `<rect class="${kind}" x="${x(bar.start)}" y="${y + 0.5}" width="${round(Math.max(1, x(bar.end) - x(bar.start) - 0.5))}" height="${height - 1}"`;
    const title = `<title>${markup(bar.host)}, wave ${bar.wave}: ${clock(bar.start)} to ${clock(bar.end)}</title>`;
    const label = each
      ? `<text class="name" x="${left - 6}" y="${y + height / 2 + 3.5}" text-anchor="end">${markup(short(bar.host))}</text>`
      : "";
    return `${label}${box} rx="${Math.min(2, height / 4)}">${title}</rect>`;
  });
  const ticks = ticksOf(last).map(
    (at) =>
      `<line class="grid" x1="${x(at)}" y1="${TOP - 4}" x2="${x(at)}" y2="${bottom}"/><text class="tick" x="${x(at)}" y="${TOP - 8}" text-anchor="middle">${clock(at)}</text>`,
  );
  const about = `${bars.length.toLocaleString("en")} hosts over ${hours(last / 3600)}; the table of hosts has the same times.`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 6}" role="img" aria-labelledby="t-title t-about">`,
    `<title id="t-title">Hosts over time</title><desc id="t-about">${markup(about)}</desc>`,
    ...waveMarks(bars, x),
    ...ticks,
    ...drawn,
    "</svg>",
  ].join("\n");
}

/** For each bar the first row that is free when it starts. */
function placesOf(bars: readonly Bar[]): number[] {
  const free: number[] = [];
  return bars.map(({ start, end }) => {
    const found = free.findIndex((at) => at <= start);
    const place = found < 0 ? free.length : found;
    free[place] = end;
    return place;
  });
}

/** The number of a wave where its first host starts, as far as there is room for it. */
function waveMarks(bars: readonly Bar[], x: (seconds: number) => number): string[] {
  let wave = 0;
  let taken = Number.NEGATIVE_INFINITY;
  return bars.flatMap((bar) => {
    if (bar.wave === wave) return [];
    wave = bar.wave;
    const at = x(bar.start);
    if (at - taken < 26) return [];
    taken = at;
    return [`<text class="wave" x="${at}" y="10">w${wave}</text>`];
  });
}

/** `0:00`, `12:05`: hours and minutes from the start of the roll. */
export function clock(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

/** Round moments, at most a dozen. */
function ticksOf(last: number): number[] {
  const steps = [300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];
  const step = steps.find((seconds) => last / seconds <= 12) ?? 86_400 * Math.ceil(last / 86_400 / 12);
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, index) => index * step);
}

const short = (name: string): string => {
  const letters = [...named(name)];
  return letters.length <= LETTERS ? letters.join("") : `${letters.slice(0, LETTERS - 1).join("")}…`;
};
const round = (value: number): number => Math.round(value * 10) / 10;
