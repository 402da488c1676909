import { restore as giveBack } from "../../engine/restore.ts";
import { type ExitCode, exit } from "../exit.ts";
import { baselineFor } from "../inputs.ts";
import { inputsFile, withTarget } from "../target.ts";
import type { CliWorld } from "../world.ts";

export interface RestoreOptions {
  /** Inputs file; absent: the only one of this project. */
  readonly inputs?: string | undefined;
  /** Only these, and these even if the run failed them. */
  readonly host?: readonly string[];
}

/** Gives back what a dead run put aside. */
export async function restore(world: CliWorld, options: RestoreOptions): Promise<ExitCode> {
  const inputs = inputsFile(world, options.inputs);
  return withTarget(world, inputs, async (driver, around) => {
    const record = (await driver.record.read())?.record;
    const baseline = baselineFor(world, inputs, record);
    const { holder, instance, wall, process } = around;
    const ports = { driver, process, silences: around.gates.silences, tell: world.out };
    const restored = await giveBack(ports, { holder, instance, wall, baseline, hosts: options.host });
    for (const workload of restored.workloads) world.out(`${workload} was started again`);
    for (const { what, why } of restored.left) world.err(`left as it is: ${what} ${why}`);
    if (restored.left.length > 0) {
      world.err(
        "Once you have looked at such a host yourself, `restore --host NAME` gives it back even if the run had failed it.",
      );
      return exit.failed;
    }
    if (restored.hosts.length === 0 && !restored.actors) world.out("There was nothing to give back.");
    return exit.ok;
  });
}
