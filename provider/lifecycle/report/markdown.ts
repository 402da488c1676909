import { escaped } from "../render/markdown.ts";
import { counted } from "../render/words.ts";
import { figuresOf, whatHappened } from "./figures.ts";
import type { RunReport } from "./schema.ts";
import {
  bootsText,
  clock,
  endText,
  headline,
  lasting,
  levelText,
  moment,
  mood,
  outcomeText,
  proofText,
  signed,
  verdictText,
} from "./words.ts";

/** A comment on a pull request holds about 65,000 characters. */
const MOST_HOSTS = 100;
const MOST_ROWS = 100;
const MOST_HAPPENED = 60;
const MOST_LOGS = 4;
/** Characters of each. */
const LOG = 4_000;

/** The report for a pull request: the verdict first, tables folded away. */
export function reportMarkdown(report: RunReport): string {
  const { run, owner, from, to, seconds, hint } = report;
  const figures = figuresOf(report);
  const blocks = [
    `### ${{ good: "✅", waiting: "⏸️", bad: "⛔" }[mood(report)]} rolling-patch: ${escaped(headline(report))}`,
    `**${escaped(verdictText(report))}**`,
    escaped(endText(report)),
    ...(hint === undefined ? [] : [`What to do: ${escaped(hint)}`]),
    `Run ${escaped(run)} of ${escaped(owner)}, ${moment(from)} to ${moment(to)} UTC, ${lasting(seconds)}.`,
    table(
      ["", ...figures.map(({ small }) => small)],
      [
        ["actual", ...figures.map(({ big }) => big)],
        ["planned", ...figures.map(({ planned = "" }) => planned)],
      ],
    ),
    ...regressions(report),
    ...forest(report),
    hosts(report),
    ...logs(report),
    happened(report),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function regressions({ regressions: found, tested }: RunReport): string[] {
  if (found.length === 0) return [tested ? "Regression tests: all pass." : "Regression tests: none ran at the end."];
  return [
    `Regression tests:\n${found.map(({ name, kind }) => `- ${escaped(name)}: ${kind === "new" ? "**fails since the roll**" : kind}`).join("\n")}`,
  ];
}

function forest({ impact }: RunReport): string[] {
  const rows = impact.forest
    .filter(({ kind }) => kind !== "workload")
    .slice(0, MOST_ROWS)
    .map(({ name, estimate }) =>
      estimate === undefined
        ? [name, "", ""]
        : [name, signed(estimate.delta), `${signed(estimate.lower)} to ${signed(estimate.upper)}`],
    );
  return rows.length === 0 ? [] : [folded("Impact by host", table(["", "change of latency", "95 % interval"], rows))];
}

function hosts({ hosts: all }: RunReport): string {
  const rows = all
    .slice(0, MOST_HOSTS)
    .map((host) => [
      host.host,
      outcomeText(host),
      levelText(host),
      proofText(host),
      bootsText(host),
      String(host.moves.length),
      host.begins === undefined || host.ends === undefined ? "" : lasting(host.ends - host.begins),
    ]);
  const left = all.length - rows.length;
  const more = left > 0 ? `\n\n… and ${counted(left, "more host")} in the JSON.` : "";
  return folded(
    counted(all.length, "host"),
    `${table(["host", "outcome", "level", "verified", "boot id", "moves", "out for"], rows)}${more}`,
  );
}

/** Of hosts that did not end well: the others' are in the page and the JSON. */
function logs({ hosts: all }: RunReport): string[] {
  return all
    .filter(({ outcome }) => outcome === "failed" || outcome === "convicted")
    .slice(0, MOST_LOGS)
    .flatMap(({ host, logs: said }) => {
      const last = said.at(-1);
      return last === undefined
        ? []
        : [folded(`Log of ${last.tool} on ${escaped(host)}`, fenced(last.text.slice(-LOG)))];
    });
}

/** Indented: nothing in it is read as markdown or as the end of it. */
function fenced(text: string): string {
  return text
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

function happened(report: RunReport): string {
  const all = whatHappened(report);
  const rows = all.slice(-MOST_HAPPENED).map(({ at, who, what }) => [at === undefined ? "" : clock(at), who, what]);
  return folded("What happened, and who", table(["at", "who or which host", "what"], rows));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |`;
  return [line(head), `|${" :-- |".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

function folded(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}
