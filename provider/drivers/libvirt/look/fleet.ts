import { clause, RollError } from "../../../core/errors.ts";
import type { Fleet, Host, HostRules, Workload } from "../../../core/fleet.ts";
import type { LibvirtHost, LibvirtTarget } from "../../../core/libvirt-target.ts";
import type { LevelReading } from "../packages/reading.ts";
import type { Preflight } from "../preflight.ts";
import { obstacle } from "./compatibility.ts";
import type { Guest } from "./guest.ts";
import type { Abilities, HostLook } from "./host-look.ts";

/** What is known of a host: from now, or, of one that is silent, from the last time it answered. */
export interface Seen {
  readonly declared: LibvirtHost;
  readonly answers: boolean;
  /** Why it does not: no route, another host key. */
  readonly silence?: string | undefined;
  /** It is being rebooted by us. */
  readonly rebooting: boolean;
  readonly look?: HostLook | undefined;
  readonly abilities?: Abilities | undefined;
  readonly level?: LevelReading | undefined;
  readonly preflight?: Preflight | undefined;
}

/** A host is expected to take so many seconds, before it has told how long it took. */
const PATCH = 120;
const BOOT = 90;

/** All hosts as one fleet. Throws `failed` when a guest runs in two places: nothing may be done then. */
export function fleetOf(
  target: LibvirtTarget,
  uri: string,
  at: number,
  seen: readonly Seen[],
): { fleet: Fleet; guests: ReadonlyMap<string, Placed> } {
  const placed = placeGuests(seen);
  const twins = sameUuid(seen);
  const guests = named(placed);
  const family = seen.find(({ level }) => level !== undefined)?.level?.family ?? "deb";
  const fleet: Fleet = {
    target: uri,
    at,
    scheme: family,
    hosts: seen.map((one) => hostOf(one, target, twins)).sort(byId),
    workloads: [...guests].map(([id, guest]) => workloadOf(id, guest, seen)).sort(byId),
    backward: "unknown",
    migration: { fixed: 2, perGiB: target.migration.bandwidth === undefined ? 10 : 1024 / target.migration.bandwidth },
  };
  return { fleet, guests };
}

/** A guest and where it is. */
export interface Placed {
  readonly guest: Guest;
  readonly host: string;
  readonly movingTo?: string;
  readonly transient: boolean;
  readonly autostart: boolean;
}

function placeGuests(seen: readonly Seen[]): Placed[] {
  const all = new Map<string, { host: Seen; guest: Guest }[]>();
  for (const host of seen)
    for (const guest of host.look?.guests ?? []) all.set(guest.uuid, [...(all.get(guest.uuid) ?? []), { host, guest }]);
  return [...all.values()].flatMap((halves) => placeOne(halves) ?? []);
}

function placeOne(halves: readonly { host: Seen; guest: Guest }[]): Placed | undefined {
  const running = halves.filter(({ guest, host }) => guest.state === "running" && host.answers);
  if (running.length > 1) throw doubled(running);
  const arriving = halves.find(({ guest }) => guest.state === "arriving");
  // One that runs on a silent host may still do so: it counts there until it is seen elsewhere.
  const at =
    running[0] ??
    halves.find(({ guest }) => guest.state === "running") ??
    halves.find(({ guest }) => guest.state === "stopped");
  if (at === undefined) return undefined;
  const { look, declared } = at.host;
  const { uuid } = at.guest;
  const job = look?.jobs.get(uuid);
  const to = arriving?.host.declared.name ?? (job !== undefined && job.code === undefined ? job.to : undefined);
  return {
    guest: at.guest,
    host: declared.name,
    ...(to !== undefined && to !== declared.name && at.guest.state === "running" ? { movingTo: to } : {}),
    transient: look?.transient.has(uuid) === true,
    autostart: look?.autostart.has(uuid) === true,
  };
}

function doubled(running: readonly { host: Seen; guest: Guest }[]): RollError {
  const where = running.map(({ host, guest }) => `${host.declared.name} (${guest.words})`).join(" and ");
  const { name, uuid } = running[0]?.guest ?? { name: "", uuid: "" };
  return new RollError("failed", `Guest ${name} (${uuid}) runs on ${where} at the same time.`, {
    hint: "Nothing is touched: two running copies destroy a shared disk. Find out which one is right and destroy the other.",
  });
}

/** Ids: the guests' names, or, where two guests of the fleet have one name, name and UUID. */
function named(placed: readonly Placed[]): Map<string, Placed> {
  const count = new Map<string, number>();
  for (const { guest } of placed) count.set(guest.name, (count.get(guest.name) ?? 0) + 1);
  return new Map(
    placed.map((one) => {
      const { name, uuid } = one.guest;
      return [count.get(name) === 1 ? name : `${name} (${uuid})`, one];
    }),
  );
}

function hostOf(seen: Seen, target: LibvirtTarget, twins: ReadonlyMap<string, string>): Host {
  const { declared, look, level, answers } = seen;
  const { name, domain, last } = declared;
  const quorums = [...new Set([...(declared.quorums ?? []), ...(look?.quorums ?? [])])].sort();
  const kind = declared.class ?? (look?.hardware || undefined);
  const finding = blockedBy(seen, twins) ?? level?.finding;
  const problem = problemOf(seen);
  const isThere = level === undefined || (level.level === level.wanted && level.evidence === level.wanted);
  const warnings = isThere ? [] : (seen.preflight?.warnings ?? []);
  return {
    id: name,
    level: level?.level ?? "unknown",
    wanted: level?.wanted ?? "unknown",
    evidence: level?.evidence ?? "unknown",
    ...(finding === undefined ? {} : { finding }),
    state: answers ? "up" : seen.rebooting ? "down" : "unreachable",
    ...(problem === undefined ? {} : { problem }),
    ...(warnings.length === 0 ? {} : { warnings }),
    bootId: look?.bootId ?? "unknown",
    ...(level === undefined ? {} : { rebootPending: level.rebootPending }),
    cordoned: look?.cordoned === true,
    ...(look?.mark === undefined ? {} : { mark: look.mark }),
    held: look?.held === true,
    capacity: {
      memory: Math.max(0, (look?.memory ?? 0) - target.reservedMemory),
      cpu: (look?.processors ?? 0) * target.cpuOvercommit,
    },
    ...(domain === undefined ? {} : { domain }),
    ...(quorums.length === 0 ? {} : { quorums }),
    ...(last === true ? { last } : {}),
    ...(kind === undefined ? {} : { class: kind }),
    ...(look?.errors === undefined ? {} : { errors: look.errors }),
    slots: target.migration.perHost,
    estimate: { patch: look?.times.patch ?? PATCH, boot: look?.times.boot ?? BOOT },
  };
}

function problemOf({ declared, look, level, answers, silence }: Seen): string | undefined {
  if (!answers) return silence === undefined ? undefined : clause(silence, declared.name);
  if (look?.silent !== undefined) return `libvirt does not answer: ${look.silent}`;
  if (level?.problem !== undefined) return level.problem;
  const failed = look?.failed ?? [];
  return failed.length === 0 ? undefined : `services have failed since its boot: ${failed.slice(0, 5).join(", ")}`;
}

/** Only of a host that has something to reach. */
function blockedBy({ level, preflight, declared }: Seen, twins: ReadonlyMap<string, string>): Host["finding"] {
  if (level === undefined || (level.level === level.wanted && level.evidence === level.wanted)) return undefined;
  const twin = twins.get(declared.name);
  const reason =
    twin === undefined
      ? preflight?.blocked
      : `it has the same UUID as ${twin}: libvirt refuses migrations between them (set host_uuid in libvirtd.conf)`;
  return reason === undefined ? undefined : { compliance: "blocked", reason };
}

function sameUuid(seen: readonly Seen[]): Map<string, string> {
  const known = seen.flatMap(({ declared, abilities }) =>
    abilities === undefined || abilities.uuid === "" ? [] : [{ name: declared.name, uuid: abilities.uuid }],
  );
  return new Map(
    known.flatMap(({ name, uuid }) => {
      const twin = known.find((one) => one.uuid === uuid && one.name !== name);
      return twin === undefined ? [] : [[name, twin.name]];
    }),
  );
}

function workloadOf(id: string, { guest, host, movingTo }: Placed, seen: readonly Seen[]): Workload {
  const { pinned, hosts, ...said } = guest.said;
  const never = seen.flatMap(({ declared, look, abilities }) =>
    declared.name !== host &&
    look !== undefined &&
    obstacle(guest, look, abilities, abilitiesOn(seen, host)) !== undefined
      ? [declared.name]
      : [],
  );
  const rules: HostRules = {
    ...hosts,
    ...(never.length > 0 ? { never: [...new Set([...(hosts?.never ?? []), ...never])] } : {}),
  };
  return {
    id,
    host,
    state: guest.state === "stopped" ? "stopped" : "running",
    ...(movingTo === undefined ? {} : { movingTo }),
    demand: { memory: guest.memory, cpu: guest.processors },
    ...said,
    ...(Object.keys(rules).length > 0 ? { hosts: rules } : {}),
    pinned: pinned === true || guest.pinnedBy !== undefined,
  };
}

function abilitiesOn(seen: readonly Seen[], host: string): Abilities | undefined {
  return seen.find(({ declared }) => declared.name === host)?.abilities;
}

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
