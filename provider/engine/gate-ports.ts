import type { Hook, HookMoment } from "../core/hook.ts";
import type { Notice, Receiver } from "../core/notice.ts";
import type { TestMoment } from "../core/regressions.ts";
import type { Ending } from "../core/run.ts";
import type { Silence } from "../core/silence.ts";
import type { Suite } from "../core/suite.ts";

/** What gates need of the outside world besides checks. */
export interface GatePorts {
  readonly suites: SuiteRunner;
  readonly hooks: HookRunner;
  readonly silences: Silencer;
  readonly notices: Notifier;
}

/** Alert silences. Both are safe to call twice, take a bounded time, and return what went wrong in a few words. */
export interface Silencer {
  /** Creates the silence of a host, or extends it. `mark`: its comment, by which it is found again. */
  hold(silence: Silence, host: string, mark: string, signal: AbortSignal): Promise<string | undefined>;
  end(alertmanager: string, mark: string, signal: AbortSignal): Promise<string | undefined>;
}

/** Tells one receiver, in a bounded time; returns what went wrong in a few words, without any secret. */
export interface Notifier {
  send(receiver: Receiver, notice: Notice, signal: AbortSignal): Promise<string | undefined>;
}

/** Runs a hook once, with its message on the standard input. Never throws for one that fails; `cancelled` when the signal aborts. */
export interface HookRunner {
  run(
    hook: Hook,
    message: HookMessage,
    signal: AbortSignal,
  ): Promise<{ readonly passed: boolean; readonly evidence: string }>;
}

/** What a hook reads. Plain JSON without secrets. */
export interface HookMessage {
  readonly hook: string;
  readonly at: HookMoment;
  readonly run: string;
  /** `project/stack/name`. */
  readonly owner: string;
  /** Canonical target URI. */
  readonly target: string;
  /** The declared level. */
  readonly level: string;
  /** Hosts that the run has rolled so far. */
  readonly done: readonly string[];
  /** Before the roll: hosts that are below the level. */
  readonly drifted?: readonly string[];
  /** The host that is about to go out, or is back. */
  readonly host?: { readonly id: string; readonly level: string; readonly wanted: string };
  /** After the roll: how it ended. */
  readonly ending?: Ending;
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
