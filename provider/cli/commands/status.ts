import type { Fleet, Host } from "../../core/fleet.ts";
import { own } from "../../core/own.ts";
import type { FleetRecord } from "../../core/record.ts";
import type { HostMemory } from "../../core/run.ts";
import { haltInForce } from "../../core/takeup.ts";
import { beats } from "../../engine/lease.ts";
import { lookWith } from "../../lifecycle/looks.ts";
import { type ExitCode, exit } from "../exit.ts";
import { baselineFor } from "../inputs.ts";
import { statusText } from "../status-text.ts";
import { inputsFile, withTarget } from "../target.ts";
import type { CliWorld } from "../world.ts";

export interface StatusOptions {
  /** Inputs file; absent: the only one of this project. */
  readonly inputs?: string | undefined;
  readonly json?: boolean;
}

/** Who works on a fleet, how far, and what stands in the way. Plain JSON. */
export interface Status {
  readonly target: string;
  /** `rolling`: a process works on it. `dead`: one has died in mid-roll. `halted`, `paused`: the newest run ended so. */
  readonly state: "idle" | "rolling" | "dead" | "halted" | "paused";
  readonly lease?: NonNullable<FleetRecord["lease"]> & { readonly beating: boolean };
  readonly run?: FleetRecord["run"];
  readonly stop?: FleetRecord["stop"];
  readonly halt?: { readonly run: string; readonly reason: string; readonly host?: string };
  /** What people let pass, newest last. */
  readonly approvals: NonNullable<FleetRecord["approvals"]>;
  /** Whether other actors are put aside. */
  readonly former?: FleetRecord["former"];
  /** Hosts that are not in service, and why. */
  readonly out: readonly { readonly host: string; readonly level: string; readonly why: string }[];
  /** Hosts that bear a mark of the run. */
  readonly inHand: readonly string[];
  /** What keeps the fleet from a safe point, host by host; empty at one. */
  readonly underWay: readonly string[];
  readonly levels: Readonly<Record<string, number>>;
}

/** Looks at a fleet from any machine; watches the lease for three beats to tell a live holder from a dead one. */
export async function status(world: CliWorld, { inputs: named, json = false }: StatusOptions): Promise<ExitCode> {
  const inputs = inputsFile(world, named);
  const seen = await withTarget(world, inputs, async (driver, around) => {
    const before = (await driver.record.read())?.record;
    const beating = before?.lease === undefined ? false : await beats(driver.record, around.process, before.lease);
    const look = await lookWith(driver, baselineFor(world, inputs, before));
    return statusOf(look.fleet, look.record, beating);
  });
  world.out(json ? JSON.stringify(seen, null, 2) : statusText(seen, inputs));
  return { idle: exit.ok, rolling: exit.ok, dead: exit.paused, paused: exit.paused, halted: exit.halted }[seen.state];
}

function statusOf(fleet: Fleet, record: FleetRecord, beating: boolean): Status {
  const { lease, run, stop, former } = record;
  const halt = run === undefined ? record.halt : haltInForce(record, run.baseline, undefined);
  const levels = new Map<string, number>();
  for (const { level } of fleet.hosts) levels.set(level, (levels.get(level) ?? 0) + 1);
  return {
    target: fleet.target,
    state: stateOf(record, beating, halt !== undefined),
    ...(lease && { lease: { ...lease, beating } }),
    ...(run && { run }),
    ...(stop && { stop }),
    ...(halt && {
      halt: { run: halt.run, reason: halt.reason, ...(halt.host === undefined ? {} : { host: halt.host }) },
    }),
    ...(former && { former }),
    approvals: record.approvals ?? [],
    out: fleet.hosts.flatMap((host) => {
      const why = whyOut(host, record);
      return why === "" ? [] : [{ host: host.id, level: host.level, why }];
    }),
    inHand: inHand(fleet, run).map(({ id }) => id),
    underWay: inHand(fleet, run).flatMap((host) => underWay(fleet, run, host) ?? []),
    levels: Object.fromEntries(levels),
  };
}

function inHand({ hosts }: Fleet, run: FleetRecord["run"]): Host[] {
  const names = run === undefined ? [] : [run.owner, ...(run.formerly ?? [])];
  return hosts.filter(({ mark }) => mark !== undefined && names.includes(mark.owner));
}

/** Undefined for a host in service, for one that is empty and cordoned, and for one that the run has given up. */
function underWay({ workloads }: Fleet, run: FleetRecord["run"], host: Host): string | undefined {
  const { id, state, cordoned, held } = host;
  if (held || own(run?.hosts, id)?.failed !== undefined || run?.convicted.includes(id)) return undefined;
  if (state === "unreachable") return `${id} does not answer`;
  if (state === "down") return `${id} is down, in its patch or boot`;
  const moving = workloads.filter((one) => one.movingTo !== undefined && [one.host, one.movingTo].includes(id));
  if (moving.length > 0) return `${id} has ${moving.length} of its workloads on the move`;
  const left = workloads.filter((one) => one.host === id && one.state === "running");
  return cordoned && left.length > 0 ? `${id} is not empty: ${left.length} of its workloads run` : undefined;
}

function stateOf({ lease, run }: FleetRecord, beating: boolean, halted: boolean): Status["state"] {
  if (lease !== undefined && beating) return "rolling";
  if (halted) return "halted";
  if (run === undefined) return "idle";
  switch (run.ending?.kind) {
    case undefined:
      return "dead";
    case "done":
      return "idle";
    default:
      return run.ending?.kind === "paused" ? "paused" : "halted";
  }
}

/** Empty for a host in service without a mark. */
function whyOut(host: Host, { run }: FleetRecord): string {
  const memory = own(run?.hosts, host.id);
  return [
    ...(host.held ? ["held by an operator"] : []),
    ...(host.state === "up" ? [] : [host.state]),
    ...(host.problem === undefined ? [] : [host.problem]),
    ...(host.cordoned ? ["cordoned"] : []),
    ...(host.mark === undefined ? [] : [`mark of run ${host.mark.run} (${host.mark.owner})`]),
    ...(memory?.failed === undefined ? [] : [`failed: ${memory.failed.step}: ${memory.failed.why}`]),
    ...(run?.convicted.includes(host.id) ? ["does not serve as before the patch"] : []),
    ...(host.mark === undefined || memory === undefined || memory.failed !== undefined ? [] : [progressOf(memory)]),
  ].join(", ");
}

/** How far a host in hand has come, as far as it is remembered. */
function progressOf({ passed, bootBefore, drainSince }: HostMemory): string {
  if (passed.includes("gate")) return "the gate has passed";
  if (passed.includes("verify")) return "verified";
  if (bootBefore !== undefined) return "remediation begun";
  return drainSince === undefined ? "in hand" : "evacuation begun";
}
