import type { Ended } from "../support/processes.ts";
import type { Project } from "../support/project.ts";

/** Rows of an operation that goes on. Those of hosts stay: the engine closes them without a word. */
const PASSING = /^ .{3} *(?!rolling-patch:index:Host )\S+ \S+ (?:creating|updating|deleting|refreshing)\b/;
/** A host whose row has no outcome yet. */
const STATUS_LINE = /^ {4}rolling-patch:index:Host \S+ {2}/;

/** What a person reads in a command's output once it has ended, without what differs from run to run. */
export function readable({ output }: Ended, { folder }: Project): string {
  const lines = output
    .replaceAll(folder, "FOLDER")
    .replace(/20\d{6}-\d{4}-[0-9a-f]{4}/g, "RUN")
    .replace(/20\d\d-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replace(/ \(\d+(?:\.\d+)?m?s\)/g, "")
    .replace(/\S+@\S+, process \d+/g, "HOLDER")
    .split("\n")
    .filter((line) => !/^@ |^Duration: /.test(line) && !PASSING.test(line) && !STATUS_LINE.test(line))
    .map((line) => (/^ {1,4}[-+~ ]*(?:rolling-patch|pulumi):\S/.test(line) ? rowOf(line) : line));
  // A row is printed again with each message on it.
  return inOrder(
    `${lines
      .filter((line, index) => line === "" || !isRow(line) || lines.indexOf(line) === index)
      .join("\n")
      .trim()}\n`,
  );
}

/** The engine tells its diagnostics in an order of its own, another each time. */
export function inOrder(text: string): string {
  return text.replace(/(?<=^Diagnostics:\n).*?(?=\n\n(?:Outputs|Resources):)/ms, (blocks) =>
    blocks.split("\n\n").sort().join("\n\n"),
  );
}

const isRow = (line: string): boolean => /^ {1,4}[-+~ ]*(?:rolling-patch|pulumi):\S/.test(line);

/** Without its newest message, which stands under the diagnostics as well. */
function rowOf(line: string): string {
  const [, row = line, diff = ""] =
    /^( {1,4}[-+~ ]*\S+ \S+(?: (?:\*\*)?(?:creat|updat|delet|refresh|replac)\w*(?: failed\*\*)?)?)(?:.*?( \[diff: [^\]]*\]))?/.exec(
      line,
    ) ?? [];
  return `${row}${diff}`.trimEnd();
}
