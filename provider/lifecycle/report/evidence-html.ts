import { markup } from "../render/escape.ts";
import { counted } from "../render/words.ts";
import type { HostReport, RunReport } from "./schema.ts";
import { tableOf } from "./tables.ts";
import { bootsText, clock, lasting, levelText, outcomeText, proofText } from "./words.ts";

/** Moves that the page lists; the JSON has all. */
const MOST_MOVES = 12_000;
/** Hosts of the table; the JSON has all. */
const MOST_HOSTS = 2_000;

/** What became of every host and what proves it, then each one's steps, moves, tries and checks, folded away. */
export function evidence({ hosts }: RunReport): string {
  if (hosts.length === 0) return "<p>No host is on record.</p>";
  const shown = hosts.slice(0, MOST_HOSTS);
  const rows = shown.map((host) => ({
    cells: [
      host.host,
      { text: outcomeText(host), bad: BAD.includes(host.outcome) },
      levelText(host),
      proofText(host),
      bootsText(host),
      host.checks.length,
      host.tries.length,
      host.begins === undefined ? "" : clock(host.begins),
      host.begins === undefined || host.ends === undefined ? "" : lasting(host.ends - host.begins),
    ],
    grey: host.outcome === "not begun",
  }));
  const number = "number" as const;
  const headings = [
    { title: "host", kind: "name" as const },
    { title: "outcome" },
    { title: "level" },
    { title: "verified" },
    { title: "boot id" },
    { title: "checks", kind: number },
    { title: "failed tries", kind: number },
    { title: "out at", kind: number },
    { title: "for", kind: number },
  ];
  let left = MOST_MOVES;
  const details = shown
    .filter(({ spans }) => spans.length > 0)
    .map((host) => {
      const listed = host.moves.length <= left;
      if (listed) left -= host.moves.length;
      return hostDetails(host, listed);
    });
  const more = hosts.length - shown.length;
  return [
    tableOf("Evidence per host", headings, rows),
    ...(more > 0 ? [`<p class="hint">${counted(more, "more host")} in the JSON.</p>`] : []),
    ...details,
  ].join("\n");
}

const BAD: readonly HostReport["outcome"][] = ["failed", "convicted", "released below the level"];

function hostDetails(host: HostReport, listed: boolean): string {
  const { moves, tries, checks, waits, planned, warnings, logs } = host;
  const failed = moves.filter(({ took }) => took === undefined).length;
  const parts = [
    ...(planned === undefined
      ? []
      : [part("Planned", [`${lasting(planned.ends - planned.begins)} out, ${counted(planned.moves, "move")}`])]),
    ...(warnings.length === 0 ? [] : [part("Known before it was patched", warnings)]),
    ...(checks.length === 0
      ? []
      : [
          part(
            "Checks that passed",
            checks.map(({ at, name, evidence: said }) => `${at}: ${name}: ${said}`),
          ),
        ]),
    ...(tries.length === 0
      ? []
      : [
          part(
            "Failed tries",
            tries.map(({ at, step, why, final }) => `${clock(at)} ${step}: ${why}${final ? " (no further try)" : ""}`),
          ),
        ]),
    ...(waits === 0 ? [] : [part("Waited", [`${counted(waits, "time")} for the world to come to rest`])]),
    ...(moves.length === 0 || !listed
      ? []
      : [
          part(
            "Moves",
            moves.map(
              ({ workload, to, step, from, took }) =>
                `${clock(from)} ${workload} → ${to}${step === "put back" ? " (put back)" : ""}${took === undefined ? ", did not end well" : `, ${lasting(took)}`}`,
            ),
          ),
        ]),
  ];
  parts.push(...logs.map((log) => logOf(log)));
  if (parts.length === 0) return "";
  const about = `${counted(moves.length, "move")}${failed === 0 ? "" : `, ${failed} failed`}${listed ? "" : ", listed in the JSON"}`;
  return `<details class="host"><summary><bdi>${markup(host.host)}</bdi> <span>${markup(about)}</span></summary>${parts.join("")}</details>`;
}

/** A log is long: folded away by itself. */
function logOf({ at, tool, text }: HostReport["logs"][number]): string {
  return `<details class="log"><summary>${markup(`${clock(at)} log: ${tool}`)}</summary><pre>${markup(text)}</pre></details>`;
}

function part(title: string, lines: readonly string[]): string {
  return `<h3>${markup(title)}</h3><ul>${lines.map((line) => `<li>${markup(line)}</li>`).join("")}</ul>`;
}
