import { judgeHost } from "../../provider/core/impact/judge.ts";
import { type Pooled, pooled } from "../../provider/core/impact/pooled.ts";
import type { Assessment, Evidence, Question, Undisturbed } from "../../provider/core/impact/question.ts";
import { MINUTE } from "../../provider/core/impact/settings.ts";
import { BIN_SECONDS, type NoiseSet, noise } from "./noise.ts";
import { type ErrorSet, outages } from "./outages.ts";
import { SimulatedSeries } from "./series.ts";

/** A simulated roll: every host judged, one after the other. */
export interface RollOptions {
  readonly hosts: number;
  readonly workloadsPerHost: number;
  /** Default: latency that does not change at all. */
  readonly noise?: NoiseSet;
  /** Default: no errors. */
  readonly errors?: ErrorSet;
  /** Requests a second of a workload. Default 1. */
  readonly rate?: number;
  /** Minutes of the reference window. Default 30. */
  readonly baseline?: number;
  /** Loss that the patch brings: 0.2 is +20 %. Default 0. */
  readonly loss?: number;
  /** Standard deviation of that loss between hosts, as a share. Default 0. */
  readonly lossSpread?: number;
  /** Share of failed requests on patched hosts. */
  readonly patchedErrors?: number;
  /** `fixed`: every soak lasts 25 minutes, as in the reference. `early`: the next host goes as soon as one has passed. */
  readonly soak?: "fixed" | "early";
  /** Default 0.1. */
  readonly tolerance?: number;
  /** Judges no further host than this one (1 is the first). Default: all. */
  readonly until?: number;
  /** Called for each host before it is judged: to disturb it. */
  readonly disturb?: (turn: {
    readonly index: number;
    readonly fullLoad: number;
    readonly series: SimulatedSeries[];
  }) => void;
}

export interface RollResult {
  readonly assessments: readonly Assessment[];
  /** Minutes of full load after which each verdict stood. */
  readonly soaks: readonly number[];
  /** Which host halted the roll (1 is the first), and by what. */
  readonly haltedBy?: { readonly host: number; readonly what: "latency" | "errors" | "pooled" };
  readonly pooled: Pooled | undefined;
}

const LOOKS = [5, 10, 20];
/** Minutes from the start of a host's turn: patched, and steps of its put-back with the share of its workloads that is back. */
const PATCHED = 10;
const STEPS = [
  { at: 15, share: 0.1 },
  { at: 18, share: 0.25 },
  { at: 21, share: 0.5 },
  { at: 26, share: 1 },
];
const FULL = 26;
const SOAK = 25;

export function roll(options: RollOptions, seed: number): RollResult {
  const { hosts, baseline = 30, soak = "fixed", tolerance = 0.1 } = options;
  const fleet = new SimulatedFleet(options, seed);
  const undisturbed: Undisturbed[] = [{ kind: "baseline", from: 0, to: baseline * MINUTE }];
  const assessments: Assessment[] = [];
  const soaks: number[] = [];
  const evidence: Evidence[] = [];
  let start = baseline * MINUTE;
  let sum: Pooled | undefined;
  for (let index = 0; index < Math.min(hosts, options.until ?? hosts); index++) {
    const fullLoad = fleet.turn(index, start);
    options.disturb?.({ index, fullLoad, series: fleet.series });
    const question = {
      settings: { tolerance, hosts, looks: LOOKS },
      host: `h${index}`,
      workloads: fleet.homes[index] ?? [],
      fullLoadSince: fullLoad,
      undisturbed: [...undisturbed],
      patchedSince: fleet.patchedSince,
      seen: fleet,
      earlier: [...evidence],
    };
    const { assessment, at } = verdictOf(question);
    assessments.push(assessment);
    soaks.push((at - fullLoad) / MINUTE);
    evidence.push(assessment.evidence);
    sum = pooled({ tolerance, hosts }, evidence);
    if (assessment.state === "regress")
      return { assessments, soaks, haltedBy: { host: index + 1, what: assessment.by }, pooled: sum };
    if (sum?.halt) return { assessments, soaks, haltedBy: { host: index + 1, what: "pooled" }, pooled: sum };
    start = soak === "early" ? at : fullLoad + SOAK * MINUTE;
    undisturbed.push({ kind: "soak", from: fullLoad, to: start });
  }
  return { assessments, soaks, pooled: sum };
}

/** Asks as the engine does, whenever there may be news. */
function verdictOf(question: Omit<Question, "now">): { assessment: Assessment; at: number } {
  let now = question.fullLoadSince ?? 0;
  for (;;) {
    const assessment = judgeHost({ ...question, now });
    if (assessment.state !== "waiting" && assessment.state !== "suspect") return { assessment, at: now };
    now = assessment.until ?? Number.POSITIVE_INFINITY;
  }
}

class SimulatedFleet {
  readonly series: SimulatedSeries[] = [];
  readonly homes: string[][] = [];
  readonly patchedSince = new Map<string, number>();
  readonly #options: RollOptions;

  constructor(options: RollOptions, seed: number) {
    const { hosts, workloadsPerHost, baseline = 30, rate = 1, loss = 0, lossSpread = 0 } = options;
    this.#options = options;
    const seconds = 60 * (baseline + (options.until ?? hosts) * (FULL + SOAK));
    const size = { hosts, workloadsPerHost, rate };
    const latency = options.noise && noise(options.noise, { ...size, bins: seconds / BIN_SECONDS }, seed);
    const errors = options.errors && outages(options.errors, { ...size, bins: seconds / 10 }, seed);
    const costs = Array.from({ length: hosts }, (_, h) => Math.log1p(loss + lossSpread * Math.sin(h * 12.9898 + seed)));
    const treatment = {
      latency: (host: string, at: number) => (this.#isPatched(host, at) ? (costs[Number(host.slice(1))] ?? 0) : 0),
      errors: (host: string, at: number) => (this.#isPatched(host, at) ? options.patchedErrors : undefined),
    };
    for (let h = 0; h < hosts; h++) {
      const here = Array.from({ length: workloadsPerHost }, (_, w) => {
        const parts = { noise: latency?.[h]?.[w], errors: errors?.[h]?.[w], treatment, rate };
        return new SimulatedSeries(`h${h}-w${w}`, `h${h}`, parts);
      });
      this.series.push(...here);
      this.homes.push(here.map(({ workload }) => workload));
    }
  }

  /** Drains, patches and fills a host, beginning at `start`; returns when its load is full again. */
  turn(index: number, start: number): number {
    const host = `h${index}`;
    const { hosts, workloadsPerHost } = this.#options;
    this.patchedSince.set(host, start + PATCHED * MINUTE);
    const own = this.series.slice(index * workloadsPerHost, (index + 1) * workloadsPerHost);
    for (const [w, series] of own.entries()) {
      const step = STEPS.find(({ share }) => w < Math.ceil(share * workloadsPerHost - 1e-9));
      series.move(start + MINUTE, `h${(index + 1 + (w % Math.max(1, hosts - 1))) % hosts}`);
      series.move(start + (step?.at ?? FULL) * MINUTE, host);
    }
    return start + FULL * MINUTE;
  }

  #isPatched(host: string, at: number): boolean {
    return at >= (this.patchedSince.get(host) ?? Number.POSITIVE_INFINITY);
  }
}
