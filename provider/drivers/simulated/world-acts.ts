import { RollError } from "../../core/errors.ts";
import type { Mark } from "../../core/fleet.ts";
import { compareVersions, satisfies, versionProblem } from "../../core/version.ts";
import { answers, flag, type HostRow, spanOf, type Task, type WorkloadRow, type World } from "./world.ts";
import { slowness } from "./world-faults.ts";
import { beginMove, moveProblem, occupants, roomProblem } from "./world-moves.ts";
import { beginBoot, beginPatch } from "./world-patches.ts";

/** What an act came to: a task that now runs (taken up or begun), something done at once, or nothing to do. */
export type Effect =
  | { readonly kind: "begun" | "running"; readonly task: string }
  | { readonly kind: "done" }
  | { readonly kind: "already" };

const already: Effect = { kind: "already" };
const done: Effect = { kind: "done" };
const begun = (task: Task): Effect => ({ kind: "begun", task: task.id });

/** Sets the mark and stops new workloads from arriving. */
export function cordon(world: World, id: string, mark: Mark): Effect {
  const host = hostNamed(world, id);
  if (host.mark !== undefined && host.mark.owner !== mark.owner) {
    const whose = `run ${host.mark.run} of ${host.mark.owner}`;
    throw conflict(id, `${id} bears the mark of ${whose}.`, "Let that run finish, or release the host from there.");
  }
  checkReach(world, host);
  if (host.cordoned && host.mark === undefined) {
    throw conflict(id, `${id} was cordoned by somebody else.`, "Leave it, or put it back in service by hand.");
  }
  const same = host.mark?.run === mark.run && host.mark.token === mark.token;
  if (host.cordoned && same) return already;
  world.hosts.put({ ...host, cordoned: true, mark: { run: mark.run, owner: mark.owner, token: mark.token } });
  return done;
}

/** Takes workloads again; the mark stays. */
export function uncordon(world: World, id: string): Effect {
  const host = hostNamed(world, id);
  checkReach(world, host);
  if (!host.cordoned) return already;
  if (host.mark === undefined)
    throw conflict(id, `${id} was cordoned by somebody else.`, "Put it back in service by hand.");
  if (host.power !== "on") throw unavailable(id, `${id} is down.`);
  world.hosts.put({ ...host, cordoned: false });
  return done;
}

/** Takes the mark away. */
export function release(world: World, id: string): Effect {
  const host = hostNamed(world, id);
  checkReach(world, host);
  if (host.mark === undefined) return already;
  if (host.cordoned) throw conflict(id, `${id} is still cordoned.`, "Uncordon it before its mark is taken away.");
  world.hosts.put({ ...host, mark: undefined });
  return done;
}

/** Begins a live migration, or takes up the one that is under way. */
export function migrate(world: World, id: string, to: string): Effect {
  const workload = workloadNamed(world, id);
  const target = hostNamed(world, to);
  if (workload.doing?.kind === "migrate" && workload.doing.to === to)
    return { kind: "running", task: workload.doing.task };
  if (workload.host === to && workload.doing?.kind !== "migrate") {
    if (workload.state === "running") return already;
    throw conflict(to, `${id} is stopped on ${to}.`, "Start it first.");
  }
  const source = hostNamed(world, workload.host);
  checkReach(world, source);
  checkReach(world, target);
  const problem = moveProblem(world, workload, source, target);
  if (problem !== undefined) {
    throw conflict(
      to,
      `${id} cannot move from ${source.id} to ${to}: ${problem}.`,
      "Look at the fleet again and choose anew.",
    );
  }
  return begun(beginMove(world, workload, to));
}

/** Begins an orderly shutdown. */
export function stop(world: World, id: string): Effect {
  const workload = workloadNamed(world, id);
  if (workload.state === "stopped" && workload.doing === undefined) return already;
  return switchTo(world, workload, "stop");
}

/** Begins to start a workload on its host. */
export function start(world: World, id: string): Effect {
  const workload = workloadNamed(world, id);
  if (workload.state === "running" && workload.doing?.kind !== "stop") return already;
  return switchTo(world, workload, "start");
}

/** Begins to download the patch to a host that goes on serving. */
export function stage(world: World, id: string, level: string): Effect {
  const host = hostNamed(world, id);
  checkLevel(world, host, level);
  const task = taskOf(world, host);
  if (task !== undefined) return { kind: "running", task: task.id };
  checkReach(world, host);
  if (host.staged === level || isAt(world, host, level)) return already;
  if (host.power !== "on") throw unavailable(id, `${id} is down.`);
  world.serial += 1;
  const span = spanOf(world, world.facts.times.stage, slowness(world, { call: "stage", hosts: [id] }));
  const next: Task = {
    id: `t${world.serial}`,
    serial: world.serial,
    from: world.now,
    until: world.now + span,
    kind: "stage",
    host: id,
    level,
  };
  world.tasks.put(next);
  world.hosts.put({ ...host, doing: next.id, failure: undefined });
  return begun(next);
}

/** Begins to bring an empty, cordoned, marked host to the level; switches one on that is off; takes up what is under way. */
export function remediate(world: World, id: string, level: string): Effect {
  const host = hostNamed(world, id);
  checkLevel(world, host, level);
  const task = taskOf(world, host);
  if (task?.kind === "patch" || task?.kind === "boot") return { kind: "running", task: task.id };
  checkReach(world, host);
  if (task !== undefined) throw conflict(id, `${id} is busy: ${task.kind}.`, "Wait until that has ended.");
  if (host.power === "on" && host.problem === undefined && isAt(world, host, level)) return already;
  if (compareVersions(world.facts.scheme, host.running, level) > 0) {
    throw conflict(id, `${id} runs ${host.running}, ahead of ${level}.`, "Hosts are never taken back.");
  }
  checkOut(world, host);
  // A host that went off with the level on its disk only has to come up.
  const onlyOff = host.power === "off" && satisfies(world.facts.scheme, level, host.installed);
  return begun(onlyOff ? beginBoot(world, host, undefined) : beginPatch(world, host, level));
}

/** Puts the other actors aside. */
export function quiet(world: World): Effect {
  return setActors(world, Object.fromEntries(Object.keys(world.actors).map((name) => [name, false])));
}

/** Gives the other actors their former settings. */
export function restore(world: World, former: Readonly<Record<string, unknown>>): Effect {
  return setActors(world, { ...world.actors, ...former });
}

/** Throws `conflict` when the token is not the lease's: the caller's turn is over. */
export function checkToken(world: World, token: number): void {
  const lease = world.record?.record.lease;
  if (lease?.token === token) return;
  const message =
    lease === undefined
      ? `Nobody holds the lease of this fleet; token ${token} is not valid.`
      : `The lease of this fleet is held by ${lease.holder} since ${lease.since} (token ${lease.token}); token ${token} is not valid.`;
  throw new RollError("conflict", message, { hint: "Look who runs a roll here before starting another one." });
}

/** Only a host that is out under a mark and runs nothing may be patched; whoever tries otherwise has lost sight of the fleet. */
function checkOut(world: World, host: HostRow): void {
  const there = occupants(world, host.id);
  const problem =
    host.mark === undefined || !host.cordoned
      ? `${host.id} is not cordoned under a mark.`
      : there.length > 0
        ? `${host.id} is not empty: ${there.length} of its workloads run, ${there[0]?.id} among them.`
        : undefined;
  if (problem === undefined) return;
  flag(world, `remediation was asked for, but ${problem}`);
  throw conflict(host.id, problem, "Cordon and evacuate it first.");
}

function switchTo(world: World, workload: WorkloadRow, kind: "stop" | "start"): Effect {
  const { doing, id } = workload;
  if (doing?.kind === kind) return { kind: "running", task: doing.task };
  const host = hostNamed(world, workload.host);
  if (doing?.kind === "start" && kind === "stop") world.tasks.remove(doing.task);
  else if (doing !== undefined) throw conflict(host.id, `${id} is busy: ${doing.kind}.`, "Wait until that has ended.");
  checkReach(world, host);
  if (host.power !== "on") throw unavailable(host.id, `${host.id} is down.`);
  const problem = kind === "start" ? roomProblem(world, workload, host) : undefined;
  if (problem !== undefined)
    throw conflict(host.id, `${id} cannot start: ${problem}.`, "Make room on that host first.");
  const span = spanOf(world, world.facts.times[kind], slowness(world, { call: kind, hosts: [host.id], workload: id }));
  world.serial += 1;
  const task: Task = {
    id: `t${world.serial}`,
    serial: world.serial,
    from: world.now,
    until: world.now + span,
    kind,
    workload: id,
  };
  world.tasks.put(task);
  world.workloads.put({ ...workload, doing: { task: task.id, kind, to: host.id }, failure: undefined });
  return begun(task);
}

function setActors(world: World, settings: Readonly<Record<string, unknown>>): Effect {
  if (JSON.stringify(settings) === JSON.stringify(world.actors)) return already;
  world.actors = settings;
  return done;
}

function checkLevel(world: World, host: HostRow, level: string): void {
  const problem = versionProblem(world.facts.scheme, level);
  if (problem !== undefined) throw new RollError("invalid", `baseline.version: ${problem}`, { host: host.id });
}

function isAt(world: World, host: HostRow, level: string): boolean {
  return satisfies(world.facts.scheme, level, host.running) && host.reported === host.running;
}

function taskOf(world: World, host: HostRow): Task | undefined {
  return host.doing === undefined ? undefined : world.tasks.get(host.doing);
}

function checkReach(world: World, host: HostRow): void {
  if (!answers(world, host)) throw unavailable(host.id, `${host.id} does not answer.`);
  if (host.held)
    throw conflict(host.id, `${host.id} is held by an operator.`, "Wait until the operator gives it back.");
}

function hostNamed(world: World, id: string): HostRow {
  const host = world.hosts.get(id);
  if (host === undefined)
    throw conflict(id, `There is no host ${id} in this fleet.`, "It has left; look at the fleet again.");
  return host;
}

function workloadNamed(world: World, id: string): WorkloadRow {
  const workload = world.workloads.get(id);
  if (workload === undefined)
    throw new RollError("conflict", `There is no workload ${id} in this fleet.`, { hint: "Look at the fleet again." });
  return workload;
}

const conflict = (host: string, message: string, hint: string) => new RollError("conflict", message, { host, hint });
const unavailable = (host: string, message: string) =>
  new RollError("unavailable", message, { host, hint: "Wait until it answers again." });
