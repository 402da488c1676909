import type { Driver, FleetClock } from "../../engine/ports.ts";
import { simulatedDriver } from "./driver.ts";
import { type FleetSpecInput, parseFleetSpec } from "./spec.ts";
import { memoryStore, type Store } from "./store.ts";
import type { World } from "./world.ts";
import { createWorld } from "./world-new.ts";

/** A fleet in memory, for tests and benchmarks. */
export interface MemoryFleet {
  readonly driver: Driver;
  /** Its whole state; `violations(world)` judges it, `world.events` tells what happened. Brought up to date by every call. */
  readonly world: World;
  /** Other drivers may share it: `simulatedDriver({ store, clock })`. */
  readonly store: Store;
}

/**
 * Creates a fleet in memory at the clock's present fleet time.
 * @param watch is told after every event and every command: the place for invariants.
 */
export function memoryFleet(spec: FleetSpecInput, clock: FleetClock, watch?: (world: World) => void): MemoryFleet {
  const world = createWorld(parseFleetSpec(spec), clock.now());
  const store = memoryStore(world, watch);
  return { driver: simulatedDriver({ store, clock }), world, store };
}

export { describeWorld, type WorldDescription } from "./describe.ts";
export { simulatedDriver } from "./driver.ts";
export { type Fault, type FaultInput, fault, faults } from "./faults.ts";
export { type FileStore, openFleetFile } from "./file-store.ts";
export { type GenerateOptions, generateFleet } from "./generate.ts";
export {
  addFault,
  blockHost,
  createFleetFile,
  driftHost,
  openSimulated,
  operatorGives,
  operatorTakes,
  unblockHost,
} from "./operations.ts";
export { type FleetSpec, type FleetSpecInput, fleetSpec, parseFleetSpec } from "./spec.ts";
export { memoryStore, type Store } from "./store.ts";
export type { World, WorldEvent } from "./world.ts";
export { violations } from "./world-check.ts";
export { createWorld } from "./world-new.ts";
export { settle } from "./world-settle.ts";
export { serviceLatency } from "./world-view.ts";
