import { isDeepStrictEqual } from "node:util";
import { own } from "../core/own.ts";
import type { Failure, Props } from "../lifecycle/props.ts";
import type { Path } from "../lifecycle/unknown.ts";

const OUTPUTS = ["hosts", "plan", "compliance", "run", "formerly"];

/**
 * What a program may not declare: it would be overwritten without a word. What was read comes back from an
 * import, with the owner, and what was saved by `ignoreChanges`.
 */
export function refusedKeys(news: Props, olds: Props, owner: string): Failure[] {
  if (news.owner === owner) return [];
  const whose =
    news.owner === undefined ? [] : [{ property: "owner", reason: "is filled in (project/stack/name): leave it out" }];
  const outputs = OUTPUTS.filter(
    (key) => own(news, key) !== undefined && !isDeepStrictEqual(own(news, key), own(olds, key)),
  ).map((property) => ({ property, reason: "is an output: read it from the resource, and leave it out here" }));
  return [...outputs, ...whose];
}

/** Which checks have a URL that is a secret: a URL may hold a key only then. */
export function secretUrls(secrets: readonly Path[]): { readonly secretUrls?: "all" | number[] } {
  const ofChecks = secrets.filter(([key]) => key === "checks");
  if (ofChecks.some((path) => path.length === 1)) return { secretUrls: "all" };
  const found = ofChecks.flatMap(([, index, key]) =>
    typeof index === "number" && (key === undefined || key === "url") ? [index] : [],
  );
  return found.length === 0 ? {} : { secretUrls: [...new Set(found)] };
}
