import { Worker } from "node:worker_threads";
import type { ReportTask } from "./report-worker.ts";

/** Longest that a report may take, process time. */
const DEADLINE = 120_000;

/** Writes the report of a run in a thread of its own. Rejects with a message for people; whatever happens there, this process goes on. */
export function writeBeside(task: ReportTask): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const file = import.meta.url.endsWith(".ts") ? "./report-worker.ts" : "./report-worker.js";
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: task,
    // Neither the credentials nor the options of this process are its business.
    env: {},
    execArgv: ["--disable-warning=ExperimentalWarning"],
    resourceLimits: { maxOldGenerationSizeMb: 2_048 },
  });
  const timer = setTimeout(() => reject(new Error("it took longer than two minutes.")), DEADLINE);
  worker.once("message", ({ problem }: { problem?: string }) => {
    if (problem === undefined) resolve();
    else reject(new Error(problem));
  });
  worker.once("error", reject);
  worker.once("exit", (code) => reject(new Error(`its thread ended with ${code}.`)));
  return promise.finally(() => {
    clearTimeout(timer);
    return worker.terminate();
  });
}
