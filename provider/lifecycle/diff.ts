import { isDeepStrictEqual } from "node:util";
import { target as targetSchema, targetUri } from "../core/target.ts";
import { changesOf, type PropertyChange } from "./changes.ts";
import { declaredOf, type Props, savedHosts } from "./props.ts";
import { unknownPaths } from "./unknown.ts";
import { known } from "./validate.ts";

export interface Diff {
  readonly changes: boolean;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** What differs, host by host; empty when nothing changes. */
  readonly detailed: readonly PropertyChange[];
}

/**
 * Saved outputs against checked inputs. The check has looked at the fleet: what is pending is in `plan`, what changed by
 * itself in `hosts`. The text of the provider is no difference. `refreshing`: the engine compares what was just read with the
 * inputs of the last update, whose plan is not pending any more.
 */
export function diff(olds: Props, news: Props, refreshing = false): Diff {
  const replaced = isAnotherTarget(olds.target, news.target);
  const changes =
    replaced ||
    (news.plan !== undefined && !refreshing) ||
    unknownPaths(news).length > 0 ||
    !isDeepStrictEqual(declaredOf(olds), declaredOf(news)) ||
    (news.hosts !== undefined && !isDeepStrictEqual(savedHosts(olds), savedHosts(news)));
  return {
    changes,
    replaces: replaced ? ["target"] : [],
    deleteBeforeReplace: replaced,
    detailed: changes ? changesOf(olds, refreshing ? { ...news, plan: undefined } : news, replaced) : [],
  };
}

/** Another fleet, not the same one written differently. One that is not known yet shows as a change only. */
function isAnotherTarget(old: unknown, declared: unknown): boolean {
  const before = known(targetSchema, old);
  const after = known(targetSchema, declared);
  return before !== undefined && after !== undefined && targetUri(before) !== targetUri(after);
}
