import type { PlotOptions } from "@observablehq/plot";
import { markup } from "../render/escape.ts";

/** Draws a chart as the text of an SVG image, which says what it shows to those who do not see it. */
export type Draw = (options: PlotOptions, about: { id: string; title: string; text: string }) => string;

export type PlotLibrary = typeof import("@observablehq/plot");

/** The charting library and a document for it, without a browser. Loaded when the first report is drawn: nothing else pays for it. */
export async function canvas(): Promise<{ readonly plot: PlotLibrary; readonly draw: Draw }> {
  const { plot, parseHTML } = await import("./library.ts");
  const { document } = parseHTML("<!doctype html><html></html>");
  const draw: Draw = (options, { id, title, text }) => {
    const svg = plot.plot({ width: WIDTH, ...options, document } as PlotOptions) as unknown as { outerHTML: string };
    const names = `role="img" aria-labelledby="${id}-title ${id}-about"`;
    const told = `<title id="${id}-title">${markup(title)}</title><desc id="${id}-about">${markup(text)}</desc>`;
    return lighter(svg.outerHTML).replace(/^<svg ([^>]*)>/, (_, rest: string) => `<svg ${names} ${rest}>${told}`);
  };
  return { plot, draw };
}

/** Units of every chart; the page scales them. */
export const WIDTH = 1100;

/** Without the library's own style and labels of parts (the image as a whole has one), and with two digits after the point. */
function lighter(svg: string): string {
  const root = svg.indexOf(">");
  return (svg.slice(0, root).replace(/ (?:width|height|class)="[^"]*"/g, "") + svg.slice(root))
    .replace(/<style>[\s\S]*?<\/style>/, "")
    .replace(/ (?:aria-label|aria-description|aria-hidden|font-family)="[^"]*"/g, "")
    .replace(/ (d|x|y|x1|x2|y1|y2|cx|cy|width|height|transform)="([^"]*)"/g, (_, name: string, value: string) => {
      return ` ${name}="${value.replace(/\d+\.\d+/g, (number) => String(Math.round(Number(number) * 100) / 100))}"`;
    });
}
