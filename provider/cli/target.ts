import { basename, dirname, resolve } from "node:path";
import type { Driver } from "../engine/ports.ts";
import type { Surroundings } from "../lifecycle/surroundings.ts";
import { readTarget } from "./inputs.ts";
import type { CliWorld } from "./world.ts";

/** Opens the target that an inputs file names, for as long as the work takes. */
export async function withTarget<T>(
  world: CliWorld,
  inputs: string,
  work: (driver: Driver, around: Surroundings) => Promise<T>,
): Promise<T> {
  const around = world.around(projectOf(world, inputs), (text) => world.err(text), new AbortController().signal);
  const driver = await around.openDriver(readTarget(world, inputs));
  try {
    return await work(driver, around);
  } finally {
    driver.close();
  }
}

/**
 * The project folder that an inputs file belongs to: paths in it start there, and the journal is there. The file is in the
 * project's `.rolling-patch`, so commands work from anywhere; a file that was copied elsewhere belongs to the working directory.
 */
export function projectOf(world: CliWorld, inputs: string): string {
  const folder = dirname(resolve(world.cwd, inputs));
  return basename(folder) === ".rolling-patch" ? dirname(folder) : world.cwd;
}
