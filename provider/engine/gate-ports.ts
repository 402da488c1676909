import type { TestMoment } from "../core/regressions.ts";
import type { Suite } from "../core/suite.ts";

/** What gates need of the outside world besides checks. */
export interface GatePorts {
  readonly suites: SuiteRunner;
}

/** Runs a suite once. Never throws for one that fails, hangs or reports nonsense; `cancelled` when the signal aborts. */
export interface SuiteRunner {
  run(suite: Suite, about: SuiteRun, signal: AbortSignal): Promise<SuiteResult>;
}

export interface SuiteRun {
  readonly run: string;
  readonly moment: TestMoment;
  /** 2: once more, to tell flaky tests from broken ones. */
  readonly round: 1 | 2;
}

export interface SuiteResult {
  /** Failing tests that it reported, by name. */
  readonly failing: readonly string[];
  /** Why it failed as a whole, in one line; absent when only its tests count. */
  readonly broken?: string;
  /** What else a person should know: a report that could not be read. */
  readonly note?: string;
  /** File that holds what it has said. */
  readonly output?: string;
}
