import { movesOf } from "../../core/plan.ts";
import type { HostRow, PlanDocument } from "./document.ts";
import { markup } from "./escape.ts";
import { style } from "./style.ts";
import { summary, times } from "./summary.ts";
import { clock, ROW_EACH, timelineSvg } from "./timeline.ts";
import { counted, gib, headline, hours, isTold, levels, percent, remarks } from "./words.ts";

/** Beyond these a browser gets slow; the JSON has the rest. */
const MOST_HOSTS = 2_000;
const MOST_MOVES = 50_000;
const MOST_REASONS = 200;
/** Hosts whose moves are listed without another fold around them. */
const FEW = 40;
/** Levels that stay on one line. */
const SHORT = 26;

/** The plan as one page that stands alone: no script, nothing from elsewhere, every text from outside escaped. */
export function planHtml(document: PlanDocument): string {
  const { owner, target, why, id, outlook } = document;
  const planned = document.hosts.filter((row) => row.part !== undefined);
  const sections = [
    { id: "summary", title: "Summary", body: summaryBody(document) },
    ...(planned.length === 0 ? [] : [{ id: "timeline", title: "Timeline", body: timelineBody(planned) }]),
    { id: "hosts", title: "Hosts", body: hostsBody(document) },
    ...(planned.length === 0 ? [] : [{ id: "moves", title: "Moves", body: movesBody(planned) }]),
  ];
  const about = [...(owner === undefined ? [] : [`Resource ${owner}`]), `target ${target}`].join(", ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${markup(`rolling-patch: ${headline(document)}`)}</title>
<style>
${style}
</style>
</head>
<body>
<header>
<h1>${markup(headline(document))}</h1>
<p class="about">${markup(about)}</p>
${why === undefined ? "" : `<p class="bad">${markup(why)}</p>`}
${id === undefined ? "" : `<p>Plan <code>${markup(id)}</code></p>`}
${id === undefined || outlook !== "roll" ? "" : `<p class="hint">To approve exactly this plan: <code>${markup(`policy: { approved: "${id}" }`)}</code></p>`}
<nav aria-label="Sections">${sections.map((one) => `<a href="#${one.id}">${one.title}</a>`).join("")}</nav>
</header>
<main>
${sections.map((one) => `<section aria-labelledby="${one.id}">\n<h2 id="${one.id}">${one.title}</h2>\n${one.body}\n</section>`).join("\n")}
</main>
</body>
</html>
`;
}

function summaryBody(document: PlanDocument): string {
  const { totals, bounds, ratios, refusal } = document;
  const facts =
    totals === undefined
      ? []
      : [
          [totals.hosts.toLocaleString("en"), totals.hosts === 1 ? "host" : "hosts"],
          [totals.moves.toLocaleString("en"), `moves${times(ratios?.moves)}`],
          [hours(totals.hours.expected), `expected${times(ratios?.hours)}`],
          [
            totals.out.toLocaleString("en"),
            `out at once${bounds === undefined ? "" : `, of ${bounds.out.toLocaleString("en")} that fit`}`,
          ],
        ];
  const reasons = refusal?.reasons ?? [];
  const refused = [
    ...reasons.slice(0, MOST_REASONS).map(({ code, text }) => `<b>${markup(code)}</b>: ${markup(text)}`),
    ...(reasons.length > MOST_REASONS
      ? [`… and ${counted(reasons.length - MOST_REASONS, "more reason")} in the JSON`]
      : []),
    ...(refusal === undefined ? [] : [`smallest change that allows it: ${markup(refusal.unlock)}`]),
  ];
  const lines = [...refused, ...summary(document).map(markup)];
  return [
    facts.length === 0
      ? ""
      : `<ul class="facts">${facts.map(([big, small]) => `<li><b>${markup(big ?? "")}</b><span>${markup(small ?? "")}</span></li>`).join("")}</ul>`,
    lines.length === 0
      ? `<p>${markup("Nothing is planned.")}</p>`
      : `<ul>${lines.map((line) => `<li>${line}</li>`).join("")}</ul>`,
  ].join("\n");
}

function timelineBody(planned: readonly HostRow[]): string {
  const bars = planned.flatMap(({ host, part }) => (part === undefined ? [] : [{ host, ...part }]));
  const rows = bars.length > ROW_EACH ? "each row is one place of hosts out at once" : "each row is one host";
  return [
    `<p class="hint key">Hours from the start of the roll, without pauses between windows; ${rows}.<i class="canary"></i>canary<i class="odd"></i><i class="even next"></i>waves in turn: a view, no barrier</p>`,
    `<div class="scroll" tabindex="0" role="region" aria-label="Timeline">${timelineSvg(bars)}</div>`,
  ].join("\n");
}

function hostsBody({ hosts, peaks = [] }: PlanDocument): string {
  const told = hosts.filter(isTold);
  const fill = new Map(peaks.map(({ host, share }) => [host, share]));
  const rows = told.slice(0, MOST_HOSTS).map((row) => {
    const { part } = row;
    const share = fill.get(row.host);
    const numbers =
      part === undefined
        ? ["", "", "", "", ""]
        : [
            clock(part.start),
            clock(part.end),
            part.evacuate.length,
            part.putBack.length,
            part.makeRoom.length + part.undoRoom.length,
          ];
    const cells = [...numbers, share === undefined ? "" : percent(share)].map(
      (cell) => `<td class="n">${markup(`${cell}`)}</td>`,
    );
    return `<tr><td class="n">${part === undefined ? "–" : part.wave}</td><th scope="row"><bdi>${markup(row.host)}</bdi></th><td${levels(row).length <= SHORT ? ' class="w"' : ""}>${markup(levels(row))}</td>${cells.join("")}<td>${markup(remarks(row))}</td></tr>`;
  });
  const untold = hosts.length - told.length;
  const notes = [
    ...(told.length > MOST_HOSTS
      ? [`${counted(told.length - MOST_HOSTS, "more host")} in the JSON (plan --json).`]
      : []),
    ...(untold > 0 ? [`${counted(untold, "compliant host")} not listed.`] : []),
  ];
  const head = [
    "wave",
    "host",
    "level",
    "start",
    "end",
    "evacuate",
    "put back",
    "make room",
    "fullest",
    "why it stands here",
  ];
  const columns = head.map(
    (title) =>
      `<th scope="col"${["host", "level", "why it stands here"].includes(title) ? "" : ' class="n"'}>${title}</th>`,
  );
  const table = `<div class="scroll" tabindex="0" role="region" aria-label="Hosts"><table><thead><tr>${columns.join("")}</tr></thead><tbody>\n${rows.join("\n")}\n</tbody></table></div>`;
  return [...(rows.length === 0 ? [] : [table]), ...notes.map((note) => `<p class="hint">${markup(note)}</p>`)].join(
    "\n",
  );
}

function movesBody(planned: readonly HostRow[]): string {
  let left = MOST_MOVES;
  const folded: string[] = [];
  let untold = 0;
  for (const { host, part } of planned) {
    const moves = part === undefined ? [] : movesOf(part);
    if (moves.length === 0 && (part?.shutdown.length ?? 0) === 0) continue;
    if (moves.length > left) {
      untold += moves.length;
      continue;
    }
    left -= moves.length;
    const rows = moves.map(
      ({ workload, from, to, gib: amount, why }) =>
        `<tr>${[workload, from, to].map((name) => `<td><bdi>${markup(name)}</bdi></td>`).join("")}<td class="n">${markup(gib(amount))}</td><td>${markup(why)}</td></tr>`,
    );
    const head = `<tr><th scope="col">workload</th><th scope="col">from</th><th scope="col">to</th><th scope="col" class="n">memory</th><th scope="col">why</th></tr>`;
    const shut = part?.shutdown ?? [];
    const stopped =
      shut.length === 0
        ? ""
        : `<p>Shut down and started again: ${shut.map((name) => `<bdi>${markup(name)}</bdi>`).join(", ")}</p>`;
    folded.push(
      `<details><summary><bdi>${markup(host)}</bdi> <span>${counted(moves.length, "move")}</span></summary>${stopped}<div class="scroll"><table><thead>${head}</thead><tbody>${rows.join("\n")}</tbody></table></div></details>`,
    );
  }
  if (untold > 0)
    folded.push(`<p class="hint">${markup(`${counted(untold, "more move")} in the JSON (plan --json).`)}</p>`);
  if (folded.length === 0) return '<p class="hint">Nothing has to move.</p>';
  return folded.length <= FEW
    ? folded.join("\n")
    : `<details><summary>by host <span>${counted(folded.length, "host")}</span></summary>\n${folded.join("\n")}\n</details>`;
}
