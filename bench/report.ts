import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exported } from "../provider/lifecycle/report/chain.ts";
import { reportHtml } from "../provider/lifecycle/report/html.ts";
import { runReport } from "../provider/lifecycle/report/report.ts";
import { browserPath, openPage, startBrowser } from "../test/lifecycle/report/chromium.ts";
import { journalOf } from "../test/lifecycle/report/journals.ts";
import { type Figure, medianOf, rounded } from "./figures.ts";

export interface ReportSizes {
  readonly hosts: number;
  readonly width: number;
  readonly rounds: number;
}

/** The report of a roll of so many hosts with ten workloads each: made from its journal, drawn, and opened in a headless Chromium. */
export async function reportPart({ hosts, width, rounds }: ReportSizes): Promise<Figure[]> {
  const part = `report of ${hosts.toLocaleString("en")} hosts`;
  const kept = journalOf({ hosts, width, effect: 0.03 });
  const made: number[] = [];
  const drawn: number[] = [];
  const opened: number[] = [];
  let page = "";
  for (let round = 0; round < rounds; round++) {
    const from = performance.now();
    const report = runReport({ ...kept, head: exported(kept.run, kept.entries).head });
    const then = performance.now();
    page = await reportHtml(report);
    made.push(rounded((then - from) / 1000));
    drawn.push(rounded((performance.now() - then) / 1000));
  }
  if (browserPath !== undefined) opened.push(...(await openings(page, rounds)));
  return [
    {
      part,
      figure: "made from its journal",
      ...medianOf(made),
      unit: "s",
      note: `${kept.entries.length.toLocaleString("en")} entries, head of the chain included`,
    },
    { part, figure: "drawn as a page", ...medianOf(drawn), unit: "s", note: "the first loads the charting library" },
    { part, figure: "size of the page", value: rounded(page.length / 1e6), unit: "MB", aim: 5 },
    ...(opened.length === 0
      ? []
      : [
          {
            part,
            figure: "opened, until it is painted",
            ...medianOf(opened),
            unit: "s",
            aim: 2,
            note: "headless Chromium",
          },
        ]),
  ];
}

async function openings(page: string, rounds: number): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), "rolling-patch-bench-"));
  const browser = await startBrowser();
  try {
    const file = join(folder, "report.html");
    writeFileSync(file, page);
    const seconds: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const { page: tab, took } = await openPage(browser, file);
      seconds.push(rounded(took / 1000));
      await tab.context().close();
    }
    return seconds;
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
