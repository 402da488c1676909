import type { ApprovalGate, Awaited } from "./approval.ts";
import { withHost, withoutHost } from "./host-memory.ts";
import { own } from "./own.ts";
import { type ImpactEvent, impactAfresh, measured, released, watchedAfresh } from "./reduce-impact.ts";
import { MOST_NAMES, type TestMoment } from "./regressions.ts";
import { type Ending, type HostMemory, noImpact, type Passable, type RunMemory, type Step } from "./run.ts";

/** What happened in a run. Plain JSON: the journal keeps every one, the fleet record keeps their fold. */
export type RunEvent =
  | {
      readonly kind: "planned";
      readonly plan: string;
      readonly canaries: readonly string[];
      /** Hosts that are to be measured in full, canaries included; absent: nothing is measured. */
      readonly judged?: readonly string[];
      /** Hosts of the plan. */
      readonly hosts?: number;
    }
  /** Intent of a step; written before the act. */
  | {
      readonly kind: "began";
      readonly host: string;
      readonly step: Step;
      readonly facts?: Partial<Pick<HostMemory, "homes" | "drainSince" | "bootBefore" | "bootConvicted">>;
      /** Of a remediation: the level before it. */
      readonly level?: string;
      /** Of a remediation that is measured: fleet time. */
      readonly at?: number;
    }
  | {
      readonly kind: "passed";
      readonly host: string;
      readonly step: Passable;
      readonly boot?: string;
      /** Evidence, for reports: it is not remembered. */
      readonly proof?: Proof;
      readonly checks?: readonly { readonly name: string; readonly evidence: string }[];
    }
  | {
      readonly kind: "tried";
      readonly host: string;
      readonly step: Step;
      readonly why: string;
      readonly notBefore: number;
      readonly final: boolean;
    }
  /** The world was in motion: look again after a moment; no try is used up. */
  | {
      readonly kind: "waits";
      readonly host: string;
      readonly step: Step;
      readonly why: string;
      readonly notBefore: number;
    }
  | { readonly kind: "stopping"; readonly host: string; readonly workload: string }
  | { readonly kind: "started"; readonly host: string; readonly workload: string }
  | { readonly kind: "failed"; readonly host: string; readonly step: Step; readonly why: string }
  | { readonly kind: "released"; readonly host: string; readonly atLevel: boolean }
  | { readonly kind: "canary passed" }
  | ImpactEvent
  /** It goes no further before so many people have approved the gate. */
  | ({ readonly kind: "awaits" } & Awaited)
  /** They have. */
  | { readonly kind: "approved"; readonly gate: ApprovalGate; readonly by: readonly string[] }
  | { readonly kind: "convicted"; readonly host: string; readonly why: string }
  | {
      readonly kind: "tested";
      readonly moment: TestMoment;
      readonly failures: readonly string[];
      /** Failed at first, and passed when they ran once more. */
      readonly flaky?: readonly string[];
      /** Files that hold what suites have said. */
      readonly outputs?: readonly string[];
    }
  | {
      readonly kind: "halt";
      readonly sticky: boolean;
      readonly reason: string;
      readonly hint: string;
      readonly host?: string;
    }
  | { readonly kind: "resumed"; readonly retryFailed: boolean }
  | { readonly kind: "ended"; readonly ending: Ending };

/** What verification read: the level from two sources, and the boot ids before and after. */
export interface Proof {
  readonly level: string;
  readonly second: string;
  readonly bootBefore?: string;
  readonly boot: string;
}

/** Folds one event into the memory of its run. Replaying all events of a run gives its memory. */
export function reduce(run: RunMemory, event: RunEvent): RunMemory {
  switch (event.kind) {
    case "planned":
      return planned(run, event);
    case "began":
      return withHost(withFormer(withPatched(run, event), event), event.host, (host) => ({
        ...host,
        ...event.facts,
        ...(event.step === "remediate"
          ? { passed: host.passed.filter((step) => ["stage", "preflight", "hooks before"].includes(step)) }
          : {}),
      }));
    case "passed":
      return withHost(run, event.host, (host) => ({
        ...host,
        passed: host.passed.includes(event.step) ? host.passed : [...host.passed, event.step],
        ...(event.boot === undefined ? {} : { bootVerified: event.boot }),
      }));
    case "tried":
      return withHost(run, event.host, (host) => ({
        ...host,
        tries: {
          ...host.tries,
          [event.step]: event.final ? Number.MAX_SAFE_INTEGER : (host.tries[event.step] ?? 0) + 1,
        },
        lastStep: event.step,
        lastWhy: event.why,
        notBefore: event.notBefore,
      }));
    case "waits":
      return withHost(run, event.host, (host) => ({
        ...host,
        lastStep: event.step,
        lastWhy: event.why,
        notBefore: event.notBefore,
      }));
    case "stopping":
      return withHost(run, event.host, (host) => ({
        ...host,
        stopped: host.stopped.includes(event.workload) ? host.stopped : [...host.stopped, event.workload],
      }));
    case "started":
      return withHost(run, event.host, (host) => ({
        ...host,
        stopped: host.stopped.filter((id) => id !== event.workload),
      }));
    case "failed":
      return withHost(run, event.host, (host) => ({ ...host, failed: { step: event.step, why: event.why } }));
    case "released":
      return formerForgotten({
        ...withoutHost(released(run, event.host), event.host),
        done: event.atLevel && !run.done.includes(event.host) ? [...run.done, event.host] : run.done,
      });
    case "canary passed":
      return { ...run, canaryPassed: true };
    case "reference":
    case "held":
    case "full load":
    case "suspected":
    case "cleared":
    case "measured":
      return formerForgotten(measured(run, event));
    case "awaits":
      return { ...run, awaits: { gate: event.gate, people: event.people, why: event.why } };
    case "approved":
      return approved(run, event.gate);
    case "convicted":
      return {
        ...withHost(run, event.host, (host) => ({ ...host, lastWhy: event.why })),
        convicted: [...new Set([...run.convicted, event.host])],
      };
    case "tested":
      return tested(run, event);
    case "halt":
      return run.halt?.sticky === true ? run : { ...run, halt: haltOf(event) };
    case "resumed":
      return resumed(run, event.retryFailed);
    case "ended":
      return { ...run, ending: event.ending };
  }
}

/** Canaries are chosen once, until they have passed; judged hosts stay chosen. */
function planned(run: RunMemory, event: RunEvent & { kind: "planned" }): RunMemory {
  const canaries = run.canaryPassed ? run.canaries : [...new Set([...run.canaries, ...event.canaries])];
  if (event.judged === undefined) return { ...run, canaries };
  const { impact = noImpact } = run;
  const hosts = Math.max(impact.hosts, run.done.length + (event.hosts ?? 0));
  return {
    ...run,
    canaries,
    judged: [...new Set([...(run.judged ?? []), ...event.judged])],
    impact: { ...impact, hosts },
  };
}

function withPatched(run: RunMemory, { host, step, at }: RunEvent & { kind: "began" }): RunMemory {
  if (run.impact === undefined || step !== "remediate" || at === undefined) return run;
  const { impact } = run;
  return { ...run, impact: { ...impact, patched: { [host]: at, ...impact.patched } } };
}

/** The first remediation counts: a second one begins at what the first has left. */
function withFormer(run: RunMemory, { host, level }: RunEvent & { kind: "began" }): RunMemory {
  return level === undefined ? run : { ...run, former: { [host]: level, ...run.former } };
}

/** A host that has been released and is not watched any more is never taken back. */
function formerForgotten({ former, ...run }: RunMemory): RunMemory {
  if (former === undefined) return run;
  const kept = Object.entries(former).filter(
    ([host]) => own(run.hosts, host) !== undefined || own(run.impact?.watched, host) !== undefined,
  );
  return kept.length === 0 ? run : { ...run, former: Object.fromEntries(kept) };
}

function approved({ awaits, ...run }: RunMemory, gate: ApprovalGate): RunMemory {
  const others = awaits === undefined || awaits.gate === gate ? {} : { awaits };
  return { ...run, ...others, approved: [...new Set([...(run.approved ?? []), gate])] };
}

function tested(run: RunMemory, { moment, failures, flaky = [] }: RunEvent & { kind: "tested" }): RunMemory {
  const known = [...new Set([...(run.flaky ?? []), ...flaky])].slice(0, MOST_NAMES);
  const failing = { before: "failingBefore", canary: "failingAtCanary", after: "failingAfter" } as const;
  return { ...run, [failing[moment]]: failures, ...(known.length > 0 ? { flaky: known } : {}) };
}

/** A run taken up again: its ending no longer holds, and what was only in the way then may be tried again. A sticky halt stays. */
function resumed(run: RunMemory, retryFailed: boolean): RunMemory {
  const { ending: _ending, halt, failingAfter: _tests, ...known } = run;
  const rest = known.impact === undefined ? known : { ...known, impact: impactAfresh(known.impact) };
  const hosts = Object.fromEntries(Object.entries(run.hosts).map(([id, host]) => [id, afresh(host, retryFailed)]));
  return { ...rest, hosts, ...(halt?.sticky === true ? { halt } : {}) };
}

function afresh(host: HostMemory, retryFailed: boolean): HostMemory {
  if (host.failed !== undefined && !retryFailed) return host;
  const {
    failed: _failed,
    notBefore: _notBefore,
    lastStep: _lastStep,
    lastWhy: _lastWhy,
    drainSince: _drainSince,
    ...kept
  } = host;
  return { ...watchedAfresh(kept), tries: {} };
}

function haltOf(event: RunEvent & { kind: "halt" }): NonNullable<RunMemory["halt"]> {
  const { sticky, reason, hint, host } = event;
  return { sticky, reason, hint, ...(host === undefined ? {} : { host }) };
}
