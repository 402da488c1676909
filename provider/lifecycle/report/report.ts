import { own } from "../../core/own.ts";
import type { RunMemory } from "../../core/run.ts";
import type { Claimed, FollowedHost, Observed } from "../../engine/chronicle.ts";
import type { StoredEntry } from "../../engine/ports.ts";
import { runOutput } from "../outputs.ts";
import { againstPlan, plansOf } from "./against-plan.ts";
import { fieldOf } from "./fields.ts";
import { impactOf } from "./impact.ts";
import { marksOf } from "./marks.ts";
import { peopleOf } from "./people.ts";
import { regressionsOf } from "./regressions.ts";
import type { HostReport, RunReport } from "./schema.ts";
import { type Since, type Story, storiesOf } from "./stories.ts";

/** What a report is made of: all that the journal keeps of one run. */
export interface Kept {
  readonly run: string;
  /** Oldest first. */
  readonly entries: readonly StoredEntry[];
  readonly memory: RunMemory | undefined;
  /** Head of the hash chain over the entries. */
  readonly head?: string;
}

/** Points of the fill over time that a report keeps: the worst of each stretch. */
const MOST_POINTS = 500;

/** The report of a run, ended or not. Pure; what the journal does not have is left out, and said where it matters. */
export function runReport({ run, entries, memory, head }: Kept): RunReport {
  const start = entries[0]?.at ?? 0;
  const since: Since = ({ at }) => Math.max(0, at - start) / 1000;
  const claims = entries.filter(({ kind }) => kind === "claimed").map(({ data }) => data as Claimed);
  const [claim] = claims;
  const stories = storiesOf(entries, since);
  const plans = plansOf(entries, since);
  const fill = fillOf(entries, since);
  const hosts = hostsOf(stories, plans[0]?.plan.hosts ?? [], memory);
  const { outcome, reason } = memory === undefined ? { outcome: "unfinished" as const, reason: "" } : runOutput(memory);
  const ending = memory?.ending;
  const plan = againstPlan(plans, hosts, fill);
  const regressions = regressionsOf(entries);
  return {
    format: 1,
    run,
    owner: memory?.owner ?? claim?.owner ?? "unknown",
    ...(claim === undefined ? {} : { target: claim.target }),
    level: claim?.level ?? memory?.baseline.replace(/^version=/, "") ?? "unknown",
    outcome: outcome === "none" ? "unfinished" : outcome,
    reason: ending?.kind === "done" ? ending.note : reason,
    ...(ending?.kind === "halted" ? { hint: ending.hint } : {}),
    from: entries[0]?.wall ?? memory?.startedAt ?? "",
    to: entries.at(-1)?.wall ?? memory?.startedAt ?? "",
    seconds: entries.reduce((most, entry) => Math.max(most, since(entry)), 0),
    ...(claim === undefined || claim.scale === 1 ? {} : { scale: claim.scale }),
    impact: impactOf(entries, since, claim),
    people: peopleOf(entries, since, claims),
    marks: marksOf(entries, since),
    ...(plan === undefined ? {} : { plan }),
    hosts,
    fill,
    ...regressions,
    journal: { entries: entries.length, ...(head === undefined ? {} : { head }) },
  };
}

function hostsOf(
  stories: ReadonlyMap<string, Story>,
  planned: readonly FollowedHost[],
  memory: RunMemory | undefined,
): HostReport[] {
  const plans = new Map(planned.map((one) => [one.host, one]));
  const names = new Set([...stories.keys(), ...plans.keys()]);
  const reports = [...names].map((host) => hostReport(host, stories.get(host), plans.get(host), memory));
  const begins = ({ begins: at, planned: plan }: HostReport): number => at ?? 1e12 + (plan?.begins ?? 1e12);
  return reports.sort((a, b) => begins(a) - begins(b) || (a.host < b.host ? -1 : 1));
}

function hostReport(
  host: string,
  story: Story | undefined,
  plan: FollowedHost | undefined,
  memory: RunMemory | undefined,
): HostReport {
  const why = story?.convicted ?? story?.failed;
  const { spans = [], moves = [], tries = [], waits = 0, checks = [], warnings = [], logs = [] } = story ?? {};
  return {
    host,
    outcome: outcomeOf(host, story, memory),
    ...(why === undefined ? {} : { why }),
    ...(plan === undefined ? {} : { from: plan.from, to: plan.to }),
    canary: plan?.canary === true || memory?.canaries.includes(host) === true,
    ...(plan === undefined ? {} : { wave: plan.wave }),
    ...(story?.begins === undefined ? {} : { begins: story.begins }),
    ...(story?.ends === undefined ? {} : { ends: story.ends }),
    ...(plan === undefined ? {} : { planned: { begins: plan.start, ends: plan.end, moves: plan.moves } }),
    spans,
    moves,
    tries,
    waits,
    ...(story?.proof === undefined ? {} : { proof: story.proof }),
    ...(story?.rolledBack === undefined ? {} : { rolledBack: story.rolledBack }),
    checks,
    warnings: [...warnings],
    logs,
  };
}

function outcomeOf(host: string, story: Story | undefined, memory: RunMemory | undefined): HostReport["outcome"] {
  if (story?.convicted !== undefined || memory?.convicted.includes(host) === true) return "convicted";
  if (own(memory?.hosts, host)?.failed !== undefined || (story?.failed !== undefined && story.released === undefined))
    return "failed";
  if (memory?.done.includes(host) === true || story?.released === "at the level") return "rolled";
  if (story?.released !== undefined) return "released below the level";
  return story?.begins === undefined ? "not begun" : "in hand";
}

function fillOf(entries: readonly StoredEntry[], since: Since): RunReport["fill"] {
  const points = entries.flatMap((entry) => {
    if (entry.kind !== "observed") return [];
    const { fullest, mean, out } = entry.data as Observed;
    return [{ at: since(entry), share: fullest?.share ?? 0, mean, out, ...nameOf(fieldOf(fullest, "host")) }];
  });
  const stretch = Math.ceil(points.length / MOST_POINTS);
  if (stretch <= 1) return points;
  return Array.from({ length: Math.ceil(points.length / stretch) }, (_, index) => {
    const some = points.slice(index * stretch, (index + 1) * stretch);
    const worst = some.reduce((most, one) => (one.share > most.share ? one : most));
    return { ...worst, out: Math.max(...some.map(({ out }) => out)) };
  });
}

const nameOf = (host: unknown): { host?: string } => (typeof host === "string" ? { host } : {});
