import { RollError } from "../../core/errors.ts";
import type { FleetRecord } from "../../core/record.ts";
import { lifecycle } from "../../lifecycle/lifecycle.ts";
import { lookWith } from "../../lifecycle/looks.ts";
import { outlookOf } from "../../lifecycle/outlook.ts";
import { PartialFailure } from "../../lifecycle/partial.ts";
import { refusalOf, regressFailure } from "../../lifecycle/refusals.ts";
import { endingText } from "../../lifecycle/render/roll.ts";
import type { Surroundings } from "../../lifecycle/surroundings.ts";
import { type ExitCode, exit, exitOfEnding } from "../exit.ts";
import { type InputsOnFile, readInputs } from "../inputs.ts";
import { inputsFile, projectOf, withTarget } from "../target.ts";
import type { CliWorld } from "../world.ts";

export interface ContinueOptions {
  /** Inputs file; absent: the only one of this project. */
  readonly inputs?: string | undefined;
}

/** Goes on with the newest run, without Pulumi: as a service, as a job, by hand. */
export async function goOn(world: CliWorld, options: ContinueOptions): Promise<ExitCode> {
  const path = inputsFile(world, options.inputs);
  const file = readInputs(world, path);
  const verdict = await withTarget(world, path, async (driver) => {
    const look = await lookWith(driver, file.inputs.baseline, file.inputs.policy);
    checkDigest(look.record, file, path);
    const { run } = look.record;
    if (run?.ending?.kind === "done") {
      world.out(`Nothing to go on with: run ${run.id} ${endingText(run.ending)}`);
      return exit.ok;
    }
    const outlook = outlookOf(look, file.inputs, [file.inputs.owner]);
    const refusal = regressFailure(look, file.inputs) ?? refusalOf(outlook, file.inputs);
    if (refusal === undefined) return undefined;
    world.err(`rolling-patch: ${refusal.reason}`);
    return outlook.kind === "halted" ? exit.halted : exit.refused;
  });
  return verdict ?? interruptible(world, projectOf(world, path), (around) => rollOn(world, around, file, path));
}

async function rollOn(world: CliWorld, around: Surroundings, file: InputsOnFile, path: string): Promise<ExitCode> {
  try {
    await lifecycle(around).update(file.written, file.written);
    return exit.ok;
  } catch (error) {
    if (!(error instanceof PartialFailure)) throw error;
    if (error.cause !== undefined) throw error.cause;
    // What became of the hosts has been said already; how it ended is on record.
    const record = await withTarget(world, path, (driver) => driver.record.read());
    return exitOfEnding(record?.record.run?.ending);
  }
}

/** A roll that can be asked for a safe point by Ctrl-C or SIGTERM; a second one ends at once. */
async function interruptible(
  world: CliWorld,
  project: string,
  work: (around: Surroundings) => Promise<ExitCode>,
): Promise<ExitCode> {
  const stop = new AbortController();
  const hard = Promise.withResolvers<ExitCode>();
  const quiet = world.onInterrupt(() => {
    if (stop.signal.aborted) return hard.resolve(exit.interrupted);
    world.err(
      "Going to a safe point: no further host is started. Once more ends at once; then `restore` or the next roll tidies up.",
    );
    stop.abort("stop");
  });
  const around = world.around(
    project,
    (text, severity) => (severity === "warning" ? world.err(text) : world.out(text)),
    stop.signal,
  );
  try {
    return await Promise.race([work(around), hard.promise]);
  } finally {
    quiet();
  }
}

function checkDigest({ run, inputs }: FleetRecord, { digest }: InputsOnFile, path: string): void {
  if (run === undefined) {
    throw new RollError("invalid", "There is no run to go on with: nothing was ever rolled here.", {
      hint: "Begin with `pulumi up`.",
    });
  }
  if (inputs === digest) return;
  throw new RollError("invalid", `The inputs file ${path} is not the one that run ${run.id} was started with.`, {
    hint: "Use the file that the newest `pulumi up` wrote, unchanged; other inputs need a `pulumi up`.",
  });
}
