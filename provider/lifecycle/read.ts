import { baseline as baselineSchema } from "../core/baseline.ts";
import { isRollError } from "../core/errors.ts";
import { target as targetSchema } from "../core/target.ts";
import { type Looks, regressOf } from "./looks.ts";
import { savedProps } from "./outputs.ts";
import { carried, declaredOf, ownersOf, type Props } from "./props.ts";
import type { Surroundings } from "./surroundings.ts";
import { known } from "./validate.ts";

export interface ReadResult {
  readonly props: Record<string, unknown>;
  /** Exactly the declared keys, `hosts` as observed and former names that count: a preview shows the drift and nothing else. */
  readonly inputs: Record<string, unknown>;
}

/**
 * Looks at the fleet anew. A target that cannot be looked at keeps what was saved, with a warning: a stack whose target is
 * gone must still be able to declare another one.
 */
export async function read(around: Surroundings, looks: Looks, saved: Props): Promise<ReadResult> {
  const target = known(targetSchema, saved.target);
  const baseline = known(baselineSchema, saved.baseline);
  if (target === undefined || baseline === undefined) return unchanged(saved);
  try {
    const look = await looks.look(target, baseline, regressOf(saved.policy));
    const props = savedProps(saved, look, ownersOf(saved, undefined), saved, around.files.folder);
    return { props, inputs: inputsOf(props) };
  } catch (error) {
    if (!isRollError(error)) throw error;
    around.say(
      `${saved.owner}: the target cannot be looked at, the last known levels are kept: ${error.advice}`,
      "warning",
    );
    return unchanged(saved);
  }
}

function unchanged(saved: Props): ReadResult {
  return { props: { ...saved }, inputs: inputsOf(saved) };
}

/** Exactly what `read` gives back as inputs. */
export function inputsOf(props: Props): Record<string, unknown> {
  const { hosts, formerly } = props;
  return {
    ...declaredOf(props),
    ...carried(props),
    ...(hosts === undefined ? {} : { hosts }),
    ...(formerly === undefined ? {} : { formerly }),
  };
}
