import type { z } from "zod";
import { baselineProblem } from "../core/baseline.ts";
import { runsOnHost } from "../core/check.ts";
import { type Inputs, inputs as schema } from "../core/inputs.ts";
import { probeProblem } from "../core/probe-rules.ts";
import { runsPrograms } from "../core/target.ts";
import { freezeProblem, windowProblem } from "../engine/windows.ts";
import { checkProblem } from "../probes/runner.ts";
import { credentialFailures } from "./credentials.ts";
import { issueFailures } from "./issues.ts";
import { computedKeys, type Failure, type Props } from "./props.ts";
import { type Path, unknownPaths, written } from "./unknown.ts";

/** What is known of the declared inputs. */
export interface Validated {
  /** Empty when nothing that is known is wrong. */
  readonly failures: readonly Failure[];
  /** With every default filled in; absent when something is wrong or not known yet. */
  readonly inputs?: Inputs;
  /** Paths of values that are not known yet (preview only). */
  readonly unknown: readonly Path[];
}

/** Validates what a program declares. Values that are not known yet are passed over. */
export function validate(news: Props): Validated {
  const declared = Object.fromEntries(Object.entries(news).filter(([key]) => !isComputed(key)));
  const unknown = unknownPaths(declared);
  const credentials = credentialFailures(declared);
  if (credentials.length > 0) return { failures: credentials, unknown };
  const parsed = schema.safeParse(declared);
  if (parsed.success) {
    const failures = problemsOf(parsed.data)
      .filter(({ path }) => !isAbout(path, unknown))
      .map(({ path, reason }) => ({ property: written(path), reason }));
    return failures.length > 0 || unknown.length > 0
      ? { failures, unknown }
      : { failures, inputs: parsed.data, unknown };
  }
  const issues = parsed.error.issues.filter((issue) => !isMoot(issue, unknown));
  return { failures: firstOfEach(issues.flatMap((issue) => issueFailures(issue, declared))), unknown };
}

/** What only a look at the whole of a window, check or probe shows. */
function problemsOf({ target, baseline, policy, checks, suites, probes }: Inputs): { path: Path; reason: string }[] {
  const taken = (name: string): string | undefined =>
    checks.some((check) => check.name === name)
      ? `"${name}" is a check already: tests need names of their own`
      : undefined;
  const noCanary = ({ at }: { readonly at: readonly string[] }): string | undefined =>
    policy.canary === 0 && at.includes("canary") && !at.includes("end")
      ? 'there is no canary (policy.canary is 0): ask it at "end"'
      : undefined;
  return [
    { path: ["baseline"], reason: baselineProblem(baseline, target.kind) },
    ...[...suites.entries()].map(([index, suite]) => ({ path: ["suites", index, "at"], reason: noCanary(suite) })),
    ...[...checks.entries()].map(([index, check]) => ({
      path: ["checks", index, "at"],
      reason: check.at.length === 1 ? noCanary(check) : undefined,
    })),
    ...policy.freeze.map((freeze, index) => ({ path: ["policy", "freeze", index], reason: freezeProblem(freeze) })),
    ...suites.map(({ name }, index) => ({ path: ["suites", index, "name"], reason: taken(name) })),
    ...policy.windows.map((window, index) => ({ path: ["policy", "windows", index], reason: windowProblem(window) })),
    ...checks.map((check, index) => ({ path: ["checks", index], reason: checkProblem(check) })),
    ...checks.map((check, index) => ({
      path: ["checks", index, check.kind === "command" ? "on" : "kind"],
      reason:
        runsOnHost(check) && !runsPrograms(target)
          ? `asks a program on a host, and a ${target.kind} target has no way to run one there`
          : undefined,
    })),
    ...probes.map((probe, index) => ({ path: ["probes", index], reason: probeProblem(probe) })),
  ].flatMap(({ path, reason }) => (reason === undefined ? [] : [{ path, reason }]));
}

/** One complaint per property is enough: the ones after it only follow from it. */
function firstOfEach(failures: readonly Failure[]): Failure[] {
  return failures.filter((one, index) => failures.findIndex(({ property }) => property === one.property) === index);
}

/** Part of the inputs with its defaults, or nothing while it is not known. For what can be done with less than everything. */
export function known<T extends z.ZodType>(part: T, value: unknown): z.output<T> | undefined {
  if (unknownPaths(value).length > 0) return undefined;
  return part.safeParse(value).data;
}

/** "policy.maxUnavailable, checks[0].url": for messages. */
export function listed(paths: readonly Path[]): string {
  return paths.map(written).join(", ");
}

/** An issue about a value that is not known, or that only exists because a part of it is not known. */
function isMoot(issue: z.core.$ZodIssue, unknown: readonly Path[]): boolean {
  if (issue.code === "unrecognized_keys") return false;
  return isAbout(issue.path, unknown);
}

function isAbout(place: Path, unknown: readonly Path[]): boolean {
  return unknown.some((path) => startsWith(path, place) || startsWith(place, path));
}

function startsWith(path: Path, head: Path): boolean {
  return head.every((key, index) => path[index] === key);
}

const isComputed = (key: string): boolean => (computedKeys as readonly string[]).includes(key);
