import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { RollError } from "../core/errors.ts";
import type { Driver } from "../engine/ports.ts";
import { projectFolder } from "../files.ts";
import type { Surroundings } from "../lifecycle/surroundings.ts";
import { readTarget } from "./inputs.ts";
import type { CliWorld } from "./world.ts";

const OURS = ".rolling-patch";

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
 * project's `.rolling-patch`, so commands work from anywhere; a file that was copied elsewhere belongs to the project we are in.
 */
export function projectOf(world: CliWorld, inputs: string): string {
  const folder = dirname(resolve(world.cwd, inputs));
  return basename(folder) === OURS ? dirname(folder) : projectFolder(world.cwd);
}

/** Folder of this project's journal, inputs and plans. */
export function ownFolder(world: CliWorld): string {
  return resolve(projectFolder(world.cwd), world.env.ROLLING_PATCH_DIR ?? OURS);
}

/** The inputs file that is meant: the one that is named, else the only one that this project has. Throws `invalid`. */
export function inputsFile(world: CliWorld, named: string | undefined): string {
  if (named !== undefined) return named;
  const folder = ownFolder(world);
  const found = existsSync(folder) ? readdirSync(folder).filter((name) => /^inputs-.*\.json$/.test(name)) : [];
  if (found.length === 1 && found[0] !== undefined) return relative(world.cwd, join(folder, found[0]));
  throw new RollError(
    "invalid",
    found.length === 0 ? `There is no inputs file in ${folder}.` : `There are several inputs files in ${folder}.`,
    {
      hint:
        found.length === 0
          ? "Name one with --inputs; every `pulumi up` writes it and prints its path."
          : `Name one with --inputs: ${found.join(", ")}.`,
    },
  );
}
