import { isRollError } from "../../core/errors.ts";
import type { Call } from "./faults.ts";
import { flag, log, type World } from "./world.ts";
import type { Effect } from "./world-effects.ts";
import { loseAnswer, refuseCall, trigger } from "./world-faults.ts";
import { checkToken } from "./world-lease-acts.ts";

/** Whom a call is about. */
export interface Subject {
  readonly host?: string | undefined;
  readonly workload?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * One call that may change the fleet: faults that refuse it, the fencing token, the act itself, its trace in the log, faults
 * that it triggers or that swallow its answer. An act that throws has changed nothing.
 */
export function act(world: World, call: Call, token: number, subject: Subject, body: () => Effect): Effect {
  const workload = subject.workload === undefined ? undefined : world.workloads.get(subject.workload);
  const host = subject.host ?? workload?.host;
  const trace = { by: "run", what: call, host, workload: subject.workload, to: subject.to, token } as const;
  const row = host === undefined ? undefined : world.hosts.get(host);
  const note = row?.mark === undefined ? undefined : `mark of ${row.mark.owner}`;
  const occasion = { hosts: [host, subject.to], workload: subject.workload };
  let effect: Effect;
  try {
    refuseCall(world, call, occasion);
    checkToken(world, token);
    effect = body();
  } catch (error) {
    if (isRollError(error)) log(world, { ...trace, outcome: "refused", note: error.message });
    throw error;
  }
  if (effect.kind === "already" || effect.kind === "running") {
    log(world, { ...trace, outcome: "already" });
  } else {
    log(world, { ...trace, outcome: effect.kind, note });
    if (row?.held === true) flag(world, `${host} was held by an operator when it was told to ${call}`);
    trigger(world, call, occasion);
  }
  loseAnswer(world, call, "start", occasion);
  return effect;
}

/** Answers a call that is complete, unless a fault swallows the answer. */
export function answerTo(world: World, call: Call, subject: Subject): void {
  const workload = subject.workload === undefined ? undefined : world.workloads.get(subject.workload);
  loseAnswer(world, call, "end", { hosts: [subject.host ?? workload?.host, subject.to], workload: subject.workload });
}
