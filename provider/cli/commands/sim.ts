import { resolve } from "node:path";
import {
  addFault,
  blockHost,
  createFleetFile,
  describeWorld,
  driftHost,
  operatorGives,
  operatorTakes,
  unblockHost,
} from "../../drivers/simulated/index.ts";
import { type ExitCode, exit } from "../exit.ts";
import { jsonArgument, readJson } from "../files.ts";
import { simText } from "../sim-text.ts";
import type { CliWorld } from "../world.ts";

/** Which embedded fleet. */
export interface SimOptions {
  readonly file: string;
}

/** Makes a fleet file of a spec. */
export function simCreate(
  world: CliWorld,
  { file, spec, force = false }: SimOptions & { spec: string; force?: boolean },
): ExitCode {
  createFleetFile(resolve(world.cwd, file), readJson(world.cwd, spec, "fleet spec"), { force });
  const { hosts, workloads, scale } = describeWorld(resolve(world.cwd, file), { events: 0 });
  const pace = scale === 1 ? "" : `, ${scale} times as fast as real time`;
  world.out(`${hosts.length} hosts and ${workloads.length} workloads live in ${file} from now on${pace}.`);
  return exit.ok;
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
  operatorTakes(resolve(world.cwd, file), host);
  world.out(`An operator has taken ${host} away.`);
  return exit.ok;
}

/** The operator gives it back. */
export function simGive(world: CliWorld, host: string, { file }: SimOptions): ExitCode {
  operatorGives(resolve(world.cwd, file), host);
  world.out(`The operator has given ${host} back.`);
  return exit.ok;
}
