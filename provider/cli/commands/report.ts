import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { writeOwn } from "../../files.ts";
import { reportFrom, writeReport } from "../../lifecycle/report/files.ts";
import { reportMarkdown } from "../../lifecycle/report/markdown.ts";
import type { RunReport } from "../../lifecycle/report/schema.ts";
import { headline } from "../../lifecycle/report/words.ts";
import { type ExitCode, exit } from "../exit.ts";
import { writeText } from "../files.ts";
import { findRun, withJournal } from "../journal.ts";
import { ownFolder } from "../target.ts";
import type { CliWorld } from "../world.ts";

export interface ReportOptions {
  /** Shows the page in a browser. */
  readonly open?: true;
  readonly json?: true;
  readonly markdown?: true;
  readonly html?: true;
  /** File that the one form that is asked for goes to. */
  readonly out?: string;
}

/** The report of a run: without a form that is asked for, all of them beside the journal. */
export async function report(world: CliWorld, asked: string | undefined, options: ReportOptions): Promise<ExitCode> {
  const made = withJournal(world, (journal) => reportFrom(journal, findRun(journal, asked)));
  const text = await rendered(made, options);
  if (text !== undefined) {
    if (options.out === undefined) world.out(text.trimEnd());
    else writeText(world.cwd, options.out, text);
    if (options.open === true && options.out !== undefined) show(world, resolve(world.cwd, options.out));
    return exit.ok;
  }
  const page = await writeReport((path, content) => writeOwn(world.cwd, path, content), ownFolder(world), made);
  world.out(`run ${made.run}: ${headline(made)}`);
  world.out(made.impact.sentence);
  world.out(page);
  if (options.open === true) show(world, page);
  return exit.ok;
}

/** The one form that is asked for; `--out` alone means the page. */
async function rendered(made: RunReport, { json, markdown, html, out }: ReportOptions): Promise<string | undefined> {
  if (json === true) return `${JSON.stringify(made, null, 1)}\n`;
  if (markdown === true) return reportMarkdown(made);
  if (html !== true && out === undefined) return undefined;
  const { reportHtml } = await import("../../lifecycle/report/html.ts");
  return reportHtml(made);
}

function show(world: CliWorld, page: string): void {
  world.open?.(page, () => world.err(`No browser could be started; open ${pathToFileURL(page).href}`));
}
