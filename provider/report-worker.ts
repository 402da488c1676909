import { resolve } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { isRollError } from "./core/errors.ts";
import { openJournal } from "./engine/journal.ts";
import { writeOwn } from "./files.ts";
import { reportFrom, writeReport } from "./lifecycle/report/files.ts";

/** Writes the report of a run from its journal, beside the roll: drawing a large fleet must not hold up a heartbeat. */
export interface ReportTask {
  readonly project: string;
  readonly folder: string;
  readonly run: string;
}

const { project, folder, run } = workerData as ReportTask;
try {
  const journal = openJournal(resolve(project, folder));
  try {
    await writeReport((path, text) => writeOwn(project, path, text), folder, reportFrom(journal, run));
  } finally {
    journal.close();
  }
  parentPort?.postMessage({});
} catch (error) {
  if (!isRollError(error)) throw error;
  parentPort?.postMessage({ problem: error.advice });
}
