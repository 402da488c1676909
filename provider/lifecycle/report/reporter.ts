import type { Clock, Journal } from "../../engine/ports.ts";
import type { Surroundings } from "../surroundings.ts";

/** Between two writings, process time. */
const EVERY = 10_000;
/** The time that a writing took is at most this part of the time to the next: a large fleet's report must not slow its roll. */
const PART = 20;

/**
 * Keeps the report of a run up to date while it goes on: soon after its first entry, then at most every ten seconds, and at the end. What cannot
 * be written is said once and stops nothing.
 */
export class Reporter {
  readonly #write: (run: string) => Promise<void>;
  readonly #process: Clock;
  readonly #say: Surroundings["say"];
  readonly #over = new AbortController();
  #run: string | undefined;
  #isStale = false;
  #loop: Promise<void> | undefined;
  #hasFailed = false;

  constructor({ process, say }: Pick<Surroundings, "process" | "say">, write: (run: string) => Promise<void>) {
    this.#write = write;
    this.#process = process;
    this.#say = say;
  }

  /** The journal, every entry of which makes the report stale. */
  watching(journal: Journal): Journal {
    return {
      append: (entry) => {
        journal.append(entry);
        this.#note(entry.run);
      },
      runs: () => journal.runs(),
      entries: (run) => journal.entries(run),
      memory: (run) => journal.memory(run),
      remember: (memory) => journal.remember(memory),
      keepSlices: (run, slices) => journal.keepSlices(run, slices),
      slices: (run) => journal.slices(run),
      close: () => journal.close(),
    };
  }

  /** Writes what is left to write. Returns the run that was reported, if there was one. */
  async end(): Promise<string | undefined> {
    this.#over.abort();
    await this.#loop;
    if (this.#run !== undefined && this.#isStale) await this.#once(this.#run);
    return this.#hasFailed ? undefined : this.#run;
  }

  #note(run: string): void {
    this.#run = run;
    this.#isStale = true;
    this.#loop ??= this.#keepWriting().finally(() => {
      this.#loop = undefined;
    });
  }

  async #keepWriting(): Promise<void> {
    // Later in this turn the first entries are written as well.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#isStale && this.#run !== undefined && !this.#over.signal.aborted) {
      const began = this.#process.now();
      await this.#once(this.#run);
      const pause = Math.max(EVERY, PART * (this.#process.now() - began));
      await this.#process.sleep(pause, this.#over.signal).catch(() => {});
    }
  }

  async #once(run: string): Promise<void> {
    this.#isStale = false;
    try {
      await this.#write(run);
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed)
        this.#say(
          `The report was not written: ${error instanceof Error ? error.message : String(error)} The roll goes on; \`npx rolling-patch report ${run}\` writes it later.`,
          "warning",
        );
      this.#hasFailed = true;
    }
  }
}

/** The reporter of a process; where nobody wants reports it writes none. */
export function reporterFor(around: Surroundings): Pick<Reporter, "watching" | "end"> {
  const { report } = around;
  if (report !== undefined) return new Reporter(around, (run) => report(run));
  return { watching: (journal) => journal, end: async () => undefined };
}
