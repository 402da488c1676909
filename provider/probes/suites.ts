import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { globSync } from "tinyglobby";
import { readable } from "../core/duration.ts";
import { RollError } from "../core/errors.ts";
import type { Suite } from "../core/suite.ts";
import type { SuiteResult, SuiteRun, SuiteRunner } from "../engine/gate-ports.ts";
import type { Clock } from "../engine/ports.ts";
import { since } from "./answer.ts";
import { evidence, tail } from "./evidence.ts";
import { type Report, readJUnit } from "./junit.ts";
import { KeptOutput } from "./kept-output.ts";
import { within } from "./limit.ts";
import { runProgram } from "./program.ts";
import { TapReader } from "./tap.ts";

/** Characters of an output that are shown. */
const SHOWN = 240;
/** Bytes of all report files of one run that are read. */
const LARGEST = 64 * 1024 * 1024;

/** Runs suites in the working directory. `folder`: where what they say is kept, beside the journal. */
export function suiteRunner(clock: Clock, folder: string, cwd = "."): SuiteRunner {
  return {
    async run(suite, about, signal) {
      const result = await within(clock, suite.timeout, signal, (limit) =>
        once(suite, about, { clock, folder, cwd }, limit),
      );
      if (signal.aborted)
        throw new RollError("cancelled", `The suite "${suite.name}" was cancelled.`, { cause: signal.reason });
      return result;
    },
  };
}

interface Place {
  readonly clock: Clock;
  readonly folder: string;
  readonly cwd: string;
}

async function once(suite: Suite, about: SuiteRun, place: Place, limit: AbortSignal): Promise<SuiteResult> {
  const { clock, cwd } = place;
  const [program = "", ...args] = suite.command;
  const reports = suite.junit === undefined ? undefined : new ReportFiles(suite.junit, cwd);
  const tap = suite.tap ? new TapReader() : undefined;
  const kept = new KeptOutput(join(place.folder, "output", fileOf(suite, about)));
  const started = clock.now();
  const heard = (chunk: Buffer, stream: "out" | "err"): void => {
    kept.heard(chunk);
    if (stream === "out") tap?.heard(chunk);
  };
  const extra = { ROLLING_PATCH_RUN: about.run, ROLLING_PATCH_MOMENT: about.moment };
  const end = await runProgram({ program, args, env: suite.env, extra, heard }, clock, limit);
  const words = `${end.words} after ${since(clock, started)}`;
  const path = kept.end(words);
  const output = path === undefined ? {} : { output: path };
  if (limit.aborted) {
    const why = `it had not ended after ${readable(suite.timeout)} and was killed`;
    return { failing: [], broken: withTail(why, end.said), ...output };
  }
  const result = judged(end.code, words, end.said, tap?.end() ?? reports?.read());
  // Names come from outside: one line each, without what looks like a secret.
  return { ...result, failing: result.failing.map(evidence), ...output };
}

/** The report counts where there is one that can be read; the exit code otherwise, and where it is worse. */
function judged(code: number | null, words: string, said: string, report: Report | undefined): SuiteResult {
  if (report === undefined) return code === 0 ? { failing: [] } : { failing: [], broken: withTail(words, said) };
  if ("problem" in report) {
    const note = `wrote a report that cannot be used (${report.problem}); its exit code counts`;
    return code === 0 ? { failing: [], note } : { failing: [], note, broken: withTail(words, said) };
  }
  if (report.failing.length > 0 || code === 0) return { failing: report.failing };
  return { failing: [], broken: withTail(`${words}, though none of its ${report.tests} reported tests failed`, said) };
}

function withTail(words: string, said: string): string {
  return said.trim() === "" ? words : `${words}: ${tail(said, SHOWN)}`;
}

/** "20260105-0800-a1b2-shop-canary-again.log". */
function fileOf({ name }: Suite, { run, moment, round }: SuiteRun): string {
  const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const parts = [run, slug, moment, ...(round === 2 ? ["again"] : [])];
  return `${parts.join("-").replace(/[^\w.-]/g, "-")}.log`;
}

/** Files that match a pattern and that were written since this was made. */
class ReportFiles {
  readonly #pattern: string;
  readonly #cwd: string;
  readonly #before: ReadonlyMap<string, string>;

  constructor(pattern: string, cwd: string) {
    this.#pattern = pattern;
    this.#cwd = cwd;
    this.#before = new Map(this.#found());
  }

  read(): Report {
    const fresh = this.#found().filter(([path, state]) => this.#before.get(path) !== state);
    if (fresh.length === 0) return { problem: `no file ${this.#pattern} was written` };
    const failing: string[] = [];
    let [tests, size] = [0, 0];
    for (const [path] of fresh) {
      const xml = readFileSync(path, "utf8");
      size += xml.length;
      if (size > LARGEST) return { problem: `${this.#pattern} holds more than ${LARGEST / 1024 / 1024} MiB` };
      const report = readJUnit(xml);
      if ("problem" in report) return { problem: `${path}: ${report.problem}` };
      failing.push(...report.failing);
      tests += report.tests;
    }
    return { failing, tests };
  }

  /** Path and state of every file that matches. */
  #found(): [string, string][] {
    const paths = globSync(this.#pattern, { cwd: this.#cwd, absolute: true, dot: true, expandDirectories: false });
    return paths.sort().flatMap((path): [string, string][] => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat === undefined ? [] : [[path, `${stat.mtimeMs} ${stat.size} ${stat.ino}`]];
    });
  }
}
