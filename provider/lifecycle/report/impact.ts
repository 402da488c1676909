import { type Pooled, pooled } from "../../core/impact/pooled.ts";
import type { Look, Estimate as OnLogScale } from "../../core/impact/question.ts";
import type { Measured } from "../../core/reduce-impact.ts";
import type { Claimed } from "../../engine/chronicle.ts";
import type { StoredEntry } from "../../engine/ports.ts";
import { fieldOf } from "./fields.ts";
import type { Estimate, ForestRow, Impact } from "./schema.ts";
import type { Since } from "./stories.ts";
import { losses } from "./words.ts";

/** The verdict on the patch: final ones of hosts as they are on record, and their pooled figure. */
export function impactOf(entries: readonly StoredEntry[], since: Since, claim: Claimed | undefined): Impact {
  const measured = new Map<string, Measured>();
  for (const { kind, data } of entries)
    if (kind === "measured" && fieldOf(data, "evidence") !== undefined) {
      const one = data as Measured;
      measured.delete(one.host);
      measured.set(one.host, one);
    }
  const all = [...measured.values()];
  const judged = all.filter(({ evidence }) => evidence.estimate !== undefined);
  const { tolerance, judged: planned = 0 } = claim?.impact ?? {};
  const over =
    tolerance === undefined
      ? undefined
      : pooled(
          { tolerance, hosts: Math.max(planned, judged.length) },
          judged.map(({ evidence }) => evidence),
        );
  return {
    tested: over !== undefined,
    sentence: sentenceOf(all, over, claim),
    ...(tolerance === undefined ? {} : { tolerance }),
    ...(over === undefined ? {} : { estimate: shares(over) }),
    hosts: over?.hosts ?? 0,
    workloads: over?.workloads ?? 0,
    looks: looksOf(judged, since),
    forest: [
      ...judged.flatMap(forestOf),
      ...(over === undefined ? [] : [{ kind: "roll" as const, name: "this roll", estimate: shares(over) }]),
    ],
  };
}

/** What a reader wants to know first: a conviction, else the figure over all hosts, else why there is none. */
function sentenceOf(all: readonly Measured[], over: Pooled | undefined, claim: Claimed | undefined): string {
  const guilty = all.find(({ verdict }) => verdict === "regress");
  if (guilty !== undefined) return guilty.sentence;
  if (over !== undefined) return over.sentence;
  if (claim?.impact === undefined) return "not tested: no probes";
  const newest = all.at(-1)?.sentence;
  return newest === undefined ? "not tested: no host has been judged" : `not tested: ${newest}`;
}

function looksOf(all: readonly Measured[], since: Since): Impact["looks"] {
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

function forestOf({ evidence: { host, estimate, rows, excluded } }: Measured): ForestRow[] {
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
function shares({
  delta,
  lower,
  upper,
  se,
  df,
}: Pick<OnLogScale, "delta" | "lower" | "upper" | "se" | "df">): Estimate {
  return {
    delta: Math.expm1(delta),
    lower: Math.expm1(lower),
    upper: Math.expm1(upper),
    ...(Number.isFinite(se) ? { se } : {}),
    ...(Number.isFinite(df) && df > 0 ? { df } : {}),
  };
}
