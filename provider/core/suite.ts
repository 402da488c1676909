import { z } from "zod";
import { someTime } from "./duration.ts";
import { command, variables } from "./program.ts";

/** When a suite runs. */
export const suiteMoment = z.enum(["before", "canary", "end"]);

/** Regression tests: a program on the machine that rolls, whose failing tests are named one by one where it reports them. */
export const suite = z
  .strictObject({
    name: z.string().min(1).max(60).describe('What messages call it: "shop". A name that is used twice is refused.'),
    command: command.describe(
      'Program and arguments, no shell: ["npm", "run", "e2e"]. Relative to the working directory of the Pulumi command. Credentials among the arguments are refused.',
    ),
    env: variables.describe(
      "Names of the environment variables that it gets besides PATH, HOME and LANG: the place for its credentials.",
    ),
    junit: z
      .string()
      .min(1)
      .optional()
      .describe(
        'JUnit XML files that it writes, a path or pattern: "reports/*.xml". Only files that it has written anew count.',
      ),
    tap: z.boolean().default(false).describe("Whether its standard output is TAP."),
    timeout: someTime
      .prefault("30m")
      .describe(
        'Longest that one run of it may take, process time, more than "0s": "10m". Then it is killed with all that it has started, and has failed.',
      ),
    at: z
      .array(suiteMoment)
      .min(1)
      .default(["before", "canary", "end"])
      .refine((moments) => moments.some((moment) => moment !== "before"), 'needs "canary" or "end" as well')
      .describe(
        'When it runs: once before the first host ("before": what is red then stays out), when the canary is back, and when every host is done.',
      ),
  })
  .refine(({ junit, tap }) => junit === undefined || !tap, {
    path: ["tap"],
    message: "give `junit` or `tap`, not both",
  })
  .describe(
    "Regression tests: a program that passes when it exits with 0. Newly failing tests are regressions; it runs once more to tell them from flaky ones.",
  );

export type Suite = z.output<typeof suite>;
export type SuiteInput = z.input<typeof suite>;
