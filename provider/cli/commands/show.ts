import { endingText } from "../../lifecycle/render/roll.ts";
import { type ExitCode, exit } from "../exit.ts";
import { findRun, withJournal } from "../journal.ts";
import { timeline } from "../timeline.ts";
import type { CliWorld } from "../world.ts";

export interface ShowOptions {
  /** Only what concerns this host. */
  readonly host?: string;
  /** Every entry, intents and results apart. */
  readonly all?: boolean;
  /** One JSON object per line, as recorded. */
  readonly json?: boolean;
}

/** What one run did, act for act. */
export function show(
  world: CliWorld,
  asked: string | undefined,
  { host, all = false, json = false }: ShowOptions,
): ExitCode {
  withJournal(world, (journal) => {
    const run = findRun(journal, asked);
    const entries = journal.entries(run).filter((entry) => host === undefined || entry.host === host);
    if (json) {
      for (const entry of entries) world.out(JSON.stringify(entry));
      return;
    }
    const memory = journal.memory(run);
    world.out(
      `run ${run}${memory === undefined ? "" : ` of ${memory.owner} to ${memory.baseline.replace(/^version=/, "")}`}`,
    );
    for (const line of timeline(entries, { all })) world.out(line);
    if (memory !== undefined) {
      world.out(
        `run ${run} ${memory.ending === undefined ? "has not ended: it goes on, or its process has died" : endingText(memory.ending)}`,
      );
    }
  });
  return exit.ok;
}
