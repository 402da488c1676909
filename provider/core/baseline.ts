import { z } from "zod";

/** The declared patch level. */
export const baseline = z
  .strictObject({
    version: z
      .string()
      .min(1)
      .describe(
        'The level every host shall have: "8.0.3-24022510". One that the fleet\'s version scheme cannot read fails the preview; hosts at a later one are left alone.',
      ),
  })
  .describe('The declared patch level: `{ version: "8.0.3" }`.');

export type Baseline = z.output<typeof baseline>;

/** Canonical text of a baseline: equal exactly when two baselines ask for the same. */
export function baselineKey(declared: Baseline): string {
  return `version=${declared.version}`;
}
