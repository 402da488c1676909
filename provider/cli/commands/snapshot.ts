import { lookWith } from "../../lifecycle/looks.ts";
import { type ExitCode, exit } from "../exit.ts";
import { writeText } from "../files.ts";
import { baselineFor } from "../inputs.ts";
import { anonymised } from "../snapshot/anonymise.ts";
import { snapshotOf } from "../snapshot/snapshot.ts";
import { inputsFile, withTarget } from "../target.ts";
import type { CliWorld } from "../world.ts";

export interface SnapshotOptions {
  /** Inputs file; absent: the only one of this project. */
  readonly inputs?: string | undefined;
  /** Absent: the standard output. */
  readonly output?: string;
  readonly version?: string;
  readonly anonymize?: boolean;
}

/** Saves what a target looks like now. Touches nothing. */
export async function snapshot(world: CliWorld, options: SnapshotOptions): Promise<ExitCode> {
  const { output, version } = options;
  const inputs = inputsFile(world, options.inputs);
  const baseline = version === undefined ? baselineFor(world, inputs, undefined) : { version };
  const look = await withTarget(world, inputs, (driver) => lookWith(driver, baseline));
  const seen = snapshotOf(look, baseline);
  const text = JSON.stringify(options.anonymize === true ? anonymised(seen) : seen, null, 1);
  if (output === undefined) world.out(text);
  else {
    writeText(world.cwd, output, `${text}\n`);
    world.err(
      `${seen.fleet.hosts.length} hosts and ${seen.fleet.workloads.length} workloads are in ${output}; plan with: rolling-patch plan --fleet ${output}`,
    );
  }
  return exit.ok;
}
