import { runOutput } from "../../lifecycle/outputs.ts";
import { columns } from "../columns.ts";
import { type ExitCode, exit } from "../exit.ts";
import { withJournal } from "../journal.ts";
import type { CliWorld } from "../world.ts";

export interface RunsOptions {
  readonly json?: boolean;
}

/** The runs that this machine knows of, newest first. */
export function runs(world: CliWorld, { json = false }: RunsOptions): ExitCode {
  const known = withJournal(world, (journal) =>
    journal.runs().map(({ run, from, to, entries }) => {
      const memory = journal.memory(run);
      const { outcome, reason, summary } = memory === undefined ? unremembered : runOutput(memory);
      return {
        run,
        baseline: memory?.baseline ?? "",
        owner: memory?.owner ?? "",
        from,
        to,
        entries,
        outcome,
        reason,
        summary,
      };
    }),
  );
  if (json) world.out(JSON.stringify(known, null, 2));
  else if (known.length === 0) world.out("No run yet.");
  else {
    const heads = [
      { title: "run" },
      { title: "from" },
      { title: "to" },
      { title: "level" },
      { title: "outcome" },
      { title: "" },
    ];
    const rows = known.map(({ run, from, to, baseline, outcome, summary, reason }) => [
      run,
      minute(from),
      minute(to),
      baseline.replace(/^version=/, ""),
      outcome,
      [summary, reason].filter((part) => part !== "").join("; "),
    ]);
    for (const line of columns(heads, rows)) world.out(line);
  }
  return exit.ok;
}

const unremembered = { outcome: "unfinished", reason: "", summary: "" };

/** "2026-03-01 10:04", UTC. */
function minute(iso: string): string {
  return iso.slice(0, 16).replace("T", " ");
}
