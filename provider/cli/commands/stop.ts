import { awaitStop, requestStop } from "../../engine/stop.ts";
import { endingText } from "../../lifecycle/render/roll.ts";
import { type ExitCode, exit, exitOfEnding } from "../exit.ts";
import { inputsFile, withTarget } from "../target.ts";
import type { CliWorld } from "../world.ts";

export interface StopOptions {
  /** Inputs file; absent: the only one of this project. */
  readonly inputs?: string | undefined;
  readonly wait?: boolean;
}

/** Asks the run that works on a fleet for a safe point, from any machine. */
export async function stop(world: CliWorld, { inputs, wait = false }: StopOptions): Promise<ExitCode> {
  return withTarget(world, inputsFile(world, inputs), async (driver, around) => {
    const asked = await requestStop(driver.record, around.holder, around.wall());
    if (asked.kind === "nothing to stop") {
      const { run } = asked;
      const last =
        run === undefined
          ? "no run is known."
          : run.ending === undefined
            ? `nobody works on run ${run.id}.`
            : `run ${run.id} ${endingText(run.ending)}`;
      world.out(`Nothing to stop: ${last}`);
      return exit.ok;
    }
    world.out(
      `Run ${asked.run} was asked for a safe point; ${asked.holder} finishes the acts in flight and ends as paused.`,
    );
    if (!wait) return exit.ok;
    const outcome = await awaitStop(driver.record, around.process, asked.run);
    switch (outcome.kind) {
      case "ended":
        world.out(
          `Run ${outcome.run.id} ${outcome.run.ending === undefined ? "has no ending: its process gave up the lease" : endingText(outcome.run.ending)}`,
        );
        return exitOfEnding(outcome.run.ending);
      case "another run":
        world.out(`Run ${asked.run} is over; the newest run is ${outcome.run}.`);
        return exit.ok;
      case "died":
        world.err(
          `${outcome.holder} no longer beats: it has died. \`rolling-patch continue\` or \`pulumi up\` goes on, \`rolling-patch restore\` gives back what it put aside.`,
        );
        return exit.unavailable;
    }
  });
}
