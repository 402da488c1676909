import type { CheckPoint } from "./check.ts";
import type { RunMemory } from "./run.ts";

/** When regression tests run: before the first host, when the canary is back, and when every host is done. */
export type TestMoment = "before" | "canary" | "after";

/** Most names of failing tests that are remembered of one suite, and characters of each: the fleet record is small. */
export const MOST_NAMES = 100;
export const LONGEST_NAME = 200;

/**
 * Which of these failing tests did not fail before the first host was touched. Where a suite failed as a whole then, nothing is
 * known of its tests, and all of them stay out.
 */
export function newlyFailing(
  { failingBefore = [] }: Pick<RunMemory, "failingBefore">,
  names: readonly string[],
): string[] {
  return names.filter((name) => !failingBefore.some((old) => name === old || name.startsWith(`${old}: `)));
}

/** "a, b, c and 12 more". */
export function namedTests(names: readonly string[], most = 20): string {
  const more = names.length - most;
  return `${names.slice(0, most).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The gates at which checks or suites are asked. */
export function checkPointsOf(inputs: {
  readonly checks: readonly { readonly at: readonly CheckPoint[] }[];
  readonly suites: readonly { readonly at: readonly ("before" | "canary" | "end")[] }[];
}): Set<CheckPoint> {
  const ofSuites = inputs.suites.flatMap(({ at }) => at).filter((moment) => moment !== "before");
  return new Set([...inputs.checks.flatMap(({ at }) => at), ...ofSuites]);
}
