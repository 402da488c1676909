import { resolve } from "node:path";
import { RollError } from "../../core/errors.ts";
import { type SimulatedTarget, targetUri } from "../../core/target.ts";
import { versionProblem } from "../../core/version.ts";
import { fleetClock } from "../../engine/clock.ts";
import type { Driver } from "../../engine/ports.ts";
import { simulatedDriver } from "./driver.ts";
import { fault as faultSchema } from "./faults.ts";
import { writeFleetFile } from "./file-format.ts";
import { type FileStoreOptions, openFleetFile } from "./file-store.ts";
import { parseAs, parseFleetSpec } from "./spec.ts";
import type { World } from "./world.ts";
import { addFault as addFaultTo } from "./world-faults.ts";
import { createWorld } from "./world-new.ts";
import { block, drift, operatorGives as gives, operatorTakes as takes, unblock } from "./world-operator.ts";

/** Opens the fleet file of a target, a path relative to `baseDir`, with real clocks. Throws what `openFleetFile` throws. */
export function openSimulated(target: SimulatedTarget, baseDir: string, options: FileStoreOptions = {}): Driver {
  const store = openFleetFile(resolve(baseDir, target.file), options);
  return simulatedDriver({ store, clock: fleetClock(store.clock), target: targetUri(target) });
}

/** Creates a fleet file from a spec (see `fleetSpec`). `force` replaces an existing one. */
export function createFleetFile(path: string, spec: unknown, { force = false }: { force?: boolean } = {}): void {
  const parsed = parseFleetSpec(spec);
  const since = Math.round(fleetClock().now());
  writeFleetFile(path, createWorld(parsed, since), { epoch: since, since, scale: parsed.scale }, force);
}

/** Lets a host be at another level from now on, behind everybody's back. */
export function driftHost(path: string, host: string, level: string): void {
  change(path, (world) => {
    checkHost(world, host);
    const problem = versionProblem(world.facts.scheme, level);
    if (problem !== undefined) throw new RollError("invalid", `level: ${problem}.`, { hint: "Nothing was touched." });
    drift(world, host, level);
  });
}

/** Lets the fleet misbehave from now on (see `fault`). Returns the fault's id. */
export function addFault(path: string, fault: unknown): string {
  const parsed = parseAs(faultSchema, fault, "the fault");
  return change(path, (world) => {
    if (parsed.host !== undefined) checkHost(world, parsed.host);
    return addFaultTo(world, parsed);
  });
}

/** From now on the platform cannot take a host to another level, and says why. */
export function blockHost(path: string, host: string, reason: string): void {
  change(path, (world) => {
    checkHost(world, host);
    block(world, host, reason);
  });
}

/** What blocked a host is gone. */
export function unblockHost(path: string, host: string): void {
  change(path, (world) => {
    checkHost(world, host);
    unblock(world, host);
  });
}

/** False when an operator has it already. */
export function operatorTakes(path: string, host: string): boolean {
  return change(path, (world) => {
    checkHost(world, host);
    const held = world.hosts.get(host)?.held === true;
    takes(world, host);
    return !held;
  });
}

/** False when no operator has it. */
export function operatorGives(path: string, host: string): boolean {
  return change(path, (world) => {
    checkHost(world, host);
    const held = world.hosts.get(host)?.held === true;
    gives(world, host);
    return held;
  });
}

function change<T>(path: string, command: (world: World) => T): T {
  const store = openFleetFile(path);
  try {
    return store.run(fleetClock(store.clock), command);
  } finally {
    store.close();
  }
}

function checkHost(world: World, id: string): void {
  if (world.hosts.has(id)) return;
  const known = Array.from(world.hosts.values(), (host) => host.id);
  const some = known.length > 10 ? `${known.slice(0, 10).join(", ")}, …` : known.join(", ");
  throw new RollError("invalid", `There is no host ${id} in this fleet.`, { hint: `Its hosts are ${some}.` });
}
