import { exclusives } from "../exclusive.ts";
import type { Host, Workload } from "../fleet.ts";
import type { HookStep } from "../hook.ts";
import { SLICE } from "../impact/samples.ts";
import { isUnavailable, reserveOf } from "../limits.ts";
import { own } from "../own.ts";
import type { HostPlan, Move } from "../plan.ts";
import { precedenceOf } from "../precedence.ts";
import type { Passable } from "../run.ts";
import { hostsAllowed } from "../share.ts";
import { needsPatch } from "../verify.ts";
import { migrate, onlyWhenIdle, owesStart } from "./begin.ts";
import { turnConvicted } from "./convicted.ts";
import type { Desk } from "./desk.ts";
import { isJudged, soakEnds } from "./impact.ts";
import { movesDue } from "./put-back.ts";
import { mayRemediate, type View } from "./view.ts";

/** May the next host of the plan start, as the fleet stands now? The plan said so in advance; the world may have changed. */
export function admits(view: View, desk: Desk, next: HostPlan): boolean {
  const host = desk.hosts.get(next.host);
  if (host === undefined || host.state !== "up" || host.held || host.cordoned || host.mark !== undefined) return false;
  if (next.after.some((id) => desk.isInHand(id) || desk.isPreparing(id))) return false;
  if (mustWait(view, desk, host.id)) return false;
  const out = view.fleet.hosts.filter(
    (one) => one.id !== host.id && (isUnavailable(one, view.run) || desk.isPreparing(one.id)),
  );
  const { fleet, perDomain } = view.policy.maxUnavailable;
  if (out.length + 1 > hostsAllowed(fleet, view.fleet.hosts.length)) return false;
  if (perDomain !== undefined && host.domain !== undefined) {
    const mates = view.fleet.hosts.filter((one) => one.domain === host.domain);
    if (out.filter((one) => one.domain === host.domain).length + 1 > hostsAllowed(perDomain, mates.length))
      return false;
  }
  const together = exclusives(view.policy, view.fleet).filter(({ hosts }) => hosts.includes(host.id));
  if (together.some(({ hosts }) => out.some((one) => hosts.includes(one.id)))) return false;
  return desk.room.shortOfReserve(reserveOf(view.policy, view.fleet), host.id) === undefined;
}

/** Order rules keep it back: one that it waits for is out in this roll, or hosts that go last are concerned, which go alone. */
function mustWait(view: View, desk: Desk, id: string): boolean {
  const { last, after } = precedenceOf(view.policy, view.fleet);
  const before = after.get(id) ?? [];
  if (last.length === 0 && before.length === 0) return false;
  const isAtWork = (host: Host): boolean =>
    host.id !== id && (desk.isPreparing(host.id) || (desk.isInHand(host.id) && !isSettled(view, host)));
  const named = [...before, ...last].map((one) => desk.hosts.get(one)).filter((host) => host !== undefined);
  return named.some(isAtWork) || (last.includes(id) && view.fleet.hosts.some(isAtWork));
}

/** Nothing more is done with the host: it does not hold others back. */
function isSettled({ run }: View, { id, held }: Host): boolean {
  return held || own(run.hosts, id)?.failed !== undefined || run.convicted.includes(id);
}

/** A host that still serves: stage, preflight, cordon. Several may prepare at once, but they go out in the plan's order. */
export function turnOfNext(view: View, desk: Desk, { host }: HostPlan, first: boolean): boolean {
  const passed = desk.memory(host)?.passed ?? [];
  if (!passed.includes("stage")) return desk.start({ name: "stage", host });
  if (lacks(view, passed, "preflight")) return desk.start({ name: "check", host, at: "preflight" });
  if (!first) return false;
  if (owesHooks(view, passed, "hooks before")) return desk.start({ name: "hooks", host, at: "hooks before" });
  return desk.start({ name: "cordon", host });
}

/** A host that bears our mark: whatever brings it one step further, read from what it looks like now. */
export function turnInHand(view: View, desk: Desk, host: Host): boolean {
  const memory = desk.memory(host.id);
  if (host.held) return false;
  if (host.mark?.owner !== view.run.owner && host.state !== "unreachable") {
    return onlyWhenIdle(desk, host, { name: "adopt", host: host.id });
  }
  if (view.run.convicted.includes(host.id)) return turnConvicted(view, desk, host);
  if (memory?.failed !== undefined) return false;
  if (host.state === "unreachable") return desk.start({ name: "await", host: host.id });
  if (host.cordoned) return turnCordoned(view, desk, host);
  if (needsPatch(host)) return mayRemediate(view) ? recordon(desk, host) : giveBack(view, desk, host);
  return turnBack(view, desk, host);
}

/** evacuate → remediate → verify → uncordon; or, when nothing may be drained any more, back into service untouched. */
function turnCordoned(view: View, desk: Desk, host: Host): boolean {
  const memory = desk.memory(host.id);
  const proven = memory?.passed.includes("verify") === true && memory.bootVerified === host.bootId && !needsPatch(host);
  if (proven) return onlyWhenIdle(desk, host, { name: "uncordon", host: host.id });
  const touched = memory?.bootBefore !== undefined || host.state !== "up";
  if (needsPatch(host) && !touched && !mayRemediate(view)) {
    return onlyWhenIdle(desk, host, { name: "uncordon", host: host.id });
  }
  const running = desk.workloadsOn(host.id).filter((workload) => workload.state === "running");
  // At the level whoever brought it there: it is proven with its workloads on it.
  if (!needsPatch(host) && host.state === "up")
    return onlyWhenIdle(desk, host, { name: "check", host: host.id, at: "verify" });
  if (running.length > 0) return evacuate(view, desk, host, running);
  // No host is taken to the baseline any more; what the platform has under way is waited for.
  if (!mayRemediate(view)) {
    return host.state !== "up" && onlyWhenIdle(desk, host, { name: "await", host: host.id });
  }
  return desk.remediating < view.remediations && onlyWhenIdle(desk, host, { name: "remediate", host: host.id });
}

function evacuate(view: View, desk: Desk, host: Host, running: readonly Workload[]): boolean {
  const since = desk.memory(host.id)?.drainSince;
  const overdueAt = since === undefined ? 0 : since + view.policy.deadlines.drain + 1;
  if (overdueAt > view.fleet.at) desk.lookAgain(overdueAt);
  for (const workload of running) {
    if (workload.pinned && view.policy.pinned === "shutdown")
      desk.start({ name: "stop", host: host.id, workload: workload.id });
  }
  const room = (desk.plan(host.id)?.makeRoom ?? []).find((move) => isDue(desk, move));
  if (room !== undefined) return migrate(desk, host.id, room, "evacuate");
  const wanted = new Map((desk.plan(host.id)?.evacuate ?? []).map((move) => [move.workload, move]));
  return [...wanted.values()].map((move) => migrate(desk, host.id, move, "evacuate")).some(Boolean);
}

/** The workload still is where the plan moves it from. */
function isDue(desk: Desk, { workload, from }: Move): boolean {
  const found = desk.workloads.get(workload);
  return found?.state === "running" && found.host === from;
}

/** Back in service at the level: start what we stopped, put load back, ask the gate, release. */
function turnBack(view: View, desk: Desk, host: Host): boolean {
  const memory = desk.memory(host.id);
  const passed = memory?.passed ?? [];
  if (!passed.includes("verify") || memory?.bootVerified !== host.bootId) {
    return onlyWhenIdle(desk, host, { name: "check", host: host.id, at: "verify" });
  }
  if (owesStart(desk, host)) return true;
  if (!passed.includes("put back") && view.asked === undefined && (putBack(view, desk, host) || undoRoom(desk, host)))
    return true;
  if (isWatched(view, desk, host)) return false;
  if (lacks(view, passed, "gate")) return onlyWhenIdle(desk, host, { name: "check", host: host.id, at: "gate" });
  if (owesHooks(view, passed, "hooks after"))
    return onlyWhenIdle(desk, host, { name: "hooks", host: host.id, at: "hooks after" });
  return onlyWhenIdle(desk, host, { name: "release", host: host.id });
}

/** True while moves onto the host are due or in flight. A move that fits nowhere any more is let go: balance is not worth a halt. */
function putBack(view: View, desk: Desk, host: Host): boolean {
  const entry = desk.plan(host.id);
  const moves = entry === undefined ? [] : movesDue(view, desk, entry);
  const due = moves.filter((move) => desk.workloads.get(move.workload)?.host === move.from);
  const started = due.map((move) => migrate(desk, host.id, move, "put back"));
  return desk.moves(host.id) > 0 || started.some(Boolean) || due.some((move) => waits(desk, move));
}

/**
 * Its load is held, or it is watched at full load: it is not released yet. A stop, or a halt that the next `up` goes on after, leaves that
 * to it; a verdict on another host ends the watching.
 */
function isWatched(view: View, desk: Desk, host: Host): boolean {
  const { halt } = view.run;
  const memory = desk.memory(host.id);
  if (!view.phases.measured || memory?.passed.includes("soak")) return false;
  if (halt !== undefined) return !halt.sticky && isJudged(view, host.id);
  const until = memory?.held?.until ?? soakEnds(view, host.id);
  desk.lookAgain(Math.max(until ?? 0, view.fleet.at + SLICE));
  return true;
}

/** What made room goes back where it was, one after another; what does not fit any more is let go. */
function undoRoom(desk: Desk, host: Host): boolean {
  const due = (desk.plan(host.id)?.undoRoom ?? []).filter((move) => isDue(desk, move));
  return due.some(
    (move) => desk.isActedOn(move.workload) || migrate(desk, host.id, move, "put back") || waits(desk, move),
  );
}

/** Not started only because of slots or back-off, so that it will be. */
function waits(desk: Desk, move: Move): boolean {
  const workload = desk.workloads.get(move.workload);
  if (workload?.state !== "running" || desk.mustStay(workload.id)) return false;
  return desk.room.refuses(workload, move.to) === undefined;
}

/** Below the level and nothing may be drained: what we stopped starts again, the mark goes. */
function giveBack(view: View, desk: Desk, host: Host): boolean {
  if (owesStart(desk, host)) return true;
  const passed = desk.memory(host.id)?.passed ?? [];
  // Whoever was told that it goes is told that it is back, unless there is nobody left to tell.
  const tried = desk.memory(host.id)?.tries["hooks after"] !== undefined;
  if (passed.includes("hooks before") && !tried && owesHooks(view, passed, "hooks after"))
    return onlyWhenIdle(desk, host, { name: "hooks", host: host.id, at: "hooks after" });
  return onlyWhenIdle(desk, host, { name: "release", host: host.id });
}

/** Marked but not cordoned and below the level: the cordon did not get through. */
function recordon(desk: Desk, host: Host): boolean {
  return onlyWhenIdle(desk, host, { name: "cordon", host: host.id });
}

const owesHooks = (view: View, passed: readonly Passable[], step: HookStep): boolean =>
  view.hooks.has(step) && !passed.includes(step);

const lacks = (view: View, passed: readonly Passable[], point: "preflight" | "gate"): boolean =>
  view.checkPoints.has(point) && !passed.includes(point);
