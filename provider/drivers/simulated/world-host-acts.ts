import { RollError } from "../../core/errors.ts";
import type { Mark } from "../../core/fleet.ts";
import { compareVersions, satisfies, versionProblem } from "../../core/version.ts";
import { flag, type HostRow, spanOf, type Task, type World } from "./world.ts";
import { already, begun, checkReach, conflict, done, type Effect, hostNamed, unavailable } from "./world-effects.ts";
import { slowness } from "./world-faults.ts";
import { occupants } from "./world-moves.ts";
import { beginBoot, beginPatch } from "./world-patches.ts";

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

/** Replaces the mark. */
export function adopt(world: World, id: string, { run, owner, token }: Mark): Effect {
  const host = hostNamed(world, id);
  checkReach(world, host);
  if (host.mark === undefined) throw conflict(id, `${id} bears no mark.`, "Look at the fleet again.");
  if (host.mark.owner === owner && host.mark.run === run && host.mark.token === token) return already;
  world.hosts.put({ ...host, mark: { run, owner, token } });
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

/** Begins to download the patch to a host that goes on serving. */
export function stage(world: World, id: string, level: string): Effect {
  const host = hostNamed(world, id);
  checkLevel(world, host, level);
  const task = taskOf(world, host);
  if (task !== undefined) return { kind: "running", task: task.id };
  checkReach(world, host);
  if (host.staged === level || isAt(world, host, level)) return already;
  checkPossible(host, level);
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
  if (onlyOff) return begun(beginBoot(world, host, undefined));
  checkPossible(host, level);
  return begun(beginPatch(world, host, level));
}

/** Why the host could not go back after a patch; undefined: nothing speaks against it. */
export function missing(world: World, id: string): string | undefined {
  return hostNamed(world, id).noWayBack;
}

/** Makes sure that the host can go back. */
export function secure(world: World, id: string): Effect {
  const host = hostNamed(world, id);
  checkReach(world, host);
  if (host.noWayBack === undefined) return already;
  throw new RollError("denied", `${id} could not be taken back: ${host.noWayBack}.`, {
    host: id,
    hint: 'Mend that, or use another `policy.onRegress`: "drain" or "hold".',
  });
}

/** Begins to take an empty, cordoned, marked host back to the level before its last patch; takes up what is under way. */
export function rollback(world: World, id: string): Effect {
  const host = hostNamed(world, id);
  const task = taskOf(world, host);
  if (task?.kind === "patch" || task?.kind === "boot") return { kind: "running", task: task.id };
  checkReach(world, host);
  if (task !== undefined) throw conflict(id, `${id} is busy: ${task.kind}.`, "Wait until that has ended.");
  const { former } = host;
  const isThere = former !== undefined && host.running === former && host.reported === former;
  if (host.power === "on" && host.problem === undefined && isThere) return already;
  checkOut(world, host);
  if (former === undefined || host.noWayBack !== undefined)
    throw new RollError("failed", `${id} cannot go back: ${host.noWayBack ?? "it was never patched"}.`, {
      host: id,
      hint: "Take it to a level by hand.",
    });
  const isOnDisk = host.installed === former && host.power === "off";
  return begun(isOnDisk ? beginBoot(world, host, undefined) : beginPatch(world, host, former));
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

function checkPossible(host: HostRow, level: string): void {
  if (host.blocked === undefined) return;
  throw new RollError("failed", `${host.id} cannot be taken to ${level}: ${host.blocked}.`, {
    host: host.id,
    hint: "Mend that, or leave the host out.",
  });
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
