import { type Baseline, baselineKey } from "../../core/baseline.ts";
import { RollError } from "../../core/errors.ts";
import type { Fleet, Host } from "../../core/fleet.ts";
import { satisfies, versionProblem } from "../../core/version.ts";
import type { Look } from "../../lifecycle/looks.ts";
import { parsedAs, readJson } from "../files.ts";
import { type Snapshot, snapshotSchema } from "./schema.ts";

/** What a look at a target becomes on file. Leases, former settings and digests are nobody else's business. */
export function snapshotOf({ fleet, record, scale }: Look, baseline: Baseline): Snapshot {
  const { run, halt, finished } = record;
  const memory = { ...(run && { run }), ...(halt && { halt }), ...(finished && { finished }) };
  // Through the schema: what is written can be read again.
  const plain = { format: 1, baseline, scale, fleet: withoutStrangers(fleet), memory };
  return snapshotSchema.parse(JSON.parse(JSON.stringify(plain)));
}

/** Host rules may name hosts that have left the fleet: these mean nothing any more. */
function withoutStrangers(fleet: Fleet): Fleet {
  const known = new Set(fleet.hosts.map(({ id }) => id));
  const there = (hosts: readonly string[]): string[] => hosts.filter((id) => known.has(id));
  const workloads = fleet.workloads.map((one) =>
    one.hosts === undefined
      ? one
      : { ...one, hosts: Object.fromEntries(Object.entries(one.hosts).map(([rule, ids]) => [rule, there(ids)])) },
  );
  return { ...fleet, workloads };
}

/** Reads a snapshot file. Throws `invalid` naming the file and the fields that are wrong. */
export function readSnapshot(cwd: string, path: string): Snapshot {
  const value = readJson(cwd, path, "fleet snapshot");
  const hint = "`rolling-patch snapshot` writes such a file; `rolling-patch schema snapshot` describes it.";
  const snapshot = parsedAs(snapshotSchema, value, `The fleet snapshot ${path}`, hint);
  const problem = levelProblem(snapshot.fleet);
  if (problem !== undefined) throw new RollError("invalid", `The fleet snapshot ${path}: ${problem}.`, { hint });
  const { hosts, workloads } = snapshot.fleet;
  return {
    ...snapshot,
    fleet: { ...snapshot.fleet, hosts: [...hosts].sort(byId), workloads: [...workloads].sort(byId) },
  };
}

/** The same fleet, compared with another level. The platform's own findings were about the old one and do not count any more. */
export function comparedWith(snapshot: Snapshot, baseline: Baseline): Fleet {
  const { fleet } = snapshot;
  if (baselineKey(baseline) === baselineKey(snapshot.baseline)) return fleet;
  const { version } = baseline;
  if (version === undefined || snapshot.baseline.version === undefined)
    throw new RollError(
      "invalid",
      "The snapshot was taken for another baseline, and packages are compared on the hosts.",
      {
        hint: "Take a snapshot with that baseline, or leave the baseline out.",
      },
    );
  const problem = versionProblem(fleet.scheme, version);
  if (problem !== undefined) throw new RollError("invalid", `--version: ${problem}.`, { hint: "Nothing was touched." });
  return { ...fleet, hosts: fleet.hosts.map((host) => wanting(host, fleet.scheme, version)) };
}

function wanting({ finding, ...host }: Host, scheme: Fleet["scheme"], version: string): Host {
  const met = versionProblem(scheme, host.level) === undefined && satisfies(scheme, version, host.level);
  const blocked = finding?.compliance === "blocked" ? { finding } : {};
  return { ...host, ...blocked, wanted: met ? host.level : version };
}

function levelProblem({ hosts, scheme }: Fleet): string | undefined {
  for (const { id, level, wanted, finding } of hosts) {
    if (finding !== undefined || level === wanted) continue;
    const problem = (level === "unknown" ? undefined : versionProblem(scheme, level)) ?? versionProblem(scheme, wanted);
    if (problem !== undefined) return `host ${id}: ${problem}`;
  }
  return undefined;
}

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
