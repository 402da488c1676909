/** Run as a process of its own: appends entries to the journal in argv[2] as fast as it can, saying the number of each one that was acknowledged. */
import { writeSync } from "node:fs";
import { openJournal } from "../../provider/engine/journal.ts";

const journal = openJournal(process.argv[2] ?? "");
const run = `run-${process.pid}`;
for (let i = 1; ; i++) {
  journal.append({ run, at: i, kind: "intent", host: `h${i % 8}`, data: { number: i } });
  writeSync(1, `${i}\n`);
}
