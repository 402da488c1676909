import { mean, sampleVariance } from "simple-statistics";
import { compare } from "./compare.ts";
import { intervalOf } from "./difference.ts";
import type { Estimated } from "./estimate.ts";
import type { Interval, Question } from "./question.ts";
import { MINUTE } from "./settings.ts";
import { referencesOf } from "./windows.ts";

/** Less baseline has too few pairs of its own to tell a patch from a usual hour. */
const LEAST_BASELINE = 240 * MINUTE;

/** Fewer placebo pairs have no spread worth the name. */
const LEAST_PAIRS = 4;

/**
 * A host without any control: before against after, measured by the host's own placebos, pairs of windows of the same lengths
 * and the same gap in its baseline. Good for convicting a large loss only; it never acquits.
 */
export function aloneOf(
  question: Question,
  after: Interval,
  minutes: number,
): Pick<Estimated, "estimate" | "rows"> | undefined {
  const [before] = referencesOf(question.undisturbed, 1);
  const baseline = question.undisturbed.findLast(
    ({ kind, from, to }) => kind === "baseline" && to - from >= LEAST_BASELINE,
  );
  if (before === undefined || baseline === undefined) return undefined;
  const placebos = placeboChanges(question, baseline, before, after);
  const { treated } = compare({ ...question, patchedSince: new Map() }, [before], after);
  if (treated.length < 2 || placebos.length < LEAST_PAIRS) return undefined;
  const usual = mean(placebos);
  const delta = mean(treated.map(({ change }) => change)) - usual;
  const se = Math.sqrt(sampleVariance(placebos) * (1 + 1 / placebos.length));
  const df = placebos.length - 1;
  return {
    estimate: {
      minutes,
      delta,
      se,
      df,
      ...intervalOf({ delta, se, df }),
      treated: treated.length,
      requests: treated.reduce((sum, { requests }) => sum + requests, 0),
      controls: { hosts: 0, workloads: 0 },
    },
    rows: treated.map(({ workload, change }) => ({ workload, change: change - usual, spread: se })),
  };
}

/** Mean changes of the host's workloads between windows placed like the real ones, shifted back by whole windows. */
function placeboChanges(question: Question, baseline: Interval, before: Interval, after: Interval): number[] {
  const changes: number[] = [];
  const length = after.to - after.from;
  for (
    let shift = Math.ceil((after.to - baseline.to) / length) * length;
    before.from - shift >= baseline.from;
    shift += length
  ) {
    const { treated } = compare(question, [moved(before, shift)], moved(after, shift));
    if (treated.length >= 2) changes.push(mean(treated.map(({ change }) => change)));
  }
  return changes;
}

function moved({ from, to }: Interval, shift: number): Interval {
  return { from: from - shift, to: to - shift };
}
