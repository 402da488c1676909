import type { Claimed } from "../../engine/chronicle.ts";
import type { StoredEntry } from "../../engine/ports.ts";
import { textOf, textsOf } from "./fields.ts";
import type { RunReport } from "./schema.ts";
import type { Since } from "./stories.ts";

type Person = RunReport["people"][number];

/** Who had a hand in the run, and when, by the clock on the wall. */
export function peopleOf(entries: readonly StoredEntry[], since: Since, claims: readonly Claimed[]): Person[] {
  const told = new Map<string, Person>();
  const tell = (person: Person): void => {
    const key = `${person.wall} ${person.who} ${person.what}`;
    if (!told.has(key)) told.set(key, person);
  };
  for (const { of, id, gate, by, at } of claims.flatMap(({ approvals }) => approvals)) {
    const what = {
      halt: `acknowledged the halt of run ${id}`,
      plan: `approved plan ${id}`,
      gate: `approved the gate "${gate ?? ""}" of run ${id}`,
    }[of];
    tell({ wall: at, who: by, what });
  }
  let begun = false;
  for (const entry of entries) {
    const when = { wall: entry.wall, at: since(entry) };
    if (entry.kind === "claimed") {
      tell({
        ...when,
        who: textOf(entry.data, "holder") ?? "unknown",
        what: begun ? "took the run up again" : "began the run",
      });
      begun = true;
    }
    if (entry.kind === "approved")
      for (const who of textsOf(entry.data, "by"))
        tell({ ...when, who, what: `has let pass the gate "${textOf(entry.data, "gate") ?? ""}"` });
  }
  return [...told.values()].sort((a, b) => (a.wall < b.wall ? -1 : a.wall > b.wall ? 1 : 0));
}
