import { Random } from "../../../bench/verdict/random.ts";
import type { Question } from "../../../provider/core/impact/question.ts";
import { type MoveSeen, SLICE, type Slice } from "../../../provider/core/impact/samples.ts";
import { Samples } from "../../../provider/core/impact/seen.ts";
import { looksOf, MINUTE } from "../../../provider/core/impact/settings.ts";

/** Fleet ms of the one host's life that these tests look at: `h0` is drained at 30 minutes, patched at 35, full again at 50. */
export const DRAINED = 30 * MINUTE;
export const PATCHED = 35 * MINUTE;
export const FULL = 50 * MINUTE;
export const END = 76 * MINUTE;

export interface ServiceOptions {
  readonly hosts?: number;
  readonly workloads?: number;
  readonly seed?: number;
  /** Start of the first slice. */
  readonly from?: number;
  readonly to?: number;
  /** Loss on `h0` from its patch on: 0.2 is +20 %. */
  readonly loss?: number;
  /** What becomes of a sample; default itself. Undefined: the whole slice is missing. */
  readonly alter?: (ms: number, slice: { workload: string; host: string; at: number }) => number | null | undefined;
  /** Workloads of `h0` that are put back on `h1`. */
  readonly away?: readonly string[];
}

export interface Service {
  readonly slices: readonly Slice[];
  readonly moves: readonly MoveSeen[];
  readonly workloads: readonly string[];
}

/** What probes see of a small fleet, one request a second. */
export function service(options: ServiceOptions = {}): Service {
  const { hosts = 6, workloads = 4, seed = 1, from = 0, to = END, loss = 0, away = [] } = options;
  const { alter = (ms) => ms } = options;
  const slices: Slice[] = [];
  for (let h = 0; h < hosts; h++) {
    for (let w = 0; w < workloads; w++) {
      const workload = `h${h}-w${w}`;
      const random = new Random(seed * 1000 + h * 50 + w);
      const base = 20 * (1 + w);
      for (let at = from; at < to; at += SLICE) {
        const host = placeOf(workload, h, at, away, hosts);
        const cost = host === "h0" && at >= PATCHED ? 1 + loss : 1;
        const samples = Array.from({ length: 5 }, () =>
          alter(base * cost * Math.exp(0.3 * random.normal()), { workload, host, at }),
        );
        if (samples.some((ms) => ms === undefined)) continue;
        slices.push({ probe: "http", workload, host, at, samples: samples.map((ms) => ms ?? null) });
      }
    }
  }
  const own = Array.from({ length: workloads }, (_, w) => `h0-w${w}`);
  const moves = own.flatMap((workload) => [
    ...(hosts > 1 ? [{ workload, at: DRAINED + MINUTE }] : []),
    ...(away.includes(workload) ? [] : [{ workload, at: FULL }]),
  ]);
  return { slices, moves, workloads: own };
}

function placeOf(workload: string, h: number, at: number, away: readonly string[], hosts: number): string {
  const isGone = h === 0 && hosts > 1 && at >= DRAINED + MINUTE && (at < FULL || away.includes(workload));
  return isGone ? "h1" : `h${h}`;
}

/** The question about `h0` after its put-back. */
export function questionOf({ slices, moves, workloads }: Service, change: Partial<Question> = {}): Question {
  return {
    settings: { tolerance: 0.1, hosts: 6, looks: looksOf("judged", 20) },
    host: "h0",
    workloads,
    fullLoadSince: FULL,
    now: END,
    undisturbed: [{ kind: "baseline", from: 0, to: DRAINED }],
    patchedSince: new Map([["h0", PATCHED]]),
    seen: new Samples(slices, moves),
    earlier: [],
    ...change,
  };
}
