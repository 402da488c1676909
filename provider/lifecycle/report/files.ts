import type { Journal } from "../../engine/ports.ts";
import { exported } from "./chain.ts";
import { reportHtml } from "./html.ts";
import { reportMarkdown } from "./markdown.ts";
import { reportPath } from "./paths.ts";
import { runReport } from "./report.ts";
import type { RunReport } from "./schema.ts";

/** The report of a run that a journal knows. Throws RollErrors of the journal. */
export function reportFrom(journal: Journal, run: string): RunReport {
  const entries = journal.entries(run);
  return runReport({ run, entries, memory: journal.memory(run), head: exported(run, entries).head });
}

/** Writes the report in its three forms. Returns the path of the page. `write`: whole or not at all. */
export async function writeReport(
  write: (path: string, text: string) => void,
  folder: string,
  report: RunReport,
): Promise<string> {
  const page = reportPath(folder, report.run);
  const base = page.replace(/\.html$/, "");
  write(`${base}.json`, `${JSON.stringify(report, null, 1)}\n`);
  write(`${base}.md`, reportMarkdown(report));
  write(page, await reportHtml(report));
  return page;
}
