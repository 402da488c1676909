import type { Surroundings } from "../lifecycle/surroundings.ts";

/** What a command may touch; tests hand in another one. */
export interface CliWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here. */
  readonly cwd: string;
  /** Prints whole lines: results on the standard output, everything else on the error output. */
  out(text: string): void;
  err(text: string): void;
  /** Shows a file in a browser; `failed` is called when none can be started. */
  open?(path: string, failed: () => void): void;
  /** Drivers, clocks and files of a project folder, as the lifecycle takes them. `stop`: asks a roll for a safe point. */
  around(project: string, say: Surroundings["say"], stop: AbortSignal): Surroundings;
  /** Calls back whenever the process is asked to end (Ctrl-C, SIGTERM), instead of ending. Returns what undoes that. */
  onInterrupt(callback: () => void): () => void;
}
