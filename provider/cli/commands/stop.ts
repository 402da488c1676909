import type { RunMemory } from "../../core/run.ts";
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
      world.out(`Nothing to stop: ${newest(asked.run)}`);
      return exit.ok;
    }
    world.out(
      asked.run === undefined
        ? `${asked.holder} was asked for a safe point; a run that it is about to begin ends as paused before it touches a host.`
        : `Run ${asked.run} was asked for a safe point; ${asked.holder} finishes the acts in flight and ends as paused.`,
    );
    if (!wait) return exit.ok;
    const outcome = await awaitStop(driver.record, around.process, asked.token);
    switch (outcome.kind) {
      case "ended":
        world.out(outcome.run === undefined ? "No run was begun." : atItsEnd(outcome.run));
        return exitOfEnding(outcome.run?.ending);
      case "another process":
        world.out(`It is over; ${outcome.holder ?? "another process"} has taken the fleet up since.`);
        return exit.ok;
      case "died":
        world.err(
          `${outcome.holder} no longer beats: it has died. \`rolling-patch continue\` or \`pulumi up\` goes on, \`rolling-patch restore\` gives back what it put aside.`,
        );
        return exit.unavailable;
    }
  });
}

function newest(run: RunMemory | undefined): string {
  if (run === undefined) return "no run is known.";
  return run.ending === undefined ? `nobody works on run ${run.id}.` : `run ${run.id} ${endingText(run.ending)}`;
}

function atItsEnd({ id, ending }: RunMemory): string {
  return `Run ${id} ${ending === undefined ? "has no ending: its process gave up the lease" : endingText(ending)}`;
}
