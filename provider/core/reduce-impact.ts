import { withHost, without } from "./host-memory.ts";
import type { Assessment, Evidence } from "./impact/question.ts";
import { own } from "./own.ts";
import { LAST_LOOK } from "./phases.ts";
import { type HostMemory, type HostVerdict, type ImpactMemory, noImpact, type RunMemory } from "./run.ts";

/** What happened in measuring the service. Times are fleet time, milliseconds. */
export type ImpactEvent =
  | { readonly kind: "reference"; readonly moment: "began" | "ended"; readonly at: number }
  /** A step of the put-back is made: load is held. */
  | {
      readonly kind: "held";
      readonly host: string;
      readonly plan: string;
      readonly moves: number;
      readonly until: number;
    }
  | { readonly kind: "full load"; readonly host: string; readonly at: number }
  | {
      readonly kind: "suspected";
      readonly host: string;
      readonly by: "latency" | "errors";
      readonly until: number;
      readonly sentence: string;
    }
  | { readonly kind: "cleared"; readonly host: string; readonly sentence: string }
  | Measured;

/** The final verdict on a host. */
export interface Measured {
  readonly kind: "measured";
  readonly host: string;
  readonly at: number;
  /** Measured in full; else by its errors alone. */
  readonly judged: boolean;
  readonly verdict: HostVerdict;
  readonly sentence: string;
  /** All of it, for reports. */
  readonly evidence: Evidence;
}

/** How people and memory call an assessment that is final; undefined: it is not. */
export function verdictOf(assessment: Assessment): HostVerdict | undefined {
  switch (assessment.state) {
    case "pass":
    case "regress":
      return assessment.state;
    case "inconclusive":
      return assessment.why === "no control" ? "untested" : assessment.why;
    default:
      return undefined;
  }
}

export function measured(run: RunMemory, event: ImpactEvent): RunMemory {
  const { impact = noImpact } = run;
  switch (event.kind) {
    case "reference":
      return { ...run, impact: reference(impact, event) };
    case "held": {
      const { plan, moves, until } = event;
      return withHost(run, event.host, (host) => ({ ...host, held: { plan, moves, until } }));
    }
    case "full load":
      return withHost(run, event.host, ({ held: _held, ...host }) => ({
        ...host,
        fullSince: event.at,
        passed: [...new Set([...host.passed, "put back" as const])],
      }));
    case "suspected":
      return { ...run, impact: { ...impact, suspects: { ...impact.suspects, [event.host]: event.until } } };
    case "cleared":
      return { ...run, impact: { ...impact, suspects: without(impact.suspects, event.host) } };
    case "measured":
      return concluded(run, event);
  }
}

function reference(impact: ImpactMemory, { moment, at }: ImpactEvent & { kind: "reference" }): ImpactMemory {
  if (moment === "began") return { ...impact, reference: { from: at } };
  const from = impact.reference?.from ?? at;
  const undisturbed = [...impact.undisturbed, { kind: "baseline" as const, from, to: at }];
  return { ...impact, reference: { from, until: at }, undisturbed };
}

function concluded(run: RunMemory, { host, at, judged, verdict, evidence }: Measured): RunMemory {
  const { impact = noImpact } = run;
  const rest = { suspects: without(impact.suspects, host), watched: without(impact.watched, host) };
  if (!judged) return { ...run, impact: { ...impact, ...rest } };
  const { estimate, spreads } = evidence;
  const earlier = { host, spreads, ...(estimate === undefined ? {} : { estimate }) };
  const from = own(run.hosts, host)?.fullSince;
  // Latency may acquit early; errors are looked at to the end.
  const isEarly = from !== undefined && at - from < LAST_LOOK && verdict !== "regress" && verdict !== "no data";
  const watched = isEarly ? { ...rest.watched, [host]: from } : rest.watched;
  const soak = from === undefined || from >= at ? [] : [{ kind: "soak" as const, from, to: at }];
  const passed = withHost(run, host, (memory) => ({
    ...memory,
    passed:
      verdict === "regress" || verdict === "no data"
        ? memory.passed
        : [...new Set([...memory.passed, "soak" as const])],
  }));
  return {
    ...passed,
    impact: {
      ...impact,
      ...rest,
      watched,
      undisturbed: [...impact.undisturbed, ...soak],
      verdicts: [...impact.verdicts.filter((one) => one.host !== host), { host, verdict, earlier }],
    },
  };
}

/** A host that went beside others is watched on after its release. */
export function released(run: RunMemory, host: string): RunMemory {
  const fullSince = own(run.hosts, host)?.fullSince;
  if (run.impact === undefined || fullSince === undefined || run.judged?.includes(host) === true) return run;
  return { ...run, impact: { ...run.impact, watched: { ...run.impact.watched, [host]: fullSince } } };
}

/** After a pause the service may be another: it is watched once more before the next host, and a host in its soak starts over. */
export function impactAfresh({ reference: _reference, ...impact }: ImpactMemory): ImpactMemory {
  return { ...impact, suspects: {}, verdicts: impact.verdicts.filter(({ verdict }) => verdict !== "no data") };
}

export function watchedAfresh({ held: _held, fullSince, ...host }: HostMemory): HostMemory {
  if (fullSince === undefined || host.passed.includes("soak")) return host;
  return { ...host, passed: host.passed.filter((step) => step !== "put back") };
}
