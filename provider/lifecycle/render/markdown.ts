import { movesOf } from "../../core/plan.ts";
import type { HostRow, PlanDocument } from "./document.ts";
import { summary } from "./summary.ts";
import { counted, gib, headline, isTold, levels, remarks } from "./words.ts";

/** A comment on a pull request holds about 65,000 characters. */
const MOST_HOSTS = 150;
const MOST_MOVES = 150;
const MOST_REASONS = 50;

/** The plan for a pull request: what is pending for each host, why it is refused, every move folded away. */
export function planMarkdown(document: PlanDocument): string {
  const { owner, outlook, why, refusal, id } = document;
  const blocks = [
    `### ${sign(outlook)} rolling-patch: ${escaped(headline(document))}`,
    ...(owner === undefined ? [] : [`Resource \`${owner}\`, target \`${document.target}\`.`]),
    ...(why === undefined ? [] : [`**${escaped(why)}**`]),
    ...(refusal === undefined ? [] : [reasons(document)]),
    ...hostTable(document),
    summary(document)
      .map((line) => `- ${escaped(line)}`)
      .join("\n"),
    ...moveTable(document),
    ...(id === undefined || outlook !== "roll"
      ? []
      : [`To approve exactly this plan: \`policy: { approved: "${id}" }\``]),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function sign(outlook: PlanDocument["outlook"]): string {
  return { roll: "🔧", nothing: "✅", "left alone": "👀", refused: "⛔", halted: "⛔" }[outlook];
}

function reasons({ refusal }: PlanDocument): string {
  const all = refusal?.reasons ?? [];
  const list = all.slice(0, MOST_REASONS).map(({ code, text }) => `- **${code}**: ${escaped(text)}`);
  if (all.length > MOST_REASONS)
    list.push(`- … and ${counted(all.length - MOST_REASONS, "more reason")} in the plan file`);
  return [...list, `- smallest change that allows it: ${escaped(refusal?.unlock ?? "")}`].join("\n");
}

function hostTable({ hosts }: PlanDocument): string[] {
  const rows = hosts.filter(isTold);
  if (rows.length === 0) return [];
  const lines = rows.slice(0, MOST_HOSTS).map((row) => `| ${cellsOf(row).map(escaped).join(" | ")} |`);
  const left = rows.length - lines.length;
  const head = [
    "| wave | host | level | evacuate | put back | why it stands here |",
    "| --: | :-- | :-- | --: | --: | :-- |",
  ];
  return [
    [...head, ...lines].join("\n"),
    ...(left > 0 ? [`… and ${counted(left, "more host")} in the plan file.`] : []),
  ];
}

function cellsOf(row: HostRow): string[] {
  const { part } = row;
  if (part === undefined) return ["–", row.host, levels(row), "", "", remarks(row)];
  return [`${part.wave}`, row.host, levels(row), `${part.evacuate.length}`, `${part.putBack.length}`, remarks(row)];
}

function moveTable({ hosts }: PlanDocument): string[] {
  const moves = hosts.flatMap(({ host, part }) =>
    part === undefined ? [] : movesOf(part).map((move) => ({ host, ...move })),
  );
  if (moves.length === 0) return [];
  const lines = moves.slice(0, MOST_MOVES).map(({ host, workload, from, to, gib: amount, why }) => {
    return `| ${[host, workload, from, to, gib(amount), why].map(escaped).join(" | ")} |`;
  });
  const left = moves.length - lines.length;
  const more = left > 0 ? `\n\n… and ${counted(left, "more move")} in the plan file.` : "";
  const head = "| for | workload | from | to | memory | why |\n| :-- | :-- | :-- | :-- | --: | :-- |";
  return [
    `<details><summary>${counted(moves.length, "move")}</summary>\n\n${head}\n${lines.join("\n")}${more}\n\n</details>`,
  ];
}

/** Names and reasons come from outside: they must not break the table, nor be read as markup or mentions. */
export function escaped(text: string): string {
  return text
    .replace(/[\\`*_{}[\]<>|#~]/g, "\\$&")
    .replace(/@/g, "@\u200b")
    .replace(/\s+/g, " ");
}
