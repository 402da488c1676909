import { type Comparison, compare } from "./compare.ts";
import { type Difference, difference, intervalOf } from "./difference.ts";
import type { Estimate, Evidence, Interval, Question, Spread } from "./question.ts";
import { spreadOf } from "./spread.ts";
import { placeboPairs, referencesOf, stateKey } from "./windows.ts";

/** Least data of the treated host; a single control host is enough if the baseline tells how hosts differ. */
const LEAST_WORKLOADS = 2;
const LEAST_REQUESTS = 100;

/** Latency after against before, as far as there is one to be told. */
export interface Estimated {
  readonly estimate?: Estimate;
  readonly rows: Evidence["rows"];
  readonly excluded: Evidence["excluded"];
  /** Of this window's controls alone. */
  readonly spread?: Spread;
  /** Why there is no estimate. */
  readonly lack?: { readonly kind: "no data" | "no control"; readonly why: string };
}

/** The treated host's change in a window of full load, `minutes` long. */
export function estimateOf(question: Question, after: Interval, minutes: number): Estimated {
  const compared = compare(question, referencesOf(question.undisturbed, hostsSeen(question)), after);
  const controls = [...compared.controls.values()];
  const spread = controls.length > 0 ? spreadOf(minutes, controls) : undefined;
  const known = { rows: [], excluded: compared.excluded, ...(spread === undefined ? {} : { spread }) };
  const requests = compared.treated.reduce((sum, one) => sum + one.requests, 0);
  const lack = lackOf(compared, requests);
  if (lack !== undefined) return { ...known, lack };
  const spreads = [...(spread === undefined ? [] : [spread]), ...otherSpreads(question, minutes)];
  const found = difference([compared.treated.map(({ change }) => change)], controls, spreads);
  if (found === undefined)
    return {
      ...known,
      lack: { kind: "no control", why: "nothing tells how much hosts differ: the baseline is too short" },
    };
  return { ...known, rows: rowsOf(compared, found), estimate: told(compared, found, minutes, requests) };
}

function lackOf({ treated, controls, silent }: Comparison, requests: number): Estimated["lack"] {
  if (treated.length < LEAST_WORKLOADS)
    return {
      kind: "no data",
      why: `${treated.length} of its workloads have enough data, ${LEAST_WORKLOADS} are needed`,
    };
  if (requests < LEAST_REQUESTS)
    return { kind: "no data", why: `${requests} answers of its workloads, ${LEAST_REQUESTS} are needed` };
  if (controls.size > 0) return undefined;
  if (silent > 0) return { kind: "no data", why: "no other host has enough data" };
  return { kind: "no control", why: "no other host kept its patch state, workloads and load" };
}

/** Noise of equal windows in this roll so far: of hosts judged before, and of the baseline against itself. */
function otherSpreads(question: Question, minutes: number): Spread[] {
  const earlier = question.earlier.flatMap(({ host, spreads }) => (host === question.host ? [] : spreads));
  return [...earlier.filter((spread) => spread.minutes === minutes), ...placeboSpreads(question, minutes)];
}

/** Of every baseline: nothing happened, so every host is a control, and its load is steady. */
export function placeboSpreads(
  { seen, undisturbed, patchedSince }: Pick<Question, "seen" | "undisturbed" | "patchedSince">,
  minutes: number,
): Spread[] {
  return undisturbed
    .filter(({ kind }) => kind === "baseline")
    .flatMap((baseline) =>
      longestPairs(baseline, minutes).flatMap(({ before, after }) => {
        const key = `placebo latency ${minutes} ${stateKey({ patchedSince }, baseline)}`;
        return seen.remember(key, before.from, after.to, () => {
          const { controls } = compare({ seen, patchedSince }, [before], after);
          return controls.size > 0 ? [spreadOf(minutes, [...controls.values()])] : [];
        });
      }),
    );
}

/** A look at 40 minutes finds no pair of its length in the baseline: shorter windows are noisier, so they err on the safe side. */
function longestPairs(baseline: Interval, minutes: number): ReturnType<typeof placeboPairs> {
  for (let length = minutes; length >= SHORTEST_PAIR; length = Math.max(length / 2, length - 5)) {
    const pairs = placeboPairs(baseline, length);
    if (pairs.length > 0) return pairs;
  }
  return [];
}

const SHORTEST_PAIR = 3;

/** Hosts with probed workloads in the newest reference. */
function hostsSeen({ seen, undisturbed }: Question): number {
  const [newest] = referencesOf(undisturbed, 0);
  if (newest === undefined) return 0;
  return new Set(seen.series.flatMap((series) => series.host(newest.from, newest.to) ?? [])).size;
}

function rowsOf({ treated }: Comparison, { control, within }: Difference): Evidence["rows"] {
  return treated.map(({ workload, change }) => ({ workload, change: change - control, spread: within }));
}

function told(compared: Comparison, found: Difference, minutes: number, requests: number): Estimate {
  const { delta, se, df } = found;
  const all = [...compared.controls.values()];
  return {
    minutes,
    delta,
    se,
    df,
    ...intervalOf(found),
    treated: compared.treated.length,
    requests,
    controls: { hosts: all.length, workloads: all.reduce((sum, host) => sum + host.length, 0) },
  };
}
