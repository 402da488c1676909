import { log, type World } from "./world.ts";

/** An operator takes the host away: it is theirs, whatever marks it bears. */
export function operatorTakes(world: World, id: string, span?: number): void {
  const host = world.hosts.get(id);
  if (host === undefined || host.held) return;
  world.hosts.put({ ...host, held: true });
  log(world, { by: "operator", what: "take", outcome: "done", host: id });
  if (span !== undefined) later(world, "operator gives", id, span);
}

export function operatorGives(world: World, id: string): void {
  const host = world.hosts.get(id);
  if (host === undefined || !host.held) return;
  world.hosts.put({ ...host, held: false });
  log(world, { by: "operator", what: "give", outcome: "done", host: id });
}

/** Somebody brings the host to another level. */
export function drift(world: World, id: string, level: string): void {
  const host = world.hosts.get(id);
  if (host === undefined) return;
  world.hosts.put({
    ...host,
    running: level,
    installed: level,
    reported: level,
    staged: undefined,
    boots: host.boots + 1,
  });
  log(world, { by: "operator", what: "reinstall", outcome: "done", host: id, note: level });
}

/** From now on the platform cannot take the host to another level, and says why. */
export function block(world: World, id: string, reason: string): void {
  const host = world.hosts.get(id);
  if (host === undefined) return;
  world.hosts.put({ ...host, blocked: reason });
  log(world, { by: "platform", what: "block", outcome: "done", host: id, note: reason });
}

export function unblock(world: World, id: string): void {
  const host = world.hosts.get(id);
  if (host?.blocked === undefined) return;
  world.hosts.put({ ...host, blocked: undefined });
  log(world, { by: "platform", what: "unblock", outcome: "done", host: id });
}

/** Power management gives back a host that it had switched off. */
export function powerOn(world: World, id: string): void {
  const host = world.hosts.get(id);
  if (host?.power !== "off" || host.doing !== undefined) return;
  world.hosts.put({ ...host, power: "on", boots: host.boots + 1, running: host.installed });
  log(world, { by: "platform", what: "power on", outcome: "done", host: id });
}

/** Something that is undone by itself after a while. */
export function later(world: World, kind: "operator gives" | "power on", host: string, span: number): void {
  world.serial += 1;
  world.tasks.put({
    id: `t${world.serial}`,
    serial: world.serial,
    from: world.now,
    until: world.now + span,
    kind,
    host,
  });
}
