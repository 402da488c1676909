import { RollError } from "../core/errors.ts";
import { journalExists, openJournal } from "../engine/journal.ts";
import type { Journal } from "../engine/ports.ts";
import { ownFolder } from "./target.ts";
import type { CliWorld } from "./world.ts";

/** Reads this project's journal. Throws `invalid` when there is none: reading must not begin one. */
export function withJournal<T>(world: CliWorld, read: (journal: Journal) => T): T {
  const folder = ownFolder(world);
  if (!journalExists(folder)) {
    throw new RollError("invalid", `There is no journal in ${folder}.`, {
      hint: "Run this in the project folder of a stack that has rolled on this machine, or set ROLLING_PATCH_DIR.",
    });
  }
  const journal = openJournal(folder);
  try {
    return read(journal);
  } finally {
    journal.close();
  }
}

/** The run with this id, or whose id alone starts so; without one the newest. Throws `invalid` naming those there are. */
export function findRun(journal: Journal, asked: string | undefined): string {
  const runs = journal.runs().map(({ run }) => run);
  const found =
    asked === undefined
      ? runs.slice(0, 1)
      : runs.includes(asked)
        ? [asked]
        : runs.filter((run) => run.startsWith(asked));
  if (found.length === 1 && found[0] !== undefined) return found[0];
  const some = found.length > 1 ? found : runs;
  const hint =
    some.length === 0
      ? "Nothing was rolled from here yet."
      : `There ${some.length === 1 ? "is" : "are"} ${some.slice(0, 5).join(", ")}${some.length > 5 ? ", …" : ""}.`;
  throw new RollError(
    "invalid",
    found.length > 1
      ? `Several runs start with ${asked}.`
      : `The journal knows no run ${asked ?? ""}.`.replace(" .", "."),
    { hint },
  );
}
