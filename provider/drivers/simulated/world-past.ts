import type { HostRow, HostSpell, Stay, WorkloadRow, World } from "./world.ts";

/** Spells and stays that are kept of each row: enough for some hours of a roll. */
const KEPT = 24;

/** The workload as it is from now on, with where it was before. */
export function staying(world: World, before: WorkloadRow, after: WorkloadRow, move?: Stay["move"]): WorkloadRow {
  const past = before.past ?? [{ from: 0, host: before.host, state: before.state }];
  const now: Stay = { from: world.now, host: after.host, state: after.state, ...(move === undefined ? {} : { move }) };
  return { ...after, past: [...past.filter(({ from }) => from < world.now), now].slice(-KEPT) };
}

/** The host as it serves from now on, with how it served before. `until`: serves again from then on. */
export function serving(world: World, before: HostRow, after: HostRow, until?: number): HostRow {
  const past = before.past ?? [spellOf(before, 0, true)];
  const earlier = past.filter(({ from }) => from < world.now);
  const now = spellOf(after, world.now, until === undefined);
  const later = until === undefined ? [] : [spellOf(after, until, true)];
  return { ...after, past: [...earlier, now, ...later].slice(-KEPT) };
}

function spellOf({ latency, cost }: HostRow, from: number, serves: boolean): HostSpell {
  return { from, serves, latency, ...(cost === undefined ? {} : { cost }) };
}

/** Every stay of the workload, oldest first; of what was before the first nothing is known. */
export function staysOf(workload: WorkloadRow): readonly Stay[] {
  return workload.past ?? [{ from: 0, host: workload.host, state: workload.state }];
}

/** How the host served at a moment; undefined: not known. */
export function spellAt(host: HostRow | undefined, time: number): HostSpell | undefined {
  if (host === undefined) return undefined;
  return host.past === undefined ? spellOf(host, 0, true) : lastFrom(host.past, time);
}

/** The newest of a list that had begun at a moment. */
export function lastFrom<T extends { readonly from: number }>(list: readonly T[], time: number): T | undefined {
  for (let index = list.length - 1; index >= 0; index -= 1) {
    const one = list[index];
    if (one !== undefined && one.from <= time) return one;
  }
  return undefined;
}
