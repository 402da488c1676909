import type { Host, HostRules, Mark, Workload } from "../../core/fleet.ts";
import type { ImpactMemory, RunMemory } from "../../core/run.ts";
import type { Snapshot } from "./schema.ts";

/**
 * The same snapshot under made-up names: `host-01`, `workload-0001`, `domain-1` and so on, in the order of the true names, so that
 * it plans the same. Free texts (problems, reasons) are left out. Levels, sizes and times stay.
 */
export function anonymised(snapshot: Snapshot): Snapshot {
  const { fleet, memory } = snapshot;
  const names = namesOf(snapshot);
  const marked = (mark: Mark | undefined): { mark?: Mark } =>
    mark === undefined ? {} : { mark: { ...mark, run: names.run(mark.run), owner: names.owner(mark.owner) } };
  const host = (one: Host): Host => ({
    ...one,
    id: names.host(one.id),
    bootId: names.boot(one.bootId),
    ...(one.problem === undefined ? {} : { problem: SAID }),
    ...(one.warnings === undefined ? {} : { warnings: one.warnings.map(() => SAID) }),
    ...(one.finding === undefined ? {} : { finding: { ...one.finding, reason: SAID } }),
    ...(one.domain === undefined ? {} : { domain: names.domain(one.domain) }),
    ...(one.quorums === undefined ? {} : { quorums: one.quorums.map(names.quorum) }),
    ...(one.class === undefined ? {} : { class: names.class(one.class) }),
    ...marked(one.mark),
  });
  const workload = (one: Workload): Workload => ({
    ...one,
    id: names.workload(one.id),
    host: names.host(one.host),
    ...(one.movingTo === undefined ? {} : { movingTo: names.host(one.movingTo) }),
    ...(one.group === undefined ? {} : { group: names.group(one.group) }),
    ...(one.spread === undefined ? {} : { spread: names.spread(one.spread) }),
    ...(one.together === undefined ? {} : { together: names.together(one.together) }),
    ...(one.hosts === undefined ? {} : { hosts: renamed(one.hosts, names.host) }),
    ...(one.tags === undefined ? {} : { tags: one.tags.map(names.tag) }),
    ...(one.address === undefined ? {} : { address: names.address(one.address) }),
    ...(one.bootId === undefined ? {} : { bootId: names.boot(one.bootId) }),
  });
  const halt = memory.halt && { ...memory.halt, ...without(memory.halt, names), run: names.run(memory.halt.run) };
  const plain = {
    ...snapshot,
    fleet: { ...fleet, target: "anonymous", hosts: fleet.hosts.map(host), workloads: fleet.workloads.map(workload) },
    memory: { ...memory, ...(memory.run && { run: anonymousRun(memory.run, names) }), ...(halt && { halt }) },
  };
  return plain as Snapshot;
}

/** Stands for a text that could name something. */
const SAID = "(left out)";

type Names = ReturnType<typeof namesOf>;

function namesOf({ fleet, memory }: Snapshot) {
  const run = memory.run;
  const hostsOfRun =
    run === undefined ? [] : [...Object.keys(run.hosts), ...run.done, ...run.convicted, ...run.canaries];
  const workloadsOfRun = Object.values(run?.hosts ?? {}).flatMap(({ homes, stopped }) => [...homes, ...stopped]);
  const marks = fleet.hosts.flatMap(({ mark }) => (mark === undefined ? [] : [mark]));
  const boots = Object.values(run?.hosts ?? {}).flatMap((memory) => [
    memory.bootBefore,
    memory.bootVerified,
    memory.bootConvicted,
  ]);
  return {
    host: pseudonyms("host", [...fleet.hosts.map((one) => one.id), ...hostsOfRun]),
    workload: pseudonyms("workload", [...fleet.workloads.map((one) => one.id), ...workloadsOfRun]),
    domain: pseudonyms(
      "domain",
      fleet.hosts.map((one) => one.domain),
    ),
    quorum: pseudonyms(
      "quorum",
      fleet.hosts.flatMap((one) => one.quorums ?? []),
    ),
    class: pseudonyms(
      "class",
      fleet.hosts.map((one) => one.class),
    ),
    group: pseudonyms(
      "group",
      fleet.workloads.map((one) => one.group),
    ),
    spread: pseudonyms(
      "spread",
      fleet.workloads.map((one) => one.spread),
    ),
    together: pseudonyms(
      "together",
      fleet.workloads.map((one) => one.together),
    ),
    tag: pseudonyms(
      "tag",
      fleet.workloads.flatMap((one) => one.tags ?? []),
    ),
    address: pseudonyms(
      "address",
      fleet.workloads.map((one) => one.address),
    ),
    boot: pseudonyms("boot", [...[...fleet.hosts, ...fleet.workloads].map((one) => one.bootId), ...boots]),
    run: pseudonyms("run", [...marks.map((one) => one.run), run?.id, memory.halt?.run]),
    owner: pseudonyms("owner", [...marks.map((one) => one.owner), run?.owner, ...(run?.formerly ?? [])]),
  };
}

function renamed(rules: HostRules, name: (host: string) => string): HostRules {
  return {
    ...(rules.only === undefined ? {} : { only: rules.only.map(name) }),
    ...(rules.never === undefined ? {} : { never: rules.never.map(name) }),
    ...(rules.prefer === undefined ? {} : { prefer: rules.prefer.map(name) }),
  };
}

/** Numbers in the order of the names, all of the same length: sorting by pseudonym is sorting by name. */
function pseudonyms(kind: string, all: readonly (string | undefined)[]): (name: string) => string {
  const sorted = [...new Set(all.filter((name) => name !== undefined))].sort();
  const digits = String(sorted.length).length;
  const numbered = new Map(sorted.map((name, index) => [name, `${kind}-${String(index + 1).padStart(digits, "0")}`]));
  return (name) => numbered.get(name) ?? `${kind}-unknown`;
}

function anonymousRun(run: RunMemory, names: Names): RunMemory {
  const hosts = Object.entries(run.hosts).map(([id, memory]) => [
    names.host(id),
    {
      ...memory,
      homes: memory.homes.map(names.workload),
      stopped: memory.stopped.map(names.workload),
      ...(memory.bootBefore === undefined ? {} : { bootBefore: names.boot(memory.bootBefore) }),
      ...(memory.bootVerified === undefined ? {} : { bootVerified: names.boot(memory.bootVerified) }),
      ...(memory.bootConvicted === undefined ? {} : { bootConvicted: names.boot(memory.bootConvicted) }),
      ...(memory.lastWhy === undefined ? {} : { lastWhy: SAID }),
      ...(memory.failed === undefined ? {} : { failed: { ...memory.failed, why: SAID } }),
    },
  ]);
  const { failingBefore, failingAtCanary, failingAfter, flaky, ending, halt, judged, impact, former, ...rest } = run;
  const hidden = { failingBefore, failingAtCanary, failingAfter, flaky };
  return {
    ...rest,
    id: names.run(run.id),
    owner: names.owner(run.owner),
    ...(run.formerly === undefined ? {} : { formerly: run.formerly.map(names.owner) }),
    canaries: run.canaries.map(names.host),
    ...(judged === undefined ? {} : { judged: judged.map(names.host) }),
    ...(impact === undefined ? {} : { impact: anonymousImpact(impact, names) }),
    ...(former === undefined ? {} : { former: renamedHosts(former, names) }),
    hosts: Object.fromEntries(hosts),
    done: run.done.map(names.host),
    convicted: run.convicted.map(names.host),
    ...Object.fromEntries(
      Object.entries(hidden).flatMap(([key, names]) => (names === undefined ? [] : [[key, names.map(() => SAID)]])),
    ),
    ...(run.awaits === undefined ? {} : { awaits: { ...run.awaits, why: SAID } }),
    ...(halt === undefined ? {} : { halt: { ...halt, ...without(halt, names) } }),
    ...(ending === undefined
      ? {}
      : { ending: ending.kind === "halted" ? { ...ending, ...without(ending, names) } : { ...ending, note: SAID } }),
  };
}

function anonymousImpact(impact: ImpactMemory, names: Names): ImpactMemory {
  return {
    ...impact,
    patched: renamedHosts(impact.patched, names),
    suspects: renamedHosts(impact.suspects, names),
    watched: renamedHosts(impact.watched, names),
    verdicts: impact.verdicts.map(({ host, earlier, ...one }) => ({
      ...one,
      host: names.host(host),
      earlier: { ...earlier, host: names.host(host) },
    })),
  };
}

function renamedHosts<T>(record: Readonly<Record<string, T>>, names: Names): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([host, value]) => [names.host(host), value]));
}

function without(
  halt: { reason: string; hint?: string; host?: string },
  names: Names,
): { reason: string; hint?: string; host?: string } {
  return {
    reason: SAID,
    ...(halt.hint === undefined ? {} : { hint: SAID }),
    ...(halt.host === undefined ? {} : { host: names.host(halt.host) }),
  };
}
