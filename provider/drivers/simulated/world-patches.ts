import { type HostRow, log, spanOf, type Task, type World } from "./world.ts";
import { slowness, strike } from "./world-faults.ts";
import { serving } from "./world-past.ts";

/** How long the platform waits for a boot that does not come. */
const BOOT_GIVE_UP = 1_200_000;

type Patch = Extract<Task, { kind: "patch" }>;
type Boot = Extract<Task, { kind: "boot" }>;

/** Begins to bring the host to the level; a boot follows. */
export function beginPatch(world: World, host: HostRow, level: string): Task {
  const seconds = host.patch + (host.staged === level ? 0 : world.facts.times.stage);
  const factor = slowness(world, { call: "remediate", hosts: [host.id] });
  world.serial += 1;
  const id = `t${world.serial}`;
  const until = world.now + spanOf(world, seconds, factor);
  const task: Task = { id, serial: world.serial, from: world.now, until, kind: "patch", host: host.id, level };
  world.tasks.put(task);
  world.hosts.put({ ...host, power: "patching", problem: undefined, latency: 1, doing: id, failure: undefined });
  return task;
}

/** The patch's time has come: it failed, or the host boots what is on its disk now. */
export function endPatch(world: World, task: Patch): void {
  const host = world.hosts.get(task.host);
  if (host === undefined) return;
  const occasion = { hosts: [host.id] };
  const failed = strike(world, "patch-fails", occasion);
  if (failed !== undefined) {
    world.hosts.put({ ...host, power: "on", doing: undefined, failure: { task: task.id, why: failed.reason } });
    log(world, { by: "platform", what: "patch", outcome: "failed", host: host.id, note: failed.reason });
    return;
  }
  log(world, { by: "platform", what: "patch", outcome: "done", host: host.id, note: task.level });
  const liesNew = strike(world, "lies-new", occasion) !== undefined;
  const liesOld = !liesNew && strike(world, "lies-old", occasion) !== undefined;
  const installed = liesNew || liesOld ? host.installed : task.level;
  const former = task.level === host.former ? host.former : host.running;
  beginBoot(world, { ...host, installed, former, staged: undefined }, liesNew ? task.level : undefined, task.id);
}

/** Boots a host. `claims`: the level that its inventory will report against the truth. `id`: the task that this goes on. */
export function beginBoot(world: World, host: HostRow, claims: string | undefined, id?: string): Task {
  const comesUp = strike(world, "never-boots", { hosts: [host.id] }) === undefined;
  const factor = slowness(world, { call: "remediate", hosts: [host.id] });
  world.serial += 1;
  const until = world.now + (comesUp ? spanOf(world, host.boot, factor) : BOOT_GIVE_UP);
  const task: Task = {
    id: id ?? `t${world.serial}`,
    serial: world.serial,
    from: world.now,
    until,
    kind: "boot",
    host: host.id,
    claims,
    comesUp,
  };
  world.tasks.put(task);
  world.hosts.put({ ...host, power: "booting", doing: task.id, failure: undefined });
  return task;
}

/** What the level that boots costs the service: as the fleet says of this level, and by faults that strike now. */
function costOf(world: World, host: HostRow): Pick<HostRow, "latency" | "cost"> {
  const occasion = { hosts: [host.id] };
  const of = (world.facts.costs ?? []).filter(
    (one) => one.level === host.installed && (one.class === undefined || one.class === host.class),
  );
  const latency = of.reduce((factor, one) => factor * (1 + one.latency), 1);
  const slower = (strike(world, "costs-latency", occasion)?.percent ?? 0) / 100;
  const failing = (strike(world, "costs-errors", occasion)?.percent ?? 0) / 100;
  const leaking = (strike(world, "leaks", occasion)?.percent ?? 0) / 100;
  const errors = Math.min(
    1,
    of.reduce((sum, one) => sum + one.errors, failing),
  );
  const leak = of.reduce((sum, one) => sum + one.leak, leaking);
  return {
    latency: latency * (1 + slower),
    ...(errors === 0 && leak === 0 ? {} : { cost: { errors, leak, since: world.now } }),
  };
}

/** The boot's time has come: the host is up, or off for good. */
export function endBoot(world: World, task: Boot): void {
  const host = world.hosts.get(task.host);
  if (host === undefined) return;
  const occasion = { hosts: [host.id] };
  if (!task.comesUp) {
    const why = "it did not come back after the reboot";
    world.hosts.put({ ...host, power: "off", doing: undefined, failure: { task: task.id, why } });
    log(world, { by: "platform", what: "boot", outcome: "failed", host: host.id, note: why });
    return;
  }
  const problem = strike(world, "boots-unhealthy", occasion)?.problem;
  const { cost: _former, ...rest } = host;
  const after: HostRow = {
    ...rest,
    power: "on",
    running: host.installed,
    reported: task.claims ?? host.installed,
    boots: host.boots + 1,
    problem,
    ...costOf(world, host),
    doing: undefined,
  };
  world.hosts.put(serving(world, host, after));
  log(world, { by: "platform", what: "boot", outcome: "done", host: host.id, note: host.installed });
}
