import { RollError } from "../../core/errors.ts";
import type { FleetRecord } from "../../core/record.ts";
import { log, type World } from "./world.ts";
import { loseAnswer, refuseCall } from "./world-faults.ts";

/** The fleet record and its version; undefined when there is none yet. */
export function readRecord(world: World): World["record"] {
  const stored = world.record;
  const format: unknown = stored?.record.format;
  if (stored !== undefined && format !== 1) {
    throw new RollError("failed", `The fleet record has format ${String(format)}, this version reads format 1.`, {
      hint: "Use the version of pulumi-rolling-patch that wrote it, or a newer one.",
    });
  }
  return stored;
}

/** Compare-and-set: `version` must be the current one, 0 for none yet. Returns the new version. */
export function writeRecord(world: World, record: FleetRecord, version: number): number {
  refuseCall(world, "write record", { hosts: [] });
  const current = world.record?.version ?? 0;
  const trace = { by: "run", what: "write record", token: record.lease?.token } as const;
  if (version !== current) {
    log(world, { ...trace, outcome: "refused" });
    const message = `The fleet record has changed: it is at version ${current}, not ${version}.`;
    throw new RollError("conflict", message, { hint: "Read it again and decide anew." });
  }
  // Heartbeats would flood the log.
  if (world.record?.record.lease?.token !== record.lease?.token) log(world, { ...trace, outcome: "done" });
  world.record = { record, version: current + 1 };
  loseAnswer(world, "write record", "end", { hosts: [] });
  return current + 1;
}
