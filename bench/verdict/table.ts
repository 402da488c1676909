import type { SimulatedFleet } from "./fleet.ts";
import { noiseSets } from "./noise.ts";
import { usualErrors } from "./outages.ts";
import { type RollOptions, type RollResult, roll } from "./roll.ts";

/** A row of the acceptance table: what was measured, and whether that is good enough. */
export interface Row {
  readonly id: string;
  readonly what: string;
  readonly rolls: number;
  readonly value: number;
  readonly accept: string;
  readonly missed: boolean;
}

/** A scenario: rolls with seeds from `base` on, and what is asked of them. */
export interface Scenario {
  readonly name: string;
  readonly base: number;
  readonly rolls: number;
  readonly options: RollOptions;
  readonly rows: (results: readonly RollResult[]) => readonly Asked[];
}

export interface Asked {
  readonly id: string;
  readonly what: string;
  readonly value: number;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** The value is the share of this many trials: a smaller sample is given the error of its size. */
  readonly trials?: number;
}

const usual = { hosts: 20, workloadsPerHost: 10 };
const typical = { ...usual, noise: noiseSets.typical };
const errors = { ...usual, errors: usualErrors };

/** The reference's table: its seeds and numbers of rolls. Every host is judged, at 5, 10 and 20 minutes. */
export const scenarios: readonly Scenario[] = [
  {
    name: "A1",
    base: 1000,
    rolls: 200,
    options: typical,
    rows: (results) => [
      { id: "A1", what: "false halts, typical", ...haltedAt(results), atMost: 5 / 200 },
      {
        id: "A7",
        what: "healthy hosts pass",
        ...share(hostsOf(results), ({ state }) => state === "pass"),
        atLeast: 0.9,
      },
      { id: "A7", what: "mean minutes of full load", value: mean(results.flatMap(({ soaks }) => soaks)), atMost: 10 },
    ],
  },
  {
    name: "A2",
    base: 2000,
    rolls: 100,
    options: { ...usual, noise: noiseSets.hard },
    rows: (results) => [{ id: "A2", what: "false halts, hard", ...haltedAt(results), atMost: 3 / 100 }],
  },
  {
    name: "A3",
    base: 3000,
    rolls: 60,
    options: { ...typical, loss: 0.2 },
    rows: (results) => [
      { id: "A3", what: "+20 % found by host 1", ...haltedAt(results, 1), atLeast: 0.85 },
      { id: "A3", what: "+20 % found by host 3", ...haltedAt(results, 3), atLeast: 0.95 },
    ],
  },
  {
    name: "A4",
    base: 4000,
    rolls: 60,
    options: { ...typical, loss: 0.1 },
    rows: (results) => [
      { id: "A4", what: "+10 % found by host 5", ...haltedAt(results, 5), atLeast: 0.7 },
      { id: "A4", what: "+10 % found by host 10", ...haltedAt(results, 10), atLeast: 0.95 },
    ],
  },
  {
    name: "A5",
    base: 5000,
    rolls: 60,
    options: { ...typical, loss: 0.5 },
    rows: (results) => [
      { id: "A5", what: "+50 % found by host 1", ...haltedAt(results, 1), atLeast: 0.97 },
      {
        id: "A5",
        what: "most minutes until then",
        value: Math.max(...results.map(({ soaks }) => soaks.at(-1) ?? 0)),
        atMost: 15,
      },
    ],
  },
  {
    name: "A6",
    base: 6000,
    rolls: 60,
    options: { ...typical, loss: 0.03 },
    rows: (results) => [
      { id: "A6", what: "+3 % halts", ...haltedAt(results), atMost: 0.15 },
      {
        id: "A6",
        what: "95 % interval covers 3 %",
        ...share(results, ({ pooled }) => covers(pooled, Math.log(1.03))),
        atLeast: 0.88,
      },
      {
        id: "A6",
        what: "interval is above 0",
        ...share(results, ({ pooled }) => (pooled?.lower ?? -1) > 0),
        atLeast: 0.88,
      },
    ],
  },
  {
    name: "A8",
    base: 8000,
    rolls: 300,
    options: { hosts: 2, workloadsPerHost: 10, noise: noiseSets.typical, baseline: 60 },
    rows: (results) => [{ id: "A8", what: "false halts, two hosts", ...haltedAt(results), atMost: 7 / 300 }],
  },
  {
    name: "A9",
    base: 9000,
    rolls: 100,
    options: errors,
    rows: (results) => [{ id: "A9", what: "false halts, errors", ...haltedAt(results), atMost: 2 / 100 }],
  },
  ...[
    { to: 0.01, atLeast: 0.9 },
    { to: 0.05, atLeast: 1 },
  ].map(
    ({ to, atLeast }): Scenario => ({
      name: `A10 ${100 * to} %`,
      base: 10_000,
      rolls: 60,
      options: { ...errors, patchedErrors: to, judged: 1 },
      rows: (results) => [
        { id: "A10", what: `errors of ${100 * to} % found on the first host`, ...haltedAt(results, 1), atLeast },
      ],
    }),
  ),
  {
    name: "A12",
    base: 12_000,
    rolls: 40,
    options: { ...typical, stayAway: 4 },
    rows: (results) => [
      {
        id: "A12",
        what: "workloads put back elsewhere are excluded and named",
        ...share(hostsOf(results), namesTheAbsent),
        atLeast: 1,
      },
      { id: "A12", what: "false halts", ...haltedAt(results), atMost: 0.05 },
    ],
  },
  {
    name: "A13",
    base: 13_000,
    rolls: 10,
    options: { ...typical, disturb: silence },
    rows: (results) => [
      { id: "A13", what: "silent probes: held for want of data", ...share(hostsOf(results), isHeld), atLeast: 1 },
    ],
  },
];

/** The rest, overlapping: not in the reference's table. Costs a minute a roll. */
export const overlapping: Scenario = {
  name: "rest",
  base: 20_000,
  rolls: 60,
  options: { ...typical, hosts: 100, errors: usualErrors, judged: 5, rest: { width: 10, stayAway: 3 } },
  rows: (results) => [{ id: "rest", what: "false halts of 100 hosts, 10 at once", ...haltedAt(results), atMost: 0.01 }],
};

/** Runs a scenario, or the first part of its rolls with the thresholds widened by the binomial error of that number. */
export function measure(scenario: Scenario, part = 1): readonly Row[] {
  const rolls = Math.ceil(scenario.rolls * part);
  const results = Array.from({ length: rolls }, (_, index) => roll(scenario.options, scenario.base + index));
  return scenario.rows(results).map((asked) => judged(asked, rolls, part < 1));
}

function judged({ id, what, value, atLeast, atMost, trials }: Asked, rolls: number, isPart: boolean): Row {
  const slack = (wanted: number) =>
    isPart && trials !== undefined ? 2 * Math.sqrt((wanted * (1 - wanted)) / trials) : 0;
  if (atLeast !== undefined) {
    const limit = atLeast - slack(atLeast);
    return { id, what, rolls, value, accept: `>= ${readable(limit)}`, missed: value < limit };
  }
  const limit = (atMost ?? 0) + slack(atMost ?? 0);
  return { id, what, rolls, value, accept: `<= ${readable(limit)}`, missed: value > limit };
}

function haltedAt(results: readonly RollResult[], by = Number.POSITIVE_INFINITY): { value: number; trials: number } {
  return share(results, ({ haltedBy }) => haltedBy !== undefined && haltedBy.host <= by);
}

function share<Item>(items: readonly Item[], is: (item: Item) => boolean): { value: number; trials: number } {
  return { value: items.filter(is).length / items.length, trials: items.length };
}

function hostsOf(results: readonly RollResult[]): RollResult["assessments"] {
  return results.flatMap(({ assessments }) => assessments);
}

function covers(interval: RollResult["pooled"], truth: number): boolean {
  return interval !== undefined && interval.lower <= truth && truth <= interval.upper;
}

function namesTheAbsent({ evidence }: RollResult["assessments"][number]): boolean {
  const names = evidence.excluded.map(({ workload }) => workload);
  const absent = [6, 7, 8, 9].map((w) => `${evidence.host}-w${w}`);
  return (
    absent.every((name) => names.includes(name)) && evidence.rows.every(({ workload }) => !absent.includes(workload))
  );
}

function isHeld(assessment: RollResult["assessments"][number]): boolean {
  return assessment.state === "inconclusive" && assessment.why === "no data";
}

/** The probes of the host that is judged say nothing from a minute after its load is full. */
function silence(fleet: SimulatedFleet, index: number, fullLoad: number): void {
  for (const series of fleet.workloadsOf(index))
    series.silences.push({ from: fullLoad + 60_000, to: fullLoad + 1_500_000 });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function readable(limit: number): string {
  return String(Math.round(limit * 1000) / 1000);
}
