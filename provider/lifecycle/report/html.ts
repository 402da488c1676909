import { markup } from "../render/escape.ts";
import { counted } from "../render/words.ts";
import { type Charts, chartsOf } from "./charts.ts";
import { evidence } from "./evidence-html.ts";
import { figuresOf, whatHappened } from "./figures.ts";
import { impactBody } from "./impact-html.ts";
import type { RunReport } from "./schema.ts";
import { reportStyle } from "./style.ts";
import { folded, tableOf } from "./tables.ts";
import { timelineCaption, timelineKeys } from "./timeline.ts";
import { clock, endText, headline, lasting, moment, mood, share, verdictText } from "./words.ts";

/** Spans that the table behind the timeline lists. */
const MOST_SPANS = 3_000;
/** Rows of the table behind the fill over time. */
const MOST_FILLS = 60;

/** The report as one page that stands alone: no script, nothing from elsewhere, every text from outside escaped. */
export async function reportHtml(report: RunReport): Promise<string> {
  return page(report, await chartsOf(report));
}

function page(report: RunReport, charts: Charts): string {
  const sections = [
    { id: "timeline", title: "Timeline", body: timelineBody(report, charts.timeline) },
    { id: "impact", title: "Impact of the patch", body: impactBody(report, charts.forest) },
    { id: "plan", title: "Plan against actual", body: planBody(report) },
    { id: "fill", title: "How full the hosts got", body: fillBody(report, charts.fill) },
    { id: "tests", title: "Regression tests", body: testsBody(report) },
    { id: "happened", title: "What happened, and who", body: happenedBody(report) },
    { id: "evidence", title: "Evidence per host", body: evidence(report) },
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<title>${markup(`rolling-patch: ${headline(report)}`)}</title>
<style>
${reportStyle}
</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header>
${headerOf(report)}
<nav aria-label="Sections">${sections.map((one) => `<a href="#${one.id}">${one.title}</a>`).join("")}</nav>
</header>
<main id="main">
${sections.map((one) => `<section aria-labelledby="${one.id}">\n<h2 id="${one.id}">${one.title}</h2>\n${one.body}\n</section>`).join("\n")}
</main>
<footer>
${footerOf(report)}
</footer>
</body>
</html>
`;
}

function headerOf(report: RunReport): string {
  const { run, owner, target, from, to, seconds, scale, hint } = report;
  const about = [`run ${run}`, `resource ${owner}`, ...(target === undefined ? [] : [`target ${target}`])].join(", ");
  const scaled =
    scale === undefined ? "" : `; times are fleet time, which runs ${scale} times as fast as the clock on the wall`;
  const facts = figuresOf(report).map(
    ({ big, small, planned }) =>
      `<li><b>${markup(big)}</b><span>${markup(small)}</span>${planned === undefined ? "" : `<small>${markup(`planned: ${planned}`)}</small>`}</li>`,
  );
  const how = endText(report);
  return [
    `<h1>${markup(headline(report))}</h1>`,
    `<p class="about">${markup(about)}</p>`,
    `<p class="about">${markup(`${moment(from)} to ${moment(to)} UTC, ${lasting(seconds)}${scaled}`)}</p>`,
    `<div class="verdict is-${mood(report)}"><p>${markup(verdictText(report))}</p>${how === "" ? "" : `<p>${markup(how)}</p>`}${hint === undefined ? "" : `<p><b>What to do:</b> ${markup(hint)}</p>`}</div>`,
    `<ul class="facts">${facts.join("")}</ul>`,
  ].join("\n");
}

function timelineBody(report: RunReport, svg: string | undefined): string {
  if (svg === undefined) return "<p>No host was touched.</p>";
  const keys = timelineKeys(report);
  const all = report.hosts.flatMap((host) => host.spans.map((span) => ({ host, span })));
  const rows = all.slice(0, MOST_SPANS).map(({ host, span: { kind, from, to, failed, open } }) => ({
    cells: [
      host.host,
      kind,
      clock(from),
      clock(to),
      lasting(to - from),
      failed ? { text: "failed", bad: true } : open ? "no end on record" : "",
    ],
  }));
  const headings = [
    { title: "host", kind: "name" as const },
    { title: "step" },
    { title: "from", kind: "number" as const },
    { title: "to", kind: "number" as const },
    { title: "took", kind: "number" as const },
    { title: "note" },
  ];
  const more = all.length > MOST_SPANS ? `; ${counted(all.length - MOST_SPANS, "more step")} in the JSON` : "";
  return [
    figure("Timeline", timelineCaption(report), keys, svg),
    folded(
      `The same as a table: ${counted(Math.min(all.length, MOST_SPANS), "step")}${more}`,
      tableOf("Steps of every host", headings, rows),
    ),
  ].join("\n");
}

function figure(name: string, caption: string, keys: readonly (readonly string[])[], svg: string): string {
  const key = keys.map(([kind = "", text = ""]) => `<li><i class="${kind}"></i>${markup(text)}</li>`).join("");
  return `<figure><figcaption>${markup(caption)}</figcaption><ul class="key">${key}</ul>\n<div class="scroll" tabindex="0" role="region" aria-label="${markup(`Chart: ${name}`)}">${svg}</div></figure>`;
}

function planBody({ plan }: RunReport): string {
  if (plan === undefined) return "<p>The journal has no plan of this run.</p>";
  const { id, planned, actual, outOfOrder, changes } = plan;
  const row = (what: string, of: (sums: typeof planned) => string): { cells: string[] } => ({
    cells: [what, of(planned), of(actual)],
  });
  const headings = [
    { title: "what", kind: "name" as const },
    { title: "planned", kind: "number" as const },
    { title: "actual", kind: "number" as const },
  ];
  const rows = [
    row("hosts", ({ hosts }) => hosts.toLocaleString("en")),
    row("moves", ({ moves }) => moves.toLocaleString("en")),
    row("time from the first cordon to the last release", ({ hours }) => lasting(hours * 3600)),
    row("most hosts out at once", ({ out }) => out.toLocaleString("en")),
    row("fullest host in service", ({ fullest }) => (fullest === undefined ? "not seen" : share(fullest))),
  ];
  const order =
    outOfOrder.length === 0
      ? "Hosts began in the planned order."
      : `${counted(outOfOrder.length, "host")} began in another order than planned: ${outOfOrder.slice(0, 20).join(", ")}${outOfOrder.length > 20 ? ", …" : ""}.`;
  const anew = changes.map(({ at, why, id: other }) => ({ cells: [clock(at), why, other] }));
  return [
    `<p>The run began with plan <code>${markup(id)}</code>.</p>`,
    tableOf("Plan against actual", headings, rows),
    `<p>${markup(order)}</p>`,
    changes.length === 0
      ? "<p>It was never planned anew.</p>"
      : folded(
          `Planned anew ${counted(changes.length, "time")}`,
          tableOf(
            "Plans after the first",
            [{ title: "at", kind: "number" }, { title: "why" }, { title: "plan" }],
            anew,
          ),
        ),
  ].join("\n");
}

function fillBody({ fill }: RunReport, svg: string | undefined): string {
  if (svg === undefined) return "<p>The journal does not say how full the hosts were.</p>";
  const step = Math.ceil(fill.length / MOST_FILLS);
  const some = Array.from({ length: Math.ceil(fill.length / step) }, (_, index) =>
    fill.slice(index * step, (index + 1) * step).reduce((most, one) => (one.share > most.share ? one : most)),
  );
  const rows = some.map(({ at, host = "", share: fullest, mean, out }) => ({
    cells: [clock(at), host, share(fullest), share(mean), out],
  }));
  const number = "number" as const;
  const headings = [
    { title: "at", kind: number },
    { title: "fullest host" },
    { title: "full", kind: number },
    { title: "mean", kind: number },
    { title: "not in service", kind: number },
  ];
  const keys = [
    ["fullest", "fullest host in service"],
    ["mean", "mean of the hosts in service"],
  ];
  const caption = "Share of a host's fullest resource; a workload that is on its way counts on both hosts.";
  return [
    figure("Fill", caption, keys, svg),
    folded("The same as a table", tableOf("How full the hosts got", headings, rows)),
  ].join("\n");
}

function testsBody({ regressions, tested, outputs }: RunReport): string {
  const kept =
    outputs.length === 0
      ? ""
      : `<p>What suites said is in ${outputs.map((one) => `<code>${markup(one)}</code>`).join(", ")}.</p>`;
  if (regressions.length === 0)
    return (
      kept +
      (tested ? "<p>All pass at the end.</p>" : "<p>Not tested: no regression tests ran at the end of this run.</p>")
    );
  const said = {
    new: "fails since the roll",
    before: "failed before the roll already",
    flaky: "failed once, then passed",
  };
  const rows = regressions.map(({ name, kind, text = "" }) => ({
    cells: [name, { text: said[kind], bad: kind === "new" }, text],
    grey: kind === "before",
  }));
  return tableOf(
    "Regression tests",
    [{ title: "test", kind: "name" }, { title: "verdict" }, { title: "what it said" }],
    rows,
  );
}

function happenedBody(report: RunReport): string {
  const rows = whatHappened(report).map(({ wall, at, who, what, bad }) => ({
    cells: [at === undefined ? "" : clock(at), wall === undefined ? "" : moment(wall), who, { text: what, bad }],
  }));
  if (rows.length === 0) return "<p>Nothing is on record.</p>";
  const headings = [
    { title: "at", kind: "number" as const },
    { title: "time (UTC)" },
    { title: "who or which host", kind: "name" as const },
    { title: "what" },
  ];
  return tableOf("What happened", headings, rows);
}

function footerOf({ run, journal }: RunReport): string {
  const head = journal.head === undefined ? "" : ` The head of its hash chain is <code>${journal.head}</code>.`;
  return [
    `<p>Made of ${counted(journal.entries, "journal entry").replace(/entrys$/, "entries")}.${head}</p>`,
    `<p><code>npx rolling-patch export ${markup(run)} --out journal.jsonl</code> writes them, <code>npx rolling-patch verify journal.jsonl</code> finds a single byte that was changed.</p>`,
  ].join("\n");
}
