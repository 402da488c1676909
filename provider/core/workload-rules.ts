import type { HostRules } from "./fleet.ts";

/** What of a workload its rules are about. */
interface Ruled {
  readonly id: string;
  readonly group?: string | undefined;
  readonly spread?: string | undefined;
  readonly together?: string | undefined;
  readonly hosts?: { readonly [rule in keyof HostRules]?: readonly string[] | undefined } | undefined;
}

/** Something that is wrong with the rules of a workload: its place among the workloads, the field, and what it is. */
export interface RuleProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Rules that name what is not there, or that nothing can satisfy. */
export function* ruleProblems(workloads: readonly Ruled[], known: ReadonlySet<string>): Generator<RuleProblem> {
  yield* apartAndTogether(workloads);
  for (const [index, { id, hosts }] of workloads.entries()) {
    if (hosts === undefined) continue;
    for (const rule of ["only", "never", "prefer"] as const) {
      for (const [place, host] of (hosts[rule] ?? []).entries()) {
        if (known.has(host)) continue;
        yield { path: [index, "hosts", rule, place], message: `"${id}" names the host "${host}", which is not there` };
      }
    }
    const { only, never = [] } = hosts;
    const allowed = only ?? [...known];
    if (allowed.length === 0 || !allowed.every((host) => never.includes(host))) continue;
    const which = only === undefined ? "every host" : `every host of \`only\`, ${only.join(", ")}`;
    yield { path: [index, "hosts"], message: `"${id}" may run nowhere: its \`never\` names ${which}` };
  }
}

/** Two workloads that one rule keeps together and another one apart. */
function* apartAndTogether(workloads: readonly Ruled[]): Generator<RuleProblem> {
  const seen = new Map<string, string>();
  for (const [index, one] of workloads.entries()) {
    for (const rule of ["group", "spread"] as const) {
      if (one.together === undefined || one[rule] === undefined) continue;
      const key = `${rule}\n${one[rule]}\n${one.together}`;
      const other = seen.get(key);
      const message = `"${one.id}" and "${other}" are together in "${one.together}" and apart by ${rule} "${one[rule]}"`;
      if (other !== undefined) yield { path: [index, "together"], message };
      seen.set(key, one.id);
    }
  }
}
