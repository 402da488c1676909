import { versionOf } from "../../core/baseline.ts";
import { RollError } from "../../core/errors.ts";
import type { ActContext, Driver, FleetClock, WayBack } from "../../engine/ports.ts";
import type { Call } from "./faults.ts";
import { measure } from "./measure.ts";
import type { Store } from "./store.ts";
import type { World } from "./world.ts";
import { act, answerTo, type Subject } from "./world-calls.ts";
import type { Effect } from "./world-effects.ts";
import { faultsOnCalls, refuseCall } from "./world-faults.ts";
import * as onHost from "./world-host-acts.ts";
import { quiet, restore } from "./world-lease-acts.ts";
import { readRecord, writeRecord } from "./world-record.ts";
import { follow, giveUp } from "./world-tasks.ts";
import { view } from "./world-view.ts";
import * as onWorkload from "./world-workload-acts.ts";

/** Process milliseconds between two heartbeats of a lease. */
const BEAT = 500;
/** Longest fleet time between two looks at a task. */
const LOOK = 60_000;

export interface SimulatedDriverOptions {
  readonly store: Store;
  readonly clock: FleetClock;
  /** Canonical URI of the target. */
  readonly target?: string;
}

/** The embedded fleet as a platform. Any number of drivers, in any number of processes, may share a store. */
export function simulatedDriver({ store, clock, target = "simulated:memory" }: SimulatedDriverOptions): Driver {
  const run = <T>(command: (world: World) => T): T => store.run(clock, command);

  /** Ensures, follows the task to its end, answers. */
  async function carryOut(
    call: Call,
    context: ActContext,
    subject: Subject,
    body: (world: World) => Effect,
  ): Promise<void> {
    if (context.signal.aborted) throw cancelled(call, subject);
    if (clock.now() >= context.deadline) {
      throw new RollError("failed", `${call} was not begun: its deadline has passed.`, {
        host: subject.host,
        hint: "Try again.",
      });
    }
    const effect = run((world) => act(world, call, context.token, subject, () => body(world)));
    if (effect.kind === "begun" || effect.kind === "running") await waitFor(effect.task, call, context, subject);
    if (store.look(clock, faultsOnCalls)) run((world) => answerTo(world, call, subject));
  }

  async function waitFor(task: string, call: Call, context: ActContext, subject: Subject): Promise<void> {
    for (;;) {
      const step = store.look(clock, (world) => follow(world, task, subject));
      if (step === undefined) return;
      const now = clock.now();
      if (now >= context.deadline) {
        run((world) => giveUp(world, task));
        const who = subject.workload ?? subject.host ?? "";
        const hint = "The platform may still finish it; look again, and look at the host if it does not.";
        throw new RollError("failed", `${call} of ${who} was not done by its deadline: ${step.words}.`, {
          host: subject.host,
          hint,
        });
      }
      context.progress(step.done, step.words);
      await clock.sleep(Math.max(1, Math.min(step.until, context.deadline, now + LOOK) - now), context.signal);
    }
  }

  /** Calls that change nothing; only a fault that counts them makes the look a command. */
  async function ask<T>(call: Call, signal: AbortSignal | undefined, look: (world: World) => T): Promise<T> {
    if (signal?.aborted === true) throw cancelled(call, {});
    if (!store.look(clock, faultsOnCalls)) return store.look(clock, look);
    return run((world) => {
      refuseCall(world, call, { hosts: [] });
      const answer = look(world);
      answerTo(world, call, {});
      return answer;
    });
  }

  const wayBack: WayBack = {
    missing: async (host) => store.look(clock, (world) => onHost.missing(world, host)),
    secure: (host, context) => carryOut("stage", context, { host }, (world) => onHost.secure(world, host)),
    rollback: (host, context) => carryOut("rollback", context, { host }, (world) => onHost.rollback(world, host)),
  };

  return {
    get traits() {
      const { backward = "yes", remediations = Number.POSITIVE_INFINITY } = store.look(clock, (world) => world.facts);
      return { placement: "ours", migration: "live", backward, remediations, fencing: true, programs: false } as const;
    },
    clock,
    record: {
      beat: BEAT,
      read: () => ask("read record", undefined, readRecord),
      write: async (record, version) => run((world) => writeRecord(world, record, version)),
    },
    actors: {
      read: () => ask("read actors", undefined, (world) => world.actors),
      quiet: (context) => carryOut("quiet", context, {}, (world) => quiet(world)),
      restore: (former, context) => carryOut("restore", context, {}, (world) => restore(world, former)),
    },
    observe: (baseline, signal) => ask("observe", signal, (world) => view(world, target, baseline)),
    cordon: (host, mark, context) => carryOut("cordon", context, { host }, (world) => onHost.cordon(world, host, mark)),
    adopt: (host, mark, context) => carryOut("adopt", context, { host }, (world) => onHost.adopt(world, host, mark)),
    migrate: (workload, to, context) =>
      carryOut("migrate", context, { workload, to }, (world) => onWorkload.migrate(world, workload, to)),
    stop: (workload, context) => carryOut("stop", context, { workload }, (world) => onWorkload.stop(world, workload)),
    start: (workload, context) =>
      carryOut("start", context, { workload }, (world) => onWorkload.start(world, workload)),
    stage: (host, baseline, context) =>
      carryOut("stage", context, { host }, (world) => onHost.stage(world, host, versionOf(baseline))),
    remediate: (host, baseline, context) =>
      carryOut("remediate", context, { host }, (world) => onHost.remediate(world, host, versionOf(baseline))),
    get wayBack() {
      return store.look(clock, (world) => world.facts.noWayBack) ? undefined : wayBack;
    },
    uncordon: (host, context) => carryOut("uncordon", context, { host }, (world) => onHost.uncordon(world, host)),
    release: (host, context) => carryOut("release", context, { host }, (world) => onHost.release(world, host)),
    measure: async (since, of, signal) => {
      if (signal?.aborted === true) throw cancelled("measure", {});
      return store.look(clock, (world) => measure(world, since, of));
    },
    close: () => store.close(),
  };
}

function cancelled(call: Call | "measure", subject: Subject): RollError {
  return new RollError("cancelled", `${call} was not begun: we were asked to stop.`, { host: subject.host });
}
