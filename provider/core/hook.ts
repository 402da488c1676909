import { z } from "zod";
import { someTime } from "./duration.ts";
import { command, variables } from "./program.ts";

/** When a hook runs. */
export const hookMoment = z.enum(["beforeRun", "afterRun", "beforeHost", "afterHost"]);
export type HookMoment = z.output<typeof hookMoment>;

/** A program of the user's that may refuse to let a roll or a host go on: a change ticket that has to be open, a pager to be told. */
export const hook = z
  .strictObject({
    name: z.string().min(1).max(60).describe('What messages call it: "ticket". A name that is used twice is refused.'),
    command: command.describe(
      'Program and arguments, no shell: ["./ticket.sh", "check"]. Relative to the working directory of the Pulumi command. It reads one line of JSON from its standard input: what is about to happen or has. Credentials among the arguments are refused.',
    ),
    env: variables.describe(
      "Names of the environment variables that it gets besides PATH, HOME and LANG: the place for its credentials.",
    ),
    at: z
      .array(hookMoment)
      .min(1)
      .describe(
        "When it runs: before the first act of a roll and again when a roll goes on, after its end, before a host is cordoned, when a host has its load back. It may run again for the same.",
      ),
    timeout: someTime
      .prefault("1m")
      .describe(
        'Longest that it may run, process time, more than "0s": "30s". Then it is killed with all that it has started, and has failed.',
      ),
    onFailure: z
      .enum(["halt", "ignore"])
      .default("halt")
      .describe(
        "What it means when it does not exit with 0: the roll halts until the next `pulumi up`, or a warning. After the end of a roll it is always a warning.",
      ),
  })
  .describe("A program that runs before or after a roll or a host, and that may refuse to let it go on.");

export type Hook = z.output<typeof hook>;
export type HookInput = z.input<typeof hook>;

/** Steps of a host's life at which hooks run. */
export type HookStep = "hooks before" | "hooks after";

/** The steps for which a host's turn has to stop. */
export function hookStepsOf(hooks: readonly Pick<Hook, "at">[]): Set<HookStep> {
  const steps = { beforeHost: "hooks before", afterHost: "hooks after" } as const;
  return new Set(hooks.flatMap(({ at }) => at).flatMap((at) => (at in steps ? [steps[at as keyof typeof steps]] : [])));
}
