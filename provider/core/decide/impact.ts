import type { Fleet } from "../fleet.ts";
import { judgeErrors, judgeHost } from "../impact/judge.ts";
import { type Pooled, pooled } from "../impact/pooled.ts";
import type { Assessment, Question } from "../impact/question.ts";
import { SLICE } from "../impact/samples.ts";
import { looksOf, MINUTE, passNotBefore } from "../impact/settings.ts";
import { own } from "../own.ts";
import { LOOKS, needsReference, pauseAfter } from "../phases.ts";
import type { RunEvent } from "../reduce.ts";
import { type Measured, verdictOf } from "../reduce-impact.ts";
import { noImpact } from "../run.ts";
import { partOf } from "../share.ts";
import { canaryIsBack } from "./barrier.ts";
import type { Desk } from "./desk.ts";
import { progressOf } from "./put-back.ts";
import { type ImpactView, mayDrain, type View } from "./view.ts";

/** What measuring calls for, before anything else is done: phases that begin or end, suspicions, verdicts. Empty: nothing. */
export function impactEvents(view: View, desk: Desk): RunEvent[] {
  const { impact, phases, run } = view;
  if (!phases.measured || impact === undefined || run.halt !== undefined) return [];
  const found = reference(view, desk) ?? tripped(view, impact);
  if (found !== undefined) return [found];
  for (const host of desk.handsOn) {
    const event = loading(view, desk, host.id) ?? soaking(view, impact, host.id);
    if (event !== undefined) return [event];
  }
  for (const host of Object.keys(run.impact?.watched ?? {})) {
    const event = settledOrNot(view, host, judgeErrors(question(view, impact, host, false)), false);
    if (event !== undefined) return [event];
  }
  return [];
}

/** The judged hosts together show a loss that none of them shows alone. */
export function pooledLoss(view: View): string | undefined {
  const all = view.run.halt === undefined ? pooledOf(view) : undefined;
  return all?.halt === true ? all.sentence : undefined;
}

/** What the patch costs by all that was measured, and which hosts could not be told; empty: nothing was measured. */
export function costWords(view: View): string[] {
  const { impact } = view.run;
  if (impact === undefined) return [];
  const untold = impact.verdicts
    .filter(({ verdict }) => verdict !== "pass")
    .map(({ host, verdict }) => `${host} (${verdict})`);
  const all = pooledOf(view);
  return [
    all === undefined ? "what the patch costs could not be told" : `t${all.sentence.slice(1)}`,
    ...(untold.length > 0 ? [`not told from noise: ${untold.join(", ")}`] : []),
  ];
}

function pooledOf({ run, policy }: View): Pooled | undefined {
  const { verdicts = [] } = run.impact ?? {};
  const settings = { tolerance: partOf(policy.tolerance), hosts: Math.max(policy.judged, run.judged?.length ?? 0) };
  return pooled(
    settings,
    verdicts.map(({ earlier }) => earlier),
  );
}

/** Fleet time until which the service is watched before the next host is touched; undefined: it need not be. */
export function referenceEnds({ phases, policy, run }: View): number | undefined {
  if (!phases.measured || !needsReference(policy, run)) return undefined;
  const from = run.impact?.reference?.from;
  return from === undefined ? Number.POSITIVE_INFINITY : from + phases.reference;
}

/** When the host's soak is looked at next; undefined: it has none, or it is over. */
export function soakEnds(view: View, host: string): number | undefined {
  const memory = own(view.run.hosts, host);
  if (view.impact === undefined || view.run.halt !== undefined) return undefined;
  if (memory?.fullSince === undefined || memory.passed.includes("soak")) return undefined;
  if (!isJudged(view, host)) return memory.fullSince + view.phases.rest;
  const suspect = own(view.run.impact?.suspects, host);
  if (suspect !== undefined) return suspect;
  const next = looks(view, host).find(
    (minutes) => memory.fullSince !== undefined && due(memory.fullSince, minutes) > (view.impact?.now ?? 0),
  );
  return next === undefined ? view.fleet.at : due(memory.fullSince, next);
}

/**
 * Nothing further is drained before this fleet time: the service is being watched before the roll, a host is under suspicion, or hosts that
 * were not touched fail as well. Undefined: nothing speaks against it.
 */
export function drainsAgainAt(view: View): number | undefined {
  const { impact, run, fleet, phases } = view;
  if (!phases.measured) return undefined;
  const reference = referenceEnds(view);
  if (reference !== undefined) return Number.isFinite(reference) ? soon(fleet, reference) : fleet.at + SLICE;
  const suspects = Object.values(run.impact?.suspects ?? {});
  if (suspects.length > 0) return soon(fleet, Math.max(...suspects));
  return impact?.trouble === undefined ? undefined : fleet.at + 12 * SLICE;
}

/** What was measured arrives a moment later than it happens. */
const soon = ({ at }: Fleet, time: number): number => Math.max(time, at + SLICE);

/** Next look at hosts that are back and still watched; undefined: there is none. */
export function watchedUntil({ run, impact, fleet }: View): number | undefined {
  const { watched = {}, suspects = {} } = run.impact ?? {};
  const now = impact?.now ?? 0;
  const times = Object.entries(watched).map(
    ([host, from]) => own(suspects, host) ?? from + (LOOKS.find((ms) => from + ms > now) ?? LOOKS.at(-1) ?? 0),
  );
  return times.length === 0 ? undefined : soon(fleet, Math.min(...times));
}

const due = (from: number, minutes: number): number => from + minutes * MINUTE;

export function isJudged({ run }: View, host: string): boolean {
  return run.judged?.includes(host) === true || run.canaries.includes(host);
}

function reference(view: View, desk: Desk): RunEvent | undefined {
  const ends = referenceEnds(view);
  if (ends === undefined || view.plan === undefined || desk.waiting.length === 0 || !mayDrain(view)) return undefined;
  // Whether there is anything left to be judged is known once the barrier is open.
  if (!view.run.canaryPassed && view.run.canaries.length > 0 && canaryIsBack(view)) return undefined;
  if (!Number.isFinite(ends)) return { kind: "reference", moment: "began", at: view.fleet.at };
  return (view.impact?.now ?? 0) >= ends ? { kind: "reference", moment: "ended", at: ends } : undefined;
}

/** A guard: the host is convicted at once. */
function tripped({ run }: View, { trips }: ImpactView): RunEvent | undefined {
  const trip = trips.find(({ host }) => !run.convicted.includes(host));
  return trip && { kind: "convicted", host: trip.host, why: trip.sentence };
}

/** A step of the put-back, or all of it, is made. */
function loading(view: View, desk: Desk, id: string): RunEvent | undefined {
  const { plan, fleet } = view;
  const progress = progressOf(view, desk, id);
  if (progress === undefined || plan === undefined) return undefined;
  if (progress.kind === "all back") return { kind: "full load", host: id, at: fleet.at };
  if (progress.kind !== "step made") return undefined;
  const { step, steps, moves } = progress;
  return { kind: "held", host: id, plan: plan.id, moves, until: fleet.at + pauseAfter(step, steps) };
}

function soaking(view: View, impact: ImpactView, id: string): RunEvent | undefined {
  const memory = own(view.run.hosts, id);
  if (memory?.fullSince === undefined || memory.passed.includes("soak") || view.run.convicted.includes(id))
    return undefined;
  if (isJudged(view, id)) return settledOrNot(view, id, judgeHost(question(view, impact, id, true)), true);
  if (impact.now < memory.fullSince + view.phases.rest || impact.trouble !== undefined) return undefined;
  return { kind: "passed", host: id, step: "soak" };
}

/** What an assessment changes: a suspicion that is new or gone, or the final verdict. */
function settledOrNot(view: View, host: string, assessment: Assessment, judged: boolean): RunEvent | undefined {
  const { sentence, evidence } = assessment;
  const known = own(view.run.impact?.suspects, host);
  if (assessment.state === "suspect") {
    const { by, until } = assessment;
    return known === until ? undefined : { kind: "suspected", host, by, until, sentence };
  }
  const verdict = verdictOf(assessment);
  if (verdict === undefined) return known === undefined ? undefined : { kind: "cleared", host, sentence };
  if (view.run.convicted.includes(host)) return undefined;
  if (!judged && verdict === "regress") return { kind: "convicted", host, why: sentence };
  if (view.run.impact?.verdicts.some((one) => one.host === host) === true && judged)
    return consequence(view, host, sentence);
  const asks = verdict === "noisy" && view.run.canaries.includes(host) ? askPeople(view, host, sentence) : undefined;
  if (asks !== undefined) return asks;
  const at = view.impact?.now ?? view.fleet.at;
  return { kind: "measured", host, at, judged, verdict, sentence, evidence } satisfies Measured;
}

/** Verdicts that keep the host from passing. */
function consequence(view: View, host: string, sentence: string): RunEvent | undefined {
  const verdict = view.run.impact?.verdicts.find((one) => one.host === host)?.verdict;
  if (verdict === "regress") return { kind: "convicted", host, why: sentence };
  if (verdict !== "no data") return undefined;
  return {
    kind: "halt",
    sticky: false,
    host,
    reason: `${host} is back, but nothing can be said of its service: ${sentence}`,
    hint: "See why the probes are silent; the next `pulumi up` watches it once more.",
  };
}

/** Noisy to the end: whether the canary is good is for people to say. */
function askPeople({ run }: View, host: string, sentence: string): RunEvent | undefined {
  if (run.awaits?.gate === "canary" || run.approved?.includes("canary") === true) return undefined;
  return { kind: "awaits", gate: "canary", people: 1, why: `${host} could not be told from the noise: ${sentence}` };
}

function looks(view: View, host: string): readonly number[] {
  const canary = view.run.canaries.includes(host);
  return looksOf(canary ? "canary" : "judged", (canary ? view.phases.canary : view.phases.judged) / MINUTE);
}

/** `full`: latency as well as errors, of the host's own workloads; else errors of what is there. */
function question(view: View, { seen, now, probed }: ImpactView, host: string, full: boolean): Question {
  const { fleet, policy, run } = view;
  const { hosts, patched, undisturbed, verdicts, watched } = run.impact ?? noImpact;
  const memory = own(run.hosts, host);
  const canary = run.canaries.includes(host);
  const minutes = full ? looks(view, host) : LOOKS.map((ms) => ms / MINUTE);
  const here = fleet.workloads.filter((one) => one.host === host).map(({ id }) => id);
  const fullSince = memory?.fullSince ?? own(watched, host);
  return {
    settings: {
      tolerance: partOf(policy.tolerance),
      hosts: Math.max(1, hosts),
      looks: minutes,
      passNotBefore: full ? passNotBefore(canary ? "canary" : "judged", minutes) : 0,
    },
    host,
    workloads: (full ? (memory?.homes ?? []) : here).filter((id) => probed.has(id)),
    ...(fullSince === undefined ? {} : { fullLoadSince: fullSince }),
    now,
    undisturbed: undisturbed.filter(({ to }) => to <= (own(patched, host) ?? Number.POSITIVE_INFINITY)),
    patchedSince: new Map(Object.entries(patched)),
    seen,
    earlier: verdicts.map(({ earlier }) => earlier),
  };
}
