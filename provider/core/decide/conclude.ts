import { complianceOf } from "../compliance.ts";
import { clause } from "../errors.ts";
import type { Host } from "../fleet.ts";
import { own } from "../own.ts";
import { namedTests } from "../regressions.ts";
import type { Ending } from "../run.ts";
import { needsPatch } from "../verify.ts";
import { awaitedWords } from "./barrier.ts";
import type { Desk } from "./desk.ts";
import { costWords, drainsAgainAt, watchedUntil } from "./impact.ts";
import type { Decision, View } from "./view.ts";
import { fitsNoWindow, windowFor, windowWords } from "./window.ts";

/** Nothing is in flight and nothing could be started: the run has ended, waits, or needs another plan. */
export function conclude(view: View, desk: Desk): Decision {
  const nothing = { events: [], start: [] } as const;
  const { run } = view;
  if (desk.resting) return { ...nothing, ...desk.look() };
  const unfinished = desk.handsOn.filter((host) => !isSettled(view, host.id));
  if (unfinished.length > 0) {
    const look = desk.look();
    if (look.lookAt !== undefined) return { ...nothing, ...look };
    if (view.asked === undefined && run.halt === undefined)
      return { ...nothing, stuck: `${unfinished.map((host) => host.id).join(", ")} cannot go on` };
  }
  if (run.halt !== undefined) {
    const reason = `${run.halt.reason}${goneBack(view)}${owed(view)}`;
    return { ...nothing, ending: { kind: "halted", ...run.halt, reason } };
  }
  if (view.asked !== undefined) return { ...nothing, ending: paused(view, desk) };
  if (run.memoryLost === true) return { ...nothing, events: [memoryLost(run.id)] };
  const left = desk.waiting;
  if (run.awaits !== undefined) {
    const words = `waits for ${awaitedWords(view, run.awaits)}: \`npx rolling-patch approve ${run.awaits.gate}\``;
    if (view.patient) return { ...nothing, waits: { what: "approval", words } };
    const note = `${words}; ${counted(left.length, "host")} left`;
    return { ...nothing, ending: { kind: "paused", cause: "approval", note } };
  }
  const [next] = left;
  if (next !== undefined) {
    const window = windowFor(view, next);
    if (window === "never") return { ...nothing, events: [fitsNoWindow(view, next)] };
    const { what, why } = windowWords(view, next);
    if (window === "wait") return { ...nothing, waits: { what: "window", words: `waits for ${what}: ${why}` } };
    if (window === "closed") {
      const note = `${why}; ${counted(left.length, "host")} left`;
      return { ...nothing, ending: { kind: "paused", cause: "window", note } };
    }
    if (drainsAgainAt(view) !== undefined) return { ...nothing, ...desk.look() };
    return { ...nothing, stuck: `${left[0]?.host} cannot start`, ...desk.look() };
  }
  const watched = watchedUntil(view);
  if (watched !== undefined) {
    desk.lookAgain(watched);
    return { ...nothing, ...desk.look() };
  }
  if (view.plan === undefined) return { ...nothing, stuck: "there is no plan" };
  if (run.failingAfter === undefined && view.checkPoints.has("end") && run.done.length > 0) {
    desk.start({ name: "regression tests", moment: "after" });
    return { ...nothing, start: desk.started };
  }
  return { ...nothing, ending: complete(view, desk) };
}

/** Nothing more will be done with the host in this run: it failed, was convicted, or an operator has it. */
function isSettled(view: View, id: string): boolean {
  const host = view.fleet.hosts.find((one) => one.id === id);
  if (host?.held === true || own(view.run.hosts, id)?.failed !== undefined || view.run.convicted.includes(id))
    return true;
  // Touched, not at the level, and nothing is taken to the baseline any more: it stays safely out.
  return view.run.halt !== undefined || view.asked !== undefined;
}

function complete(view: View, desk: Desk): Ending {
  const failed = Object.entries(view.run.hosts).filter(([, memory]) => memory.failed !== undefined);
  const [first] = failed;
  if (first !== undefined) {
    const names = failed
      .map(([id, memory]) => `${id} (${memory.failed?.step}: ${clause(memory.failed?.why ?? "", id)})`)
      .join("; ");
    return {
      kind: "halted",
      sticky: false,
      host: first[0],
      reason: `every other host is at the level, but failed: ${names}${owed(view)}`,
      hint: "It stays out, cordoned and marked. Repair it; the next `pulumi up` tries again.",
    };
  }
  const held = desk.handsOn.filter((host) => host.held).map((host) => host.id);
  if (held.length > 0) {
    return {
      kind: "halted",
      sticky: false,
      reason: `an operator has taken ${held.join(", ")} in mid-roll`,
      hint: "Give it back; the next `pulumi up` goes on with it.",
    };
  }
  const silent = view.policy.mode === "canary" ? [] : outOfReach(view, desk);
  if (silent.length > 0) {
    return {
      kind: "halted",
      sticky: false,
      host: silent[0]?.id ?? "",
      reason: `every other host is at the level, but nothing could be done about ${silent.map(({ id, problem }) => (problem === undefined ? `${id} (it cannot be reached)` : `${id} (${clause(problem, id)})`)).join(", ")}`,
      hint: "The next `pulumi up` looks again; take a host that is gone for good out of the target.",
    };
  }
  const skipped = [...(view.plan?.skipped ?? []), ...blockedSince(view)];
  const { failingBefore: old = [], flaky = [] } = view.run;
  const notes = [
    `${counted(view.run.done.length, "host")} rolled`,
    ...(skipped.length > 0 ? [`skipped ${skipped.map(({ host, why }) => `${host} (${why})`).join(", ")}`] : []),
    ...(old.length > 0 ? [`regression tests that failed already before the roll: ${namedTests(old)}`] : []),
    ...costWords(view),
    ...(flaky.length > 0 ? [`flaky (passed when run once more): ${namedTests(flaky)}`] : []),
  ];
  return { kind: "done", note: notes.join("; ") };
}

/** Hosts that do not answer, and of which it is not known that they are at the level. */
function outOfReach({ fleet }: View, desk: Desk): Host[] {
  return fleet.hosts.filter(
    (host) =>
      host.state === "unreachable" &&
      !host.held &&
      !desk.isDone(host.id) &&
      (host.level === "unknown" || needsPatch(host)),
  );
}

/** Hosts that fell behind when they had been done, or needed nothing, and that the platform cannot take to the level. */
function blockedSince({ plan, fleet }: View) {
  const told = new Set(plan?.skipped.map(({ host }) => host));
  return fleet.hosts.flatMap((host) => {
    const { compliance, reason } = complianceOf(host, fleet.scheme);
    return compliance === "blocked" && !told.has(host.id) ? [{ host: host.id, why: `blocked: ${reason}` }] : [];
  });
}

function paused(view: View, desk: Desk): Ending {
  const inHand = desk.handsOn;
  const out = inHand.filter((host) => host.cordoned || host.state !== "up").map((host) => host.id);
  const back = inHand.filter((host) => !out.includes(host.id)).map((host) => host.id);
  const left = desk.waiting.length;
  const why = { stop: "a stop was asked for", time: "policy.maxUpTime is over", engine: "the Pulumi engine has gone" }[
    view.asked ?? "stop"
  ];
  const serving = back.length > 0 ? `; in service, to be watched on: ${back.join(", ")}` : "";
  const where = out.length > 0 ? `; out, empty and marked: ${out.join(", ")}` : "; every host is in service";
  return {
    kind: "paused",
    cause: view.asked ?? "stop",
    note: `${why}${where}${serving}${owed(view)}; ${counted(left, "host")} left`,
  };
}

/** Workloads that we shut down and that wait for their host: nobody must have to look for them. */
function owed(view: View): string {
  const stopped = Object.values(view.run.hosts).flatMap((memory) => memory.stopped);
  return stopped.length === 0 ? "" : `; shut down and not started again: ${stopped.join(", ")}`;
}

/** What became of convicted hosts that policy wants at their former level. */
function goneBack({ run, policy, fleet }: View): string {
  if (policy.onRegress !== "rollback") return "";
  const words = run.convicted.flatMap((id) => {
    const host = fleet.hosts.find((one) => one.id === id);
    const memory = own(run.hosts, id);
    if (host === undefined) return [];
    if (memory?.passed.includes("rollback")) return [`${id} was taken back to ${host.level} and stays out`];
    const tried = memory?.tries.rollback !== undefined;
    const left = fleet.workloads.filter((one) => one.host === id && one.state === "running");
    const why = tried
      ? clause(memory?.lastWhy ?? "it gave no reason", id)
      : left.length > 0
        ? `it could not be emptied (${left.length} left, ${left[0]?.id} among them)`
        : host.held
          ? "an operator has it"
          : `it is ${host.state}`;
    return [`${id} was not taken back: ${why}`];
  });
  return words.map((text) => `; ${text}`).join("");
}

function memoryLost(run: string): Decision["events"][number] {
  return {
    kind: "halt",
    sticky: true,
    reason:
      "policy memory was lost: hosts bore our marks, but the fleet record said nothing of their run; they are finished",
    hint: `Look whether a verdict was lost with it, then set policy: { acknowledge: "${run}" } to go on.`,
  };
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
