import { mean } from "simple-statistics";
import type { Summary } from "./bins.ts";
import { type LoadsOf, loadsOf } from "./loads.ts";
import type { Interval, Question } from "./question.ts";
import type { Series } from "./seen.ts";
import { isPatched } from "./windows.ts";

/** Change of one workload: ln(latency) after minus before, the mean over its probes. */
export interface Change {
  readonly workload: string;
  readonly host: string;
  readonly change: number;
  /** Successful requests after. */
  readonly requests: number;
}

/** Like compared with like. */
export interface Comparison {
  readonly treated: readonly Change[];
  /** Changes of the control hosts' workloads. */
  readonly controls: ReadonlyMap<string, readonly number[]>;
  /** Workloads of the treated host that do not count. */
  readonly excluded: readonly { readonly workload: string; readonly why: string }[];
  /** Other hosts' workloads that would be controls if there were data of them. */
  readonly silent: number;
}

/** What `compare` reads of a question. */
export type Compared = Pick<Question, "seen" | "patchedSince" | "loads"> &
  Partial<Pick<Question, "host" | "workloads">>;

const TOO_LITTLE = "too little data";

/** Least data of a series in each window. */
const LEAST_REQUESTS = 40;
const LEAST_BINS = 12;
const LEAST_SHARE = 0.5;

/** A control's load may differ from the reference by so much. */
const LOAD_BAND = 0.1;

/** So many unpatched hosts are controls enough; with fewer, hosts that were patched all the time are as well. */
const ENOUGH_UNPATCHED = 4;

/** Changes between windows before and one after. Without `host` every host is a control: a placebo. */
export function compare(question: Compared, before: readonly Interval[], after: Interval): Comparison {
  const counted = before.filter((window) => isCovered(question.seen.series, window, after));
  const loads = loadsOf(question.seen.series, [...counted, after], question.loads);
  const found = new Map<string, Found>();
  for (const series of question.seen.series) note(found, series.workload, changeOf(series, counted, after));
  const treated: Change[] = [];
  const excluded: { workload: string; why: string }[] = [];
  const controls: Change[] = [];
  let silent = 0;
  for (const [workload, { changes, lacks, hosts }] of found) {
    const [first] = changes;
    const isOurs = question.host !== undefined && (hosts.has(question.host) || question.workloads?.includes(workload));
    if (first === undefined) {
      if (isOurs) excluded.push({ workload, why: lacks[0] ?? "nothing was seen of it" });
      else if (lacks.some((why) => why.startsWith(TOO_LITTLE))) silent += 1;
      continue;
    }
    const one = {
      workload,
      host: first.host,
      change: mean(changes.map(({ change }) => change)),
      requests: changes.reduce((sum, { requests }) => sum + requests, 0),
    };
    if (one.host === question.host) treated.push(one);
    else if (isOurs) excluded.push({ workload, why: `on ${one.host} before and after` });
    else controls.push(one);
  }
  for (const workload of question.workloads ?? [])
    if (!found.has(workload)) excluded.push({ workload, why: "nothing was seen of it" });
  return { treated, controls: valid(question, controls, counted, after, loads), excluded: sorted(excluded), silent };
}

interface Found {
  readonly changes: Change[];
  readonly lacks: string[];
  /** Hosts on which it was seen in any of the windows. */
  readonly hosts: Set<string>;
}

function note(all: Map<string, Found>, workload: string, { change, lack, hosts }: ReturnType<typeof changeOf>): void {
  let found = all.get(workload);
  if (found === undefined) {
    found = { changes: [], lacks: [], hosts: new Set() };
    all.set(workload, found);
  }
  for (const host of hosts) found.hosts.add(host);
  if (change !== undefined) found.changes.push(change);
  if (lack !== undefined) found.lacks.push(lack);
}

/** Of one series: its change, or why there is none. */
function changeOf(
  series: Series,
  before: readonly Interval[],
  after: Interval,
): { readonly hosts: readonly string[]; readonly change?: Change; readonly lack?: string } {
  const earlier = before.map(({ from, to }) => series.summary(from, to));
  const later = series.summary(after.from, after.to);
  const all = [...earlier, later];
  const hosts = all.flatMap(({ host }) => host ?? []);
  const rate = Math.max(...all.map(rateOf));
  if (!hasEnough(later, rate)) return { hosts, lack: `${TOO_LITTLE} after: ${told(later)}` };
  const thin = earlier.find((one) => !hasEnough(one, rate));
  if (thin !== undefined || earlier.length === 0)
    return { hosts, lack: `${TOO_LITTLE} in the reference${thin === undefined ? "" : `: ${told(thin)}`}` };
  const [home] = hosts;
  if (home === undefined || hosts.length < all.length) return { hosts, lack: "moved while it was measured" };
  const strange = hosts.find((host) => host !== home);
  if (strange !== undefined) return { hosts, lack: `on ${hosts.at(-1)}, not on ${home} where its reference was taken` };
  const change = later.value - mean(earlier.map(({ value }) => value));
  return { hosts, change: { workload: series.workload, host: home, change, requests: later.requests } };
}

function hasEnough({ requests, bins, samples, possible }: Summary, rate: number): boolean {
  return requests >= LEAST_REQUESTS && bins >= LEAST_BINS && samples >= LEAST_SHARE * rate * possible;
}

/** Samples that were sent in a slice, where there was one. */
function rateOf({ samples, present }: Summary): number {
  return present > 0 ? samples / present : 0;
}

function told({ requests, bins, possible, present }: Summary): string {
  return `${requests} answers in ${bins} bins, ${present} of ${possible} slices seen`;
}

/** A window of the reference counts where it has data of at least half of what has data after: a restart leaves a gap in all of them. */
function isCovered(all: readonly Series[], window: Interval, after: Interval): boolean {
  let measured = 0;
  let covered = 0;
  for (const series of all) {
    if (series.summary(after.from, after.to).bins < LEAST_BINS) continue;
    measured += 1;
    if (series.summary(window.from, window.to).bins >= LEAST_BINS) covered += 1;
  }
  return covered > 0 && covered >= measured / 2;
}

/** Workloads on hosts whose patch state and load did not change over all windows, by host. */
function valid(
  question: Compared,
  changes: readonly Change[],
  before: readonly Interval[],
  after: Interval,
  loads: LoadsOf,
): ReadonlyMap<string, readonly number[]> {
  const unpatched = new Map<string, number[]>();
  const steady = new Map<string, number[]>();
  const states = new Map<string, boolean | undefined>();
  for (const { host, change } of changes) {
    if (!states.has(host)) states.set(host, steadyState(question, host, before, after, loads));
    const state = states.get(host);
    if (state === undefined) continue;
    for (const kind of state ? [steady] : [steady, unpatched]) kind.set(host, [...(kind.get(host) ?? []), change]);
  }
  return unpatched.size >= ENOUGH_UNPATCHED ? unpatched : steady;
}

/** Patched (true) or not (false) in all of the windows, with steady load; undefined where either changed. */
function steadyState(
  question: Compared,
  host: string,
  before: readonly Interval[],
  after: Interval,
  loads: LoadsOf,
): boolean | undefined {
  const state = isPatched(question, host, after);
  if (before.some((window) => isPatched(question, host, window) !== state)) return undefined;
  const usual = mean(before.map((window) => loads(host, window)));
  return Math.abs(loads(host, after) - usual) <= LOAD_BAND * usual ? state : undefined;
}

function sorted<Row extends { readonly workload: string }>(rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => (a.workload < b.workload ? -1 : 1));
}
