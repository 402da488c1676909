import { resolve } from "node:path";
import { isRollError, RollError } from "../../core/errors.ts";
import type { Lease } from "../../core/record.ts";
import {
  addFault,
  blockHost,
  createFleetFile,
  describeWorld,
  driftHost,
  openSimulated,
  operatorGives,
  operatorTakes,
  unblockHost,
} from "../../drivers/simulated/index.ts";
import { beats } from "../../engine/lease.ts";
import type { Driver } from "../../engine/ports.ts";
import { type ExitCode, exit } from "../exit.ts";
import { jsonArgument, readJson } from "../files.ts";
import { simText } from "../sim-text.ts";
import type { CliWorld } from "../world.ts";

/** Which embedded fleet. */
export interface SimOptions {
  readonly file: string;
}

/** Makes a fleet file of a spec. Throws `conflict` rather than replace one that a run works on. */
export async function simCreate(
  world: CliWorld,
  { file, spec, force = false }: SimOptions & { spec: string; force?: boolean },
): Promise<ExitCode> {
  if (force) await mustBeIdle(world, file);
  createFleetFile(resolve(world.cwd, file), readJson(world.cwd, spec, "fleet spec"), { force });
  const { hosts, workloads, scale } = describeWorld(resolve(world.cwd, file), { events: 0 });
  const pace = scale === 1 ? "" : `, ${scale} times as fast as real time`;
  world.out(`${hosts.length} hosts and ${workloads.length} workloads live in ${file} from now on${pace}.`);
  return exit.ok;
}

async function mustBeIdle(world: CliWorld, file: string): Promise<void> {
  let driver: Driver;
  try {
    driver = openSimulated({ kind: "simulated", file }, world.cwd);
  } catch (error) {
    // There is none, or it cannot be used: nobody works on it.
    if (isRollError(error)) return;
    throw error;
  }
  try {
    const lease = (await driver.record.read())?.record.lease;
    const { process } = world.around(world.cwd, world.err, new AbortController().signal);
    if (lease !== undefined && (await beats(driver.record, process, lease))) throw atWork(file, lease);
  } finally {
    driver.close();
  }
}

function atWork(file: string, { holder, since }: Lease): RollError {
  return new RollError("conflict", `${file} is not replaced: ${holder} works on this fleet since ${since}.`, {
    hint: "Wait until that run has ended, or ask it for a safe point with `npx rolling-patch stop`.",
  });
}

/** Shows a fleet as its owner sees it, faults and lies included. */
export function simShow(
  world: CliWorld,
  { file, json = false, events }: SimOptions & { json?: boolean; events: number },
): ExitCode {
  const description = describeWorld(resolve(world.cwd, file), { events });
  world.out(json ? JSON.stringify(description, null, 2) : simText(description));
  return exit.ok;
}

/** Lets a host be at another level, behind everybody's back. */
export function simDrift(world: CliWorld, host: string, level: string, { file }: SimOptions): ExitCode {
  driftHost(resolve(world.cwd, file), host, level);
  world.out(`${host} is at ${level} now.`);
  return exit.ok;
}

/** Lets the platform be unable to take a host to another level. */
export function simBlock(world: CliWorld, host: string, reason: string, { file }: SimOptions): ExitCode {
  blockHost(resolve(world.cwd, file), host, reason);
  world.out(`${host} cannot be taken to another level now: ${reason}`);
  return exit.ok;
}

/** Takes what blocked a host away. */
export function simUnblock(world: CliWorld, host: string, { file }: SimOptions): ExitCode {
  unblockHost(resolve(world.cwd, file), host);
  world.out(`${host} can be taken to any level again.`);
  return exit.ok;
}

/** Lets the fleet misbehave: `faults` is JSON, or the name of a file that holds it; one fault or a list. */
export function simFault(world: CliWorld, faults: string, { file }: SimOptions): ExitCode {
  const value = jsonArgument(world.cwd, faults, "fault");
  for (const fault of Array.isArray(value) ? value : [value]) {
    const id = addFault(resolve(world.cwd, file), fault);
    world.out(`fault ${id}: ${JSON.stringify(fault)}`);
  }
  return exit.ok;
}

/** An operator takes a host away. */
export function simTake(world: CliWorld, host: string, { file }: SimOptions): ExitCode {
  const taken = operatorTakes(resolve(world.cwd, file), host);
  world.out(taken ? `An operator has taken ${host} away.` : `An operator has ${host} already; nothing was changed.`);
  return exit.ok;
}

/** The operator gives it back. */
export function simGive(world: CliWorld, host: string, { file }: SimOptions): ExitCode {
  const given = operatorGives(resolve(world.cwd, file), host);
  world.out(given ? `The operator has given ${host} back.` : `No operator has ${host}; nothing was changed.`);
  return exit.ok;
}
