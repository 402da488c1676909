import type { Assessment, ErrorFigures, Estimate, Evidence, Question } from "./question.ts";

/** An assessment without what it is based on. */
export type Standing = Assessment extends infer One
  ? One extends unknown
    ? Omit<One, "evidence" | "sentence">
    : never
  : never;

/** The assessment in words, with its figures. */
export function sentenceOf({ host, settings, workloads }: Question, standing: Standing, evidence: Evidence): string {
  const { estimate, errors } = evidence;
  switch (standing.state) {
    case "waiting":
      if (standing.until === undefined) return `${host}: load is partial, nothing is acquitted yet`;
      return estimate === undefined ? `${host}: not looked at yet` : `${host}: ${change(estimate)} so far`;
    case "suspect":
      return `${host} is suspect: ${standing.by === "errors" && errors ? errorWords(errors) : estimate ? change(estimate) : "a loss"}; the next minutes have to confirm it`;
    case "regress":
      if (standing.by === "errors" && errors) return `this patch causes errors on ${host}: ${errorWords(errors)}`;
      return estimate === undefined
        ? `this patch costs latency on ${host}`
        : `this patch costs ${change(estimate)} on ${host}`;
    case "pass":
      if (estimate === undefined) return `${host}: no more errors than before`;
      return `${host}: no loss above ${percent(Math.log1p(settings.tolerance))} % (upper bound ${percent(estimate.upper)} %)`;
    case "inconclusive":
      if (standing.why === "noisy" && estimate)
        return `${host}: too noisy to tell: ${change(estimate)} against a tolerance of ${percent(Math.log1p(settings.tolerance))} %`;
      if (workloads.length === 0) return `${host}: not tested: none of its workloads is probed`;
      if (standing.why === "no control") return `${host}: not tested: no control`;
      return `${host}: no verdict: ${evidence.looks.findLast(({ why }) => why !== undefined)?.why ?? "no data"}`;
  }
}

/** "+3.1 % median latency (95 % CI 1.9 to 4.4; 10 workloads against 190 on 19 hosts)". */
function change({ delta, lower, upper, treated, controls }: Estimate): string {
  const against =
    controls.hosts === 0
      ? "against its own past"
      : `against ${counted(controls.workloads, "workload")} on ${counted(controls.hosts, "host")}`;
  return `${signed(delta)} % median latency (95 % CI ${percent(lower)} to ${percent(upper)}; ${counted(treated, "workload")} ${against})`;
}

function errorWords({ bad, bins, expected }: ErrorFigures): string {
  return `${share(bad, bins)} % of its 10 s bins had failures where ${share(expected, bins)} % were to be expected`;
}

/** A change on the log scale as a percentage with one digit. */
export function percent(change: number): string {
  const text = (100 * Math.expm1(change)).toFixed(1);
  return text === "-0.0" ? "0.0" : text;
}

export function signed(change: number): string {
  const text = percent(change);
  return text.startsWith("-") ? text : `+${text}`;
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function share(part: number, whole: number): string {
  return whole > 0 ? ((100 * part) / whole).toFixed(1) : "0.0";
}
