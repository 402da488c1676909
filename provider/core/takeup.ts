import { type Baseline, baselineKey } from "./baseline.ts";
import type { Fleet } from "./fleet.ts";
import { own } from "./own.ts";
import type { FleetRecord } from "./record.ts";
import { reduce } from "./reduce.ts";
import { freshHost, type HostMemory, newRun, type RunMemory } from "./run.ts";

export interface TakeUp {
  readonly record: FleetRecord;
  readonly fleet: Fleet;
  readonly baseline: Baseline;
  /** Whose marks are ours (see `allNames`), the present name first. */
  readonly owners: readonly string[];
  readonly acknowledge: string | undefined;
  readonly newRunId: string;
  readonly wall: string;
  /** What the local journal still knows of a run; only asked when the record knows nothing. */
  recall(run: string): RunMemory | undefined;
}

/** The run to go on with: the unfinished one, or a new one. Policy memory: fleet record, then journal; the most restrictive wins. */
export function takeUp(from: TakeUp): RunMemory {
  const key = baselineKey(from.baseline);
  const known = from.record.run;
  const mine = known !== undefined && from.owners.includes(known.owner) ? known : undefined;
  const halted = haltInForce(from.record, key, from.acknowledge) !== undefined;
  if (mine !== undefined && mine.baseline === key && (halted || isUnfinished(mine, from.acknowledge)))
    return again(mine, from);

  const fresh = named(newRun(from.newRunId, from.owners[0] ?? "", key, from.wall), from);
  const marked = from.fleet.hosts.filter((host) => host.mark !== undefined && from.owners.includes(host.mark.owner));
  if (mine === undefined && marked.length > 0) {
    const recalled = from.recall(marked[0]?.mark?.run ?? "");
    if (recalled !== undefined && recalled.baseline === key && recalled.ending === undefined)
      return again(recalled, from);
    return { ...fresh, memoryLost: true };
  }
  const hosts = Object.fromEntries(marked.map(({ id }) => [id, inherited(own(mine?.hosts, id))]));
  return { ...fresh, hosts, canaryPassed: from.record.finished?.baseline === key };
}

/** Whose marks are ours: names that the resource has or had, as declared or saved, and those that the record knows it by. */
export function allNames({ run }: Pick<FleetRecord, "run">, owners: readonly string[]): string[] {
  const known = run === undefined ? [] : [run.owner, ...(run.formerly ?? [])];
  return [...new Set([...owners, ...(known.some((name) => owners.includes(name)) ? known : [])])];
}

/** A run goes on under the present name of its resource; former ones count as long as a host bears their mark. */
function named({ formerly: _formerly, ...run }: RunMemory, { owners, fleet }: TakeUp): RunMemory {
  const borne = new Set(fleet.hosts.map((host) => host.mark?.owner));
  const formerly = owners.slice(1).filter((name) => borne.has(name));
  return { ...run, owner: owners[0] ?? run.owner, ...(formerly.length > 0 ? { formerly } : {}) };
}

export interface HaltInForce {
  readonly run: string;
  readonly reason: string;
  readonly host?: string;
}

/** The sticky halt that holds for this baseline, unless its run is acknowledged. A run that died on its way to the halt counts. */
export function haltInForce(
  record: FleetRecord,
  baseline: string,
  acknowledge: string | undefined,
): HaltInForce | undefined {
  const { halt, run } = record;
  const dying =
    run?.halt?.sticky === true && run.ending === undefined
      ? { ...run.halt, run: run.id, baseline: run.baseline }
      : undefined;
  const found = halt ?? dying;
  return found === undefined || found.baseline !== baseline || found.run === acknowledge ? undefined : found;
}

function isUnfinished(run: RunMemory, acknowledge: string | undefined): boolean {
  if (run.halt?.sticky === true) return run.id !== acknowledge;
  return run.ending?.kind !== "done";
}

/**
 * What was only in the way may be tried again; a failed host only if its run had come to its end. Hosts that bear no mark
 * any more owe us nothing and are forgotten, unless they were proven: their release has yet to be counted.
 */
function again(run: RunMemory, from: TakeUp): RunMemory {
  const marked = new Set(from.fleet.hosts.filter((host) => host.mark !== undefined).map((host) => host.id));
  const kept = Object.entries(run.hosts).filter(
    ([id, host]) => marked.has(id) || host.failed !== undefined || host.passed.includes("verify"),
  );
  const retryFailed = run.ending?.kind === "halted" && !run.ending.sticky;
  return reduce({ ...named(run, from), hosts: Object.fromEntries(kept) }, { kind: "resumed", retryFailed });
}

/** A host in hand keeps what we owe it (homes, workloads to start) when another baseline is rolled to. */
function inherited(host: HostMemory | undefined): HostMemory {
  return host === undefined ? freshHost : { ...freshHost, homes: host.homes, stopped: host.stopped };
}
