import { isRollError } from "../core/errors.ts";
import { readable } from "../doors/failures.ts";
import type { Lifecycle } from "../lifecycle/lifecycle.ts";
import { PartialFailure } from "../lifecycle/partial.ts";
import type { Failure, Props } from "../lifecycle/props.ts";
import { wordsOnly } from "./words-only.ts";

type Json = Record<string, unknown>;

/** The calls of a dynamic provider, as its saved text makes them. */
export interface Door {
  check(olds: Props, news: Props): Promise<{ inputs: Json; failures: Failure[] }>;
  diff(
    id: string,
    olds: Props,
    news: Props,
  ): Promise<{ changes: boolean; replaces: string[]; deleteBeforeReplace: boolean }>;
  create(inputs: Props): Promise<{ id: string; outs: Json }>;
  read(id: string, props: Props): Promise<{ id: string; props: Json; inputs: Json }>;
  update(id: string, olds: Props, news: Props): Promise<{ outs: Json }>;
  delete(id: string, props: Props): Promise<void>;
}

/**
 * The lifecycle behind a dynamic provider. What goes back is plain JSON, since the engine takes nothing else. A roll that ended
 * early is thrown with `{ id, properties, reasons }`; any other error as words for people. `flush`: what was said has to be
 * heard before an answer ends the matter.
 */
export function door(lifecycle: Lifecycle, flush: () => Promise<void>): Door {
  const plainly = <T>(call: () => Promise<T>): Promise<T> => settled(call).finally(flush);
  return {
    check: (olds, news) =>
      plainly(async () => {
        const { inputs, failures } = await lifecycle.check(olds, news);
        return { inputs, failures: failures.map(readable) };
      }),
    diff: (_id, olds, news) =>
      plainly(async () => {
        const { changes, replaces, deleteBeforeReplace } = lifecycle.diff(olds, news);
        return { changes, replaces: [...replaces], deleteBeforeReplace };
      }),
    create: (inputs) => plainly(() => lifecycle.create(inputs)),
    read: (id, props) => plainly(async () => ({ id, ...(await lifecycle.read(props)) })),
    update: (_id, olds, news) => plainly(async () => ({ outs: (await lifecycle.update(olds, news)).outs })),
    delete: (_id, props) => plainly(() => lifecycle.delete(props)),
  };
}

async function settled<T>(call: () => Promise<T>): Promise<T> {
  try {
    const result = await call();
    return result === undefined ? result : JSON.parse(JSON.stringify(result));
  } catch (error) {
    throw forEngine(error);
  }
}

/** The dynamic host prints an error with its stack; of errors that are meant for people only the words are of use. */
function forEngine(error: unknown): unknown {
  if (error instanceof PartialFailure) {
    const { id, properties, reasons, message } = error;
    return Object.assign(wordsOnly(message), {
      id,
      properties: JSON.parse(JSON.stringify(properties)),
      reasons: [...reasons],
    });
  }
  return isRollError(error) ? wordsOnly(error.advice) : error;
}
