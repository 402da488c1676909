import type { Act } from "../core/act.ts";
import { readable } from "../core/duration.ts";
import { impactWords } from "../core/impact-words.ts";
import type { RunEvent } from "../core/reduce.ts";
import type { StoredEntry } from "../engine/ports.ts";
import { columns } from "./columns.ts";

/**
 * Entries of one run as lines: wall clock (UTC), fleet time since the first entry, host, what happened. An act is one line with
 * how long it took (fleet time), unless `all` asks for every entry.
 */
export function timeline(entries: readonly StoredEntry[], { all = false }: { all?: boolean } = {}): string[] {
  const start = entries[0]?.at ?? 0;
  const told = entries.filter(({ kind }) => !DETAIL.includes(kind));
  const rows = (all ? entries.map((entry) => ({ entry, text: words(entry) })) : folded(told)).map(({ entry, text }) => [
    entry.wall.slice(0, 19).replace("T", " "),
    `+${readable(Math.max(0, entry.at - start))}`,
    entry.host ?? "",
    text,
  ]);
  return columns(
    [{ title: "time (UTC)" }, { title: "fleet time", align: "right" }, { title: "host" }, { title: "" }],
    rows,
  );
}

/** Kept for the report of the run; `--all` shows them as they are. */
const DETAIL: readonly string[] = ["claimed", "followed", "observed", "phase"];

interface Line {
  readonly entry: StoredEntry;
  text: string;
}

/** Intent and result of an act on one line, where the intent stands. */
function folded(entries: readonly StoredEntry[]): Line[] {
  const open = new Map<string, Line>();
  const lines: Line[] = [];
  for (const entry of entries) {
    const { act } = entry.data as Partial<Recorded>;
    const key = JSON.stringify(act);
    const begun = open.get(key);
    if ((entry.kind === "did" || entry.kind === "tried") && act !== undefined && begun !== undefined) {
      const took = readable(entry.at - begun.entry.at);
      begun.text =
        entry.kind === "did"
          ? `${actWords(act)}${took === "0 s" ? "" : `, took ${took}`}`
          : `${actWords(act)}: after ${took}, ${words(entry)}`;
      open.delete(key);
      continue;
    }
    const line = { entry, text: words(entry) };
    if ((entry.kind === "began" || entry.kind === "stopping") && act !== undefined) {
      line.text = `${actWords(act)} (no result on record)`;
      open.set(key, line);
    }
    // The act that was done says the same.
    if (entry.kind !== "passed" || (act?.name !== "check" && act?.name !== "stage")) lines.push(line);
  }
  return lines;
}

/** What an entry says, in words. A kind that this version does not know is shown as it is. */
function words({ kind, data }: StoredEntry): string {
  const known = data as Partial<Recorded>;
  const act = known.act === undefined ? "" : actWords(known.act);
  if (kind === "did") return `done: ${act}`;
  const event = { ...known, kind } as RunEvent;
  switch (event.kind) {
    case "planned":
      return `plan ${event.plan}${event.canaries.length > 0 ? `, canary ${event.canaries.join(", ")}` : ""}`;
    case "began":
      return `begins: ${act === "" ? event.step : act}`;
    case "passed":
      return `passed: ${event.step}`;
    case "tried":
      return `failed try: ${event.step}: ${event.why}${event.final ? " (no further try)" : ""}`;
    case "stopping":
      return `begins: shut down ${event.workload}`;
    case "started":
      return `runs again: ${event.workload}`;
    case "failed":
      return `FAILED: ${event.step}: ${event.why}`;
    case "released":
      return event.atLevel ? "released, at the level" : "released, not at the level";
    case "canary passed":
      return "the canary has passed";
    case "convicted":
      return `CONVICTED: ${event.why}`;
    case "tested":
      return testedWords(event);
    case "awaits":
      return `waits for an approval at the gate "${event.gate}" (${event.people === 1 ? "" : `${event.people} people, `}${event.why})`;
    case "approved":
      return `approved at the gate "${event.gate}" by ${event.by.join(", ")}`;
    case "halt":
      return `HALT${event.sticky ? " until a person decides" : ""}: ${event.reason}`;
    case "resumed":
      return "taken up again";
    case "ended":
      return `ended: ${event.ending.kind}`;
    default:
      return impactWords(event, {})?.text ?? `${kind} ${JSON.stringify(data)}`;
  }
}

function testedWords({ moment, failures, flaky = [], outputs = [] }: RunEvent & { kind: "tested" }): string {
  const when = { before: "before the first host", canary: "after the canary", after: "at the end" }[moment];
  return [
    `regression tests ${when}: ${failures.length === 0 ? "all pass" : `failing: ${failures.join(", ")}`}`,
    ...(flaky.length > 0 ? [`flaky: ${flaky.join(", ")}`] : []),
    ...(outputs.length > 0 ? [`what they said: ${outputs.join(", ")}`] : []),
  ].join("; ");
}

interface Recorded {
  readonly act: Act;
}

function actWords(act: Act): string {
  switch (act.name) {
    case "migrate":
      return `migrate ${act.workload} to ${act.to} (${act.step})`;
    case "stop":
      return `shut down ${act.workload}`;
    case "start":
      return `start ${act.workload}`;
    case "check":
      return `${act.at} checks`;
    case "hooks":
      return act.at;
    case "await":
      return "wait until it answers";
    case "regression tests":
      return `regression tests ${act.moment}`;
    default:
      return act.name;
  }
}
