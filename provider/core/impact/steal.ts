import { mean, sampleVariance } from "simple-statistics";
import { tAbove } from "./distributions.ts";
import type { Interval } from "./question.ts";

/** Share of CPU time that was stolen from (or not given to) the workloads of a host, at a moment of fleet time: 0.01 is 1 %. */
export interface StealSeen {
  readonly host: string;
  readonly at: number;
  readonly share: number;
}

/** What the patch did to a host's CPU steal: it explains a loss of latency in the report. */
export interface StealFigures {
  /** Mean shares before and after, and what the controls let expect after. */
  readonly before: number;
  readonly after: number;
  readonly expected: number;
  /** Change against the controls on ln(share + half a point), with its error. */
  readonly delta: number;
  readonly se: number;
  readonly df: number;
  /** Significantly more, by at least one point. */
  readonly isMore: boolean;
  /** Quiet enough before that this may halt a roll; noisy hosts only explain. */
  readonly mayHalt: boolean;
}

/** Half a point: near zero, shares say little. */
const OFFSET = 0.005;
const LEAST_EXCESS = 0.01;
const QUIET = 0.005;

/**
 * Difference in differences with the host as the unit. `controls`: hosts whose patch state did not change; `level`: one-sided.
 * Undefined without data of the host or with fewer than two controls.
 */
export function stealOf(
  seen: readonly StealSeen[],
  parts: {
    readonly host: string;
    readonly controls: ReadonlySet<string>;
    readonly before: Interval;
    readonly after: Interval;
  },
  level: number,
): StealFigures | undefined {
  const change = (host: string) => {
    const [before, after] = [sharesOf(seen, host, parts.before), sharesOf(seen, host, parts.after)];
    if (before.length === 0 || after.length === 0) return undefined;
    return { before: mean(before), after: mean(after), change: mean(after.map(lnOf)) - mean(before.map(lnOf)) };
  };
  const own = change(parts.host);
  const others = [...parts.controls].flatMap((host) => (host === parts.host ? [] : (change(host)?.change ?? [])));
  if (own === undefined || others.length < 2) return undefined;
  const usual = mean(others);
  const delta = own.change - usual;
  const se = Math.sqrt(sampleVariance(others) * (1 + 1 / others.length));
  const df = others.length - 1;
  const expected = Math.max(0, (own.before + OFFSET) * Math.exp(usual) - OFFSET);
  const isMore = own.after - expected >= LEAST_EXCESS && delta > tAbove(level, df) * se;
  return { before: own.before, after: own.after, expected, delta, se, df, isMore, mayHalt: own.before < QUIET };
}

function sharesOf(seen: readonly StealSeen[], host: string, { from, to }: Interval): number[] {
  return seen.flatMap((one) => (one.host === host && one.at >= from && one.at < to ? one.share : []));
}

function lnOf(share: number): number {
  return Math.log(Math.max(0, share) + OFFSET);
}
