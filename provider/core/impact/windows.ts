import type { Interval, Question, Undisturbed } from "./question.ts";
import { SLICE } from "./samples.ts";
import { MINUTE, SETTLE } from "./settings.ts";

/** Of the baseline its last minutes count, of a soak its first ones after the settling of its moves. */
const BASELINE_MINUTES = 20;
const SOAK_MINUTES = 10;

/** Most intervals that the reference averages, newest first. */
const MOST_REFERENCES = 3;

/** Up to so many hosts only the newest interval counts: with more of them no host would be left as a control. */
const SMALL_FLEET = 5;

/** The windows before: each is summarised alone, then they are averaged. In order of time. */
export function referencesOf(undisturbed: readonly Undisturbed[], fleetHosts: number): readonly Interval[] {
  const newest = [...undisturbed]
    .sort((a, b) => a.from - b.from)
    .slice(fleetHosts <= SMALL_FLEET ? -1 : -MOST_REFERENCES);
  return newest.map(settledPart);
}

function settledPart({ kind, from, to }: Undisturbed): Interval {
  if (kind === "baseline") return onSlices({ from: Math.max(from, to - BASELINE_MINUTES * MINUTE), to });
  const start = from + SETTLE;
  return onSlices({ from: start, to: Math.max(start, Math.min(start + SOAK_MINUTES * MINUTE, to)) });
}

/** From minute to minute of a host's full load. */
export function afterFullLoad(since: number, fromMinutes: number, toMinutes: number): Interval {
  const start = Math.ceil(since / SLICE) * SLICE;
  return { from: start + fromMinutes * MINUTE, to: start + toMinutes * MINUTE };
}

/** Windows before and after as they would be, within one interval in which nothing happened: pairs that differ by noise alone. */
export function placeboPairs(baseline: Interval, minutes: number): readonly { before: Interval; after: Interval }[] {
  const { from, to } = onSlices(baseline);
  const length = minutes * MINUTE;
  const before = SOAK_MINUTES * MINUTE;
  const pairs = [];
  // From the end backwards: the newest minutes resemble the roll's most.
  for (let end = to; end - length - before >= from; end -= length) {
    const start = end - length;
    pairs.push({ before: { from: start - before, to: start }, after: { from: start, to: end } });
  }
  return pairs;
}

/** Whether a host is at the new level: undefined when that changed during the interval. */
export function isPatched(
  question: Pick<Question, "patchedSince">,
  host: string,
  { from, to }: Interval,
): boolean | undefined {
  const since = question.patchedSince.get(host) ?? Number.POSITIVE_INFINITY;
  if (since <= from) return true;
  return since >= to ? false : undefined;
}

/** What is patched before the end of an interval: the part of the patch states that a placebo in it depends on. */
export function stateKey(question: Pick<Question, "patchedSince">, { to }: Interval): string {
  return JSON.stringify([...question.patchedSince].filter(([, since]) => since < to).sort());
}

function onSlices({ from, to }: Interval): Interval {
  return { from: Math.ceil(from / SLICE) * SLICE, to: Math.floor(to / SLICE) * SLICE };
}
