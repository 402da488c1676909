import { readable } from "../duration.ts";
import { clause } from "../errors.ts";
import type { Host } from "../fleet.ts";
import { own } from "../own.ts";
import { quietAt } from "../quiet.ts";
import type { RunEvent } from "../reduce.ts";
import { namedTests, newlyFailing } from "../regressions.ts";
import type { HostMemory, Step } from "../run.ts";
import { needsPatch } from "../verify.ts";
import { approvals, atTheBarrier, canaryIsBack } from "./barrier.ts";
import type { Desk } from "./desk.ts";
import { impactEvents, pooledLoss } from "./impact.ts";
import type { View } from "./view.ts";

/** Verdicts that what is remembered and observed calls for, before anything else is done. Empty: none. */
export function judge(view: View, desk: Desk): RunEvent[] {
  for (const host of view.fleet.hosts) {
    const memory = own(view.run.hosts, host.id);
    if (memory === undefined || memory.failed !== undefined) continue;
    const event = letGo(view, host, memory) ?? exhausted(view, host, memory) ?? drainOverdue(view, host, memory);
    if (event !== undefined) return [event];
  }
  const measured = impactEvents(view, desk);
  if (measured.length > 0) return measured;
  return tooManyFailures(view) ?? costly(view) ?? failedTests(view) ?? approvals(view) ?? canaryPassed(view) ?? [];
}

/** Proven, and our mark is gone: it was released, but nobody heard the answer. */
function letGo(view: View, host: Host, memory: HostMemory): RunEvent | undefined {
  if (host.mark !== undefined || host.cordoned || !memory.passed.includes("verify")) return undefined;
  if (view.inFlight.some((act) => "host" in act && act.host === host.id)) return undefined;
  return { kind: "released", host: host.id, atLevel: !needsPatch(host) };
}

/** A step whose retries are used up. Before remediation the world is in the way; from there on the host has failed. */
function exhausted(view: View, host: Host, memory: HostMemory): RunEvent | undefined {
  for (const [name, tries] of Object.entries(memory.tries)) {
    const step = name as Step;
    if (tries <= view.policy.retries) continue;
    const why = memory.lastWhy ?? "it gave no reason";
    if (step === "remediate" || step === "verify") return { kind: "failed", host: host.id, step, why };
    if (step === "put back") {
      if (!memory.passed.includes("put back")) return { kind: "passed", host: host.id, step: "put back" };
      continue;
    }
    // Its verdict has halted the run already; the ending tells that it did not go back.
    if (step === "rollback") continue;
    if (step === "gate") {
      if (view.run.convicted.includes(host.id)) continue;
      return { kind: "convicted", host: host.id, why };
    }
    // It is back: the halt is told, and the host is let go.
    if (step === "hooks after" && view.run.halt !== undefined && !memory.passed.includes(step))
      return { kind: "passed", host: host.id, step };
    if (view.run.halt === undefined) {
      return {
        kind: "halt",
        sticky: false,
        host: host.id,
        reason: `${host.id} could not get through "${step}": ${clause(why, host.id)}`,
        hint: "Mend what it names; the next `pulumi up` tries again.",
      };
    }
  }
  return undefined;
}

function drainOverdue(view: View, host: Host, memory: HostMemory): RunEvent | undefined {
  const { drain } = view.policy.deadlines;
  if (memory.drainSince === undefined || memory.bootBefore !== undefined || view.run.halt !== undefined)
    return undefined;
  if (!host.cordoned || !needsPatch(host) || view.fleet.at <= memory.drainSince + drain) return undefined;
  const left = view.fleet.workloads.filter((workload) => workload.host === host.id && workload.state === "running");
  if (left.length === 0) return undefined;
  const names = left.slice(0, 5).map((workload) => workload.id);
  const resting = left.find(({ id }) => quietAt(view.quiet, id, view.fleet.at) !== undefined);
  const why =
    resting === undefined
      ? "Find out why they do not move, or raise `policy.deadlines.drain`; the next `pulumi up` tries again."
      : `Quiet hours of ${resting.id} began before the host was empty; the next \`pulumi up\` tries again outside of them.`;
  return {
    kind: "halt",
    sticky: false,
    host: host.id,
    reason: `${host.id} was not empty after ${readable(drain)}: ${left.length === 1 ? "1 workload is" : `${left.length} workloads are`} left (${names.join(", ")}${left.length > 5 ? ", …" : ""})`,
    hint: why,
  };
}

function tooManyFailures(view: View): RunEvent[] | undefined {
  if (view.run.halt?.sticky === true) return undefined;
  const [bad] = view.run.convicted;
  if (bad !== undefined) {
    const why = own(view.run.hosts, bad)?.lastWhy ?? "its gate did not pass";
    return [stickyHalt(view, bad, `${bad} does not serve as before the patch: ${clause(why, bad)}`)];
  }
  const failed = Object.entries(view.run.hosts).filter(([, memory]) => memory.failed !== undefined);
  const allowed = view.run.canaryPassed ? view.policy.maxFailures : 0;
  const last = failed.at(-1);
  if (last === undefined || failed.length <= allowed) return undefined;
  const [host, memory] = last;
  const which = view.run.canaryPassed
    ? `${failed.length} hosts failed, ${allowed} may`
    : "no host may fail before the canary has passed";
  return [
    stickyHalt(
      view,
      host,
      `${host} failed to ${memory.failed?.step}: ${clause(memory.failed?.why ?? "", host)} (${which})`,
    ),
  ];
}

/** The hosts that were measured in full show together that the patch costs too much. */
function costly(view: View): RunEvent[] | undefined {
  const sentence = pooledLoss(view);
  return sentence === undefined
    ? undefined
    : [stickyHalt(view, undefined, `${sentence}: at least half of what policy tolerates`)];
}

function failedTests(view: View): RunEvent[] | undefined {
  const { run } = view;
  const atCanary = run.canaryPassed ? [] : newlyFailing(run, run.failingAtCanary ?? []);
  const fresh = atCanary.length > 0 ? atCanary : newlyFailing(run, run.failingAfter ?? []);
  if (run.halt !== undefined || fresh.length === 0) return undefined;
  const when = atCanary.length > 0 ? "after the canary, " : "";
  return [
    stickyHalt(view, undefined, `${when}regression tests fail that passed before the roll: ${namedTests(fresh)}`),
  ];
}

/** The barrier opens once the canary is back, its tests have passed, and people have approved where they are asked. */
function canaryPassed(view: View): RunEvent[] | undefined {
  const { run } = view;
  if (run.canaryPassed || run.halt !== undefined || !canaryIsBack(view)) return undefined;
  return atTheBarrier(view) === undefined ? [{ kind: "canary passed" }] : undefined;
}

function stickyHalt(view: View, host: string | undefined, reason: string): RunEvent {
  return {
    kind: "halt",
    sticky: true,
    reason,
    hint: `When the cause is understood, set policy: { acknowledge: "${view.run.id}" } to go on, or declare another baseline.`,
    ...(host === undefined ? {} : { host }),
  };
}
