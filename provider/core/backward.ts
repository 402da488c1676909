import type { Fleet, Host } from "./fleet.ts";
import { compareVersions, versionProblem } from "./version.ts";

/** Level that decides where workloads of the host may go: what runs, or, where that cannot be read, what is reported. */
export function runningLevel(scheme: Fleet["scheme"], { level, evidence }: Pick<Host, "level" | "evidence">): string {
  return versionProblem(scheme, evidence) === undefined ? evidence : level;
}

/** A level that is older than another one; one that cannot be compared may be. */
export function mayBeOlder(scheme: Fleet["scheme"], level: string, other: string): boolean {
  if (level === other) return false;
  if (versionProblem(scheme, level) !== undefined || versionProblem(scheme, other) !== undefined) return true;
  return compareVersions(scheme, level, other) < 0;
}

/** The platform forbids the move: it goes from a host at a newer level to one at an older level. */
export function isForbiddenBackward(
  { backward, scheme }: Pick<Fleet, "backward" | "scheme">,
  from: Host,
  to: Host,
): boolean {
  if (backward !== "no") return false;
  return mayBeOlder(scheme, runningLevel(scheme, to), runningLevel(scheme, from));
}
