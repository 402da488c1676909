import type { Baseline } from "../core/baseline.ts";
import { isRollError } from "../core/errors.ts";
import type { Fleet, Host } from "../core/fleet.ts";
import { own } from "../core/own.ts";
import type { FleetRecord } from "../core/record.ts";
import { reduce } from "../core/reduce.ts";
import type { HostMemory, RunMemory } from "../core/run.ts";
import type { Silencer } from "./gate-ports.ts";
import { Keeper } from "./keeper.ts";
import type { Contender } from "./lease.ts";
import type { ActContext, Clock, Driver } from "./ports.ts";
import { without as withoutSilence } from "./silences.ts";
import { restoreAll } from "./storage-actors.ts";

export interface RestorePorts {
  readonly driver: Driver;
  readonly process: Clock;
  /** Ends the alert silences of hosts that are back. */
  readonly silences?: Silencer | undefined;
  /** One line for people about what was done. */
  tell(line: string): void;
}

export interface RestoreRequest extends Contender {
  /** Which level the run was to reach; the hosts that are there go back. */
  readonly baseline: Baseline;
  /** Only these hosts, and these even if the run failed or convicted them; undefined: all that can go back safely. */
  readonly hosts?: readonly string[] | undefined;
}

export interface Restored {
  /** Hosts that are in service again, without a mark. */
  readonly hosts: readonly string[];
  /** Workloads that the run had shut down. */
  readonly workloads: readonly string[];
  /** Whether other actors got their settings back. */
  readonly actors: boolean;
  /** What could not be given back, and why. */
  readonly left: readonly { readonly what: string; readonly why: string }[];
}

/** Longest that one act of giving back may take, fleet milliseconds. */
const DEADLINE = 10 * 60_000;

/**
 * Gives back what a dead run put aside: marked hosts that are at the level or were never patched, workloads that it shut
 * down, settings of other actors. Hosts that it failed or that are in the middle of a patch stay out, with the reason.
 * Throws `conflict` while a run holds the lease: nothing is touched then.
 */
export async function restore(ports: RestorePorts, request: RestoreRequest): Promise<Restored> {
  const { driver, process } = ports;
  const keeper = await Keeper.claim(driver.record, process, request, () => {});
  try {
    const context = contextOf(driver, keeper);
    const given = await hosts(ports, request, keeper, context);
    await endSilences(ports, keeper, given.hosts);
    const actors = await otherActors(ports, keeper, context);
    await keeper.release((record) => record);
    return {
      ...given,
      actors: actors === "given back",
      left: [...given.left, ...(typeof actors === "object" ? [actors] : [])],
    };
  } catch (error) {
    keeper.abandon();
    throw error;
  }
}

async function hosts(
  { driver, tell }: RestorePorts,
  request: RestoreRequest,
  keeper: Keeper,
  context: ActContext,
): Promise<Omit<Restored, "actors">> {
  const fleet = await driver.observe(request.baseline);
  const given = { hosts: [] as string[], workloads: [] as string[], left: [] as { what: string; why: string }[] };
  const named = request.hosts ?? [];
  for (const id of named) {
    if (!fleet.hosts.some((host) => host.id === id && host.mark !== undefined))
      given.left.push({ what: id, why: "bears no mark" });
  }
  for (const host of fleet.hosts.filter(
    (one) => one.mark !== undefined && (named.length === 0 || named.includes(one.id)),
  )) {
    const run = keeper.record.run;
    const memory = own(run?.hosts, host.id);
    const why = reasonToStay(host, run, named.includes(host.id));
    if (why !== undefined) {
      given.left.push({ what: host.id, why });
      continue;
    }
    try {
      await driver.uncordon(host.id, context);
      given.workloads.push(...(await startOwed(driver, fleet, memory, context)));
      await driver.release(host.id, context);
      await keeper.update((record) => withoutHost(record, host));
      given.hosts.push(host.id);
      tell(`${host.id} is in service again, ${host.level === host.wanted ? "at" : "not patched, at"} ${host.level}`);
    } catch (error) {
      if (!isRollError(error)) throw error;
      given.left.push({ what: host.id, why: error.message });
    }
  }
  return given;
}

/** Why a host must not go back into service; undefined: it may. */
function reasonToStay(host: Host, run: RunMemory | undefined, named: boolean): string | undefined {
  const memory = own(run?.hosts, host.id);
  if (host.held) return "is held by an operator";
  if (host.state === "unreachable") return "does not answer";
  if (host.state === "down") return "is down: it may be in the middle of its patch or boot";
  if (host.problem !== undefined) return `is not healthy: ${host.problem}`;
  if (!named && memory?.failed !== undefined)
    return `has failed in this run (${memory.failed.step}: ${memory.failed.why})`;
  if (!named && run?.convicted.includes(host.id)) return "did not serve as before the patch";
  if (host.level === host.wanted && host.evidence === host.level) return undefined;
  if (host.evidence !== host.level) return `reports ${host.level}, but runs ${host.evidence}`;
  const rebooted = memory?.bootBefore !== undefined && memory.bootBefore !== host.bootId;
  return rebooted && !named ? `was patched and rebooted, but is at ${host.level} instead of ${host.wanted}` : undefined;
}

async function startOwed(
  driver: Driver,
  fleet: Fleet,
  memory: HostMemory | undefined,
  context: ActContext,
): Promise<string[]> {
  const owed = (memory?.stopped ?? []).filter((id) =>
    fleet.workloads.some((one) => one.id === id && one.state === "stopped"),
  );
  for (const workload of owed) await driver.start(workload, context);
  return owed;
}

/** What cannot be ended expires by itself. */
async function endSilences({ silences, tell }: RestorePorts, keeper: Keeper, hosts: readonly string[]): Promise<void> {
  for (const one of keeper.record.silences ?? []) {
    if (!hosts.includes(one.host)) continue;
    const problem = await silences?.end(one.url, one.mark, new AbortController().signal);
    if (problem !== undefined)
      tell(`the silence of ${one.host} cannot be ended (${one.url}: ${problem}); it expires by itself`);
    await keeper.update((record) => withoutSilence(record, one));
  }
}

async function otherActors(
  { driver, process, tell }: RestorePorts,
  keeper: Keeper,
  context: ActContext,
): Promise<"given back" | "none" | { what: string; why: string }> {
  const { former } = keeper.record;
  if (former === undefined) return "none";
  try {
    await restoreAll(driver, process, former, context);
    await keeper.update(({ former: _former, ...record }) => record);
    tell(`other actors have their settings back: ${JSON.stringify(former)}`);
    return "given back";
  } catch (error) {
    if (!isRollError(error)) throw error;
    return { what: "settings of other actors", why: error.message };
  }
}

function withoutHost(record: FleetRecord, host: Host): FleetRecord {
  if (record.run === undefined) return record;
  const atLevel = host.level === host.wanted;
  return { ...record, run: reduce(record.run, { kind: "released", host: host.id, atLevel }) };
}

function contextOf(driver: Driver, keeper: Keeper): ActContext {
  return {
    token: keeper.token,
    signal: new AbortController().signal,
    deadline: driver.clock.now() + DEADLINE,
    progress: () => {},
    keepLog: () => {},
  };
}
