import type { Inputs } from "../core/inputs.ts";
import type { Target } from "../core/target.ts";
import type { GatePorts } from "../engine/gate-ports.ts";
import type { News } from "../engine/news.ts";
import type { CheckRunner, Clock, Driver, Journal, Meter } from "../engine/ports.ts";

/** Everything outside that the lifecycle needs; a door hands it in. Nothing here is opened or locked before it is used. */
export interface Surroundings {
  /** Throws RollErrors: `invalid` (no such fleet), `unavailable`, `denied`, `failed` (cannot be read). */
  openDriver(target: Target): Promise<Driver>;
  openJournal(): Journal;
  readonly checks: CheckRunner;
  /** Undefined: nothing is probed. Throws a RollError `invalid` for a probe that the platform cannot serve. */
  openMeter(probes: Inputs["probes"], driver: Driver): Meter | undefined;
  readonly gates: GatePorts;
  /** Process time. */
  readonly process: Clock;
  /** Wall clock, ISO 8601. */
  wall(): string;
  /** One or more whole lines for people. Holds no secrets. */
  say(text: string, severity?: "info" | "warning"): void;
  /** What an act is at, in a few words; each replaces the one before. Absent: nobody could see it. */
  progress?(text: string): void;
  /** A line about a roll, as data. Absent: it is said or shown as progress, as one line. */
  tell?(line: News): void;
  readonly files: Files;
  /** Writes the report of a run from its journal, beside what this process does. Rejects with a message for people. Absent: nobody wants one. */
  report?(run: string): Promise<void>;
  /** For people: "anna@laptop, process 4711". */
  readonly holder: string;
  /** Unique to this process. */
  readonly instance: string;
  newRunId(): string;
  /** Aborts when nobody watches any more (the reason is then `"engine"`) or a stop is asked for. */
  readonly stop: AbortSignal;
}

/** Files beside the project. Paths are as people should see them. */
export interface Files {
  /** Folder of journal, inputs and plans: `.rolling-patch`. */
  readonly folder: string;
  /** Where the plan goes instead of the folder (`ROLLING_PATCH_PLAN_OUT`). */
  readonly planOut: string | undefined;
  /** A path as it can be typed in any folder: absolute, and quoted for a shell where it has to be. */
  typed(path: string): string;
  /** Writes a file that only its owner may read, with its folders. Throws RollErrors that name the file. */
  write(path: string, text: string): void;
}
