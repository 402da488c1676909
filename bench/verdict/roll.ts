import { judgeErrors, judgeHost } from "../../provider/core/impact/judge.ts";
import { type Pooled, pooled } from "../../provider/core/impact/pooled.ts";
import type { Assessment, Evidence, Question, Undisturbed } from "../../provider/core/impact/question.ts";
import { MINUTE } from "../../provider/core/impact/settings.ts";
import { type FleetOptions, SimulatedFleet, SOAK, TURN } from "./fleet.ts";

/** A simulated roll: hosts judged one after the other, then perhaps the rest, overlapping. */
export interface RollOptions extends FleetOptions {
  /** Minutes of the reference window. Default 30. */
  readonly baseline?: number;
  /** Hosts that are judged in full. Default: all. */
  readonly judged?: number;
  /** How many of the rest are out at once, and how many workloads of each stay elsewhere. Default: none of the rest goes. */
  readonly rest?: { readonly width: number; readonly stayAway: number };
  /** `fixed`: every soak lasts 25 minutes, as in the reference. `early`: the next host goes as soon as one has passed. */
  readonly soak?: "fixed" | "early";
  /** Default 0.1. */
  readonly tolerance?: number;
  /** Workloads of a judged host that are put back elsewhere. Default 0. */
  readonly stayAway?: number;
  /** Called for each judged host when its load is full, to disturb what comes. */
  readonly disturb?: (fleet: SimulatedFleet, index: number, fullLoad: number) => void;
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

/** Minutes of full load for which one of the rest keeps its place. */
const SHORT_SOAK = 2;

export function roll(options: RollOptions, seed: number): RollResult {
  const { hosts, baseline = 30, judged = hosts, rest, soak = "fixed", tolerance = 0.1 } = options;
  const latency = baseline + judged * (TURN + SOAK);
  const waves = rest === undefined ? 0 : Math.ceil((hosts - judged) / rest.width);
  const errors = latency + waves * (TURN + SHORT_SOAK) + SOAK;
  const fleet = new SimulatedFleet(options, { latency, errors }, seed);
  const undisturbed: Undisturbed[] = [{ kind: "baseline", from: 0, to: baseline * MINUTE }];
  const result = { assessments: [] as Assessment[], soaks: [] as number[], pooled: undefined as Pooled | undefined };
  const evidence: Evidence[] = [];
  const settings = { tolerance, hosts, looks: LOOKS };
  const asked = (index: number, fullLoadSince: number) => ({
    settings,
    host: `h${index}`,
    workloads: fleet.homes[index] ?? [],
    fullLoadSince,
    undisturbed: [...undisturbed],
    patchedSince: fleet.patchedSince,
    seen: fleet,
    earlier: [...evidence],
  });
  let start = baseline * MINUTE;
  for (let index = 0; index < judged; index++) {
    const fullLoad = fleet.turn(index, start, options.stayAway);
    options.disturb?.(fleet, index, fullLoad);
    const question = asked(index, fullLoad);
    const { assessment, at } = verdictOf(question);
    result.assessments.push(assessment);
    evidence.push(assessment.evidence);
    result.pooled = pooled({ tolerance, hosts: judged }, evidence);
    const what = assessment.state === "regress" ? assessment.by : result.pooled?.halt ? "pooled" : undefined;
    const late = what === undefined && options.errors !== undefined ? errorsOf(question) : undefined;
    result.soaks.push(late ?? (at - fullLoad) / MINUTE);
    const by = what ?? (late === undefined ? undefined : "errors");
    if (by !== undefined) return { ...result, haltedBy: { host: index + 1, what: by } };
    start = soak === "early" ? at : fullLoad + SOAK * MINUTE;
    undisturbed.push({ kind: "soak", from: fullLoad, to: start });
  }
  const after = latency * MINUTE;
  const fullLoads = Array.from({ length: rest === undefined ? 0 : hosts - judged }, (_, place) => {
    const { width, stayAway } = rest ?? { width: 1, stayAway: 0 };
    // Places open one after the other, not all at once.
    const begin = after + ((TURN + SHORT_SOAK) * MINUTE * Math.floor((place * 60) / width)) / 60;
    return fleet.turn(judged + place, Math.round(begin / MINUTE) * MINUTE, stayAway);
  });
  for (const [place, fullLoad] of fullLoads.entries())
    if (errorsOf(asked(judged + place, fullLoad)) !== undefined)
      return { ...result, haltedBy: { host: judged + place + 1, what: "errors" } };
  return result;
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

/** Errors are tested at all looks, whether or not latency has passed before: minutes of full load until they convict. */
function errorsOf(question: Omit<Question, "now">): number | undefined {
  const since = question.fullLoadSince ?? 0;
  const { state, evidence } = judgeErrors({ ...question, now: since + SOAK * MINUTE });
  return state === "regress" ? evidence.looks.at(-1)?.minutes : undefined;
}
