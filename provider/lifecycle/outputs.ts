import { type Compliance, type Finding, survey } from "../core/compliance.ts";
import type { FleetRecord } from "../core/record.ts";
import { namedTests } from "../core/regressions.ts";
import type { RunMemory } from "../core/run.ts";
import { allNames } from "../core/takeup.ts";
import { type HostLevels, observedLevels } from "./hosts.ts";
import type { Look } from "./looks.ts";
import type { ComplianceOutput, RunOutput } from "./output-types.ts";
import { carried, declaredOf, type Props, savedHosts, textOf } from "./props.ts";
import { reportPath } from "./report/paths.ts";

/** What the provider knows besides what is declared. Changes only when the observation does. */
export interface Outputs {
  readonly hosts: HostLevels;
  readonly compliance: ComplianceOutput;
  readonly run: RunOutput;
  /** Former names of the resource whose marks hosts still bear, or whose run is not done; absent when there is none. */
  readonly formerly?: readonly string[];
}

/** All that is saved of the resource: the declared part, and what was observed. `last`: what was saved before. `folder`: of our files. */
export function savedProps(
  declared: Props,
  look: Look,
  owners: readonly string[],
  last: Props,
  folder: string,
): Record<string, unknown> {
  return {
    ...declaredOf(declared),
    ...carried(declared),
    ...outputsOf(look, owners, last, folder),
    ...namesOwed(look, owners, declared),
  };
}

function outputsOf({ fleet, record }: Look, owners: readonly string[], last: Props, folder: string): Outputs {
  return {
    hosts: observedLevels(fleet, savedHosts(last)),
    compliance: complianceOutput(survey(fleet)),
    run: newestRun(record, owners, savedRun(last), folder) ?? savedRun(last) ?? noRun,
  };
}

/** Names of the resource other than the declared one that still count on the fleet. */
export function namesOwed(
  { fleet, record }: Look,
  owners: readonly string[],
  declared: Props,
): Pick<Outputs, "formerly"> {
  const { run } = record;
  const owed = new Set(fleet.hosts.map((host) => host.mark?.owner));
  if (run !== undefined && run.ending?.kind !== "done") owed.add(run.owner);
  const formerly = allNames(record, owners).filter((name) => name !== textOf(declared, "owner") && owed.has(name));
  return formerly.length > 0 ? { formerly } : {};
}

/** Counts, and names of those that do not comply. */
export function complianceOutput(findings: readonly Finding[]): ComplianceOutput {
  const named = (wanted: Compliance): string[] =>
    findings
      .filter(({ compliance }) => compliance === wanted)
      .map(({ host }) => host)
      .sort();
  const names = {
    drifted: named("drifted"),
    ahead: named("ahead"),
    blocked: named("blocked"),
    unknown: named("unknown"),
  };
  return {
    compliant: named("compliant").length,
    drifted: names.drifted.length,
    ahead: names.ahead.length,
    blocked: names.blocked.length,
    unknown: names.unknown.length,
    names,
  };
}

const noRun: RunOutput = { id: "", outcome: "none", reason: "", summary: "", report: "" };

/** The report stays where it was written, whichever machine looks. */
function newestRun(
  { run }: FleetRecord,
  owners: readonly string[],
  last: RunOutput | undefined,
  folder: string,
): RunOutput | undefined {
  if (run === undefined || !owners.includes(run.owner)) return undefined;
  const written = last?.id === run.id && last.report !== "" ? last.report : reportPath(folder, run.id);
  return { ...runOutput(run), report: written };
}

function savedRun(last: Props): RunOutput | undefined {
  const run = last.run;
  return typeof run === "object" && run !== null && "outcome" in run ? (run as RunOutput) : undefined;
}

/** A run as an output: from its memory alone, so that it reads the same from wherever it is looked at. */
export function runOutput(run: RunMemory): Omit<RunOutput, "report"> {
  const { id, ending } = run;
  const summary = summaryOf(run);
  switch (ending?.kind) {
    case undefined:
      return { id, outcome: "unfinished", reason: "", summary };
    case "done":
      return { id, outcome: "done", reason: "", summary };
    case "paused":
      return { id, outcome: "paused", reason: ending.note, summary };
    case "halted":
      return { id, outcome: ending.sticky ? "halted until acknowledged" : "halted", reason: ending.reason, summary };
  }
}

function summaryOf(run: RunMemory): string {
  const failed = Object.entries(run.hosts).filter(([, host]) => host.failed !== undefined);
  const failing = [...new Set([...(run.failingAtCanary ?? []), ...(run.failingAfter ?? [])])];
  return [
    `${run.done.length} rolled`,
    ...(failed.length > 0 ? [`failed: ${failed.map(([id, host]) => `${id} (${host.failed?.step})`).join(", ")}`] : []),
    ...(run.convicted.length > 0 ? [`do not serve as before: ${run.convicted.join(", ")}`] : []),
    ...(failing.length > 0 ? [`failing tests: ${namedTests(failing)}`] : []),
  ].join("; ");
}
