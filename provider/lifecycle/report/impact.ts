import type { Assessment, Look, Estimate as OnLogScale } from "../../core/impact/question.ts";
import type { StoredEntry } from "../../engine/ports.ts";
import { fieldOf, numberOf, textOf } from "./fields.ts";
import type { Estimate, ForestRow, Impact } from "./schema.ts";
import type { Since } from "./stories.ts";
import { losses } from "./words.ts";

/** The verdict on the patch, from whatever looks are on record. */
export function impactOf(entries: readonly StoredEntry[], since: Since): Impact {
  const assessed = new Map<string, Assessment>();
  let tolerance: number | undefined;
  let pooled: unknown;
  for (const { data } of entries) {
    const assessment = fieldOf(data, "assessment");
    const host = textOf(fieldOf(assessment, "evidence"), "host");
    if (host !== undefined) assessed.set(host, assessment as Assessment);
    const over = fieldOf(data, "pooled");
    if (numberOf(over, "delta") !== undefined) pooled = over;
    tolerance = numberOf(data, "tolerance") ?? tolerance;
  }
  const all = [...assessed.values()];
  const judged = all.filter(({ evidence }) => evidence.estimate !== undefined);
  const over = pooled === undefined ? undefined : shares(pooled as OnLogScale);
  const [only] = judged;
  const estimate = over ?? (judged.length === 1 ? shares(only?.evidence.estimate as OnLogScale) : undefined);
  const workloads = judged.reduce((sum, { evidence }) => sum + (evidence.estimate?.treated ?? 0), 0);
  return {
    tested: judged.length > 0,
    sentence: sentenceOf(all, pooled),
    ...(tolerance === undefined ? {} : { tolerance }),
    ...(estimate === undefined ? {} : { estimate }),
    hosts: judged.length,
    workloads,
    looks: looksOf(all, since),
    forest: [
      ...all.flatMap(forestOf),
      ...(over === undefined ? [] : [{ kind: "roll" as const, name: "this roll", estimate: over }]),
    ],
  };
}

/** What a reader wants to know first: a conviction, else the figure over all hosts, else the newest host's. */
function sentenceOf(all: readonly Assessment[], pooled: unknown): string {
  const guilty = all.find(({ state }) => state === "regress");
  const words = guilty?.sentence ?? textOf(pooled, "sentence") ?? all.at(-1)?.sentence;
  return words ?? "not tested: no host was judged by probes";
}

function looksOf(all: readonly Assessment[], since: Since): Impact["looks"] {
  const looks = all.flatMap(({ evidence: { host, looks: seen } }) =>
    seen.map((look) => ({
      at: since(look),
      host,
      about: look.errors !== undefined && look.estimate === undefined ? "errors" : "latency",
      verdict: look.result,
      text: lookText(look),
      ...(look.estimate === undefined ? {} : { estimate: shares(look.estimate) }),
    })),
  );
  return looks.sort((a, b) => a.at - b.at);
}

function lookText({ minutes, kind, result, estimate, errors, why, by }: Look): string {
  const figures = [
    ...(estimate === undefined ? [] : [losses(shares(estimate))]),
    ...(errors === undefined
      ? []
      : [`${errors.bad} bad bins of ${errors.bins}, ${errors.expected.toFixed(1)} expected`]),
    ...(why === undefined ? [] : [why]),
  ];
  const what = kind === "confirm" ? "confirmation" : "look";
  return `${what} at ${minutes} min: ${result}${by === undefined ? "" : ` by ${by}`}${figures.length === 0 ? "" : ` (${figures.join("; ")})`}`;
}

function forestOf({ evidence: { host, estimate, rows, excluded } }: Assessment): ForestRow[] {
  return [
    { kind: "host", name: host, host, ...(estimate === undefined ? {} : { estimate: shares(estimate) }) },
    ...rows.map(({ workload, change, spread }) => ({
      kind: "workload" as const,
      name: workload,
      host,
      estimate: {
        delta: Math.expm1(change),
        lower: Math.expm1(change - 2 * spread),
        upper: Math.expm1(change + 2 * spread),
      },
    })),
    ...excluded.map(({ workload, why }) => ({ kind: "workload" as const, name: workload, host, excluded: why })),
  ];
}

/** An estimate of the logarithm as shares: 0.031 is +3.1 %. */
function shares({ delta, lower, upper, se, df }: OnLogScale): Estimate {
  return {
    delta: Math.expm1(delta),
    lower: Math.expm1(lower),
    upper: Math.expm1(upper),
    ...(Number.isFinite(se) ? { se } : {}),
    ...(Number.isFinite(df) && df > 0 ? { df } : {}),
  };
}
