import { mayBeOlder, runningLevel } from "../core/backward.ts";
import type { Fleet } from "../core/fleet.ts";
import { compareVersions, versionProblem } from "../core/version.ts";
import type { Node } from "./facts.ts";

/** Levels of hosts by rank, the oldest first: where moves from newer to older hosts are forbidden. A level that cannot be compared is NaN. */
export interface Ages {
  /** By the host's index. */
  readonly now: readonly number[];
  /** Once it has been done in this roll. */
  readonly after: readonly number[];
}

/** Undefined where moves may go anywhere. */
export function agesOf({ backward, scheme }: Fleet, nodes: readonly Node[]): Ages | undefined {
  if (backward !== "no") return undefined;
  const levels = new Set(nodes.flatMap(({ host }) => [runningLevel(scheme, host), host.wanted]));
  const known = [...levels].filter((level) => versionProblem(scheme, level) === undefined);
  known.sort((a, b) => compareVersions(scheme, a, b));
  const ranks = new Map<string, number>();
  for (const [index, level] of known.entries()) {
    const before = known[index - 1];
    const same = before !== undefined && !mayBeOlder(scheme, before, level);
    ranks.set(level, same ? (ranks.get(before) ?? index) : index);
  }
  const rank = (level: string): number => ranks.get(level) ?? Number.NaN;
  return {
    now: nodes.map(({ host }) => rank(runningLevel(scheme, host))),
    after: nodes.map(({ host, below }) => rank(below ? host.wanted : runningLevel(scheme, host))),
  };
}
