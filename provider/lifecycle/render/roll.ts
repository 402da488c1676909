import { withoutName } from "../../core/errors.ts";
import type { Fleet } from "../../core/fleet.ts";
import { levelChange } from "../../core/levels.ts";
import { own } from "../../core/own.ts";
import type { Ending, RunMemory } from "../../core/run.ts";
import type { News } from "../../engine/news.ts";
import { table, wrapped } from "./table.ts";

/** `h3 2/4 evacuating 5 of 9`: one act in one line. */
export function newsLine({ host, position, text }: News): string {
  const place = position === undefined ? "" : `${position.index}/${position.of}`;
  return [host, place, host === undefined ? text : withoutName(text, host)]
    .filter((part) => part !== undefined && part !== "")
    .join(" ");
}

/** What became of every host that the run had to do with, and how it ended. */
export function closingText(before: Fleet, after: Fleet, run: RunMemory, ending: Ending): string {
  const was = new Map(before.hosts.map((host) => [host.id, host.level]));
  const rows = after.hosts.flatMap((host) => {
    const what = outcome(host.id, run, after);
    const from = was.get(host.id) ?? "new";
    return what === undefined ? [] : [[host.id, levelChange(from, host.level), what]];
  });
  const lines = rows.length === 0 ? [] : table([{ title: "host" }, { title: "level" }, { title: "outcome" }], rows);
  return [...lines, ...wrapped(`run ${run.id} ${endingText(ending)}`, "")].join("\n");
}

/** "done: 6 hosts rolled", "halted: … What to do." */
export function endingText(ending: Ending): string {
  switch (ending.kind) {
    case "done":
      return `is done: ${ending.note}`;
    case "paused":
      return `is paused: ${ending.note}. The next \`pulumi up\` goes on.`;
    case "halted":
      return `is halted${ending.sticky ? " until a person decides" : ""}: ${sentence(ending.reason)} ${ending.hint}`;
  }
}

/** A text with a full stop at its end. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function outcome(id: string, run: RunMemory, fleet: Fleet): string | undefined {
  const host = fleet.hosts.find((one) => one.id === id);
  const failed = own(run.hosts, id)?.failed;
  if (failed !== undefined) return `failed to ${failed.step}, stays out: ${withoutName(failed.why, id)}`;
  if (run.convicted.includes(id)) return "does not serve as before the patch";
  if (host?.mark !== undefined && host.mark.run === run.id)
    return host.cordoned ? "out, empty or on its way" : "back in service, not released";
  return run.done.includes(id) ? "rolled" : undefined;
}
