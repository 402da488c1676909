import fc from "fast-check";
import type { Fleet, Host, HostRules, Workload } from "../../provider/core/fleet.ts";
import type { Plan } from "../../provider/core/plan.ts";
import { type Policy, type PolicyInput, policy as policySchema } from "../../provider/core/policy.ts";
import { freshHost, type HostMemory, newRun, type RunMemory } from "../../provider/core/run.ts";
import type { PlanRequest } from "../../provider/planner/plan.ts";

export const OWNER = "shop/prod/roll";
export const BASELINE = "version=2.0.0";

/** What has happened to a host. */
type Fate =
  | "calm"
  | "at the level"
  | "ahead"
  | "held"
  | "down"
  | "unreachable"
  | "cordoned"
  | "foreign"
  | "in hand"
  | "patched"
  | "back"
  | "failed"
  | "done"
  | "sick";

const fate: fc.Arbitrary<Fate> = fc.constantFrom(
  ...([
    "calm",
    "calm",
    "calm",
    "calm",
    "calm",
    "at the level",
    "ahead",
    "held",
    "down",
    "unreachable",
    "cordoned",
  ] as const),
  ...(["foreign", "in hand", "patched", "back", "failed", "done", "sick"] as const),
);

/** A calm fleet: every host up, nobody's, below the level unless said otherwise. */
export function calmFleet(most = 8): fc.Arbitrary<Fleet> {
  return fc.integer({ min: 1, max: most }).chain((size) =>
    fc
      .record({
        hosts: fc.tuple(...Array.from({ length: size }, (_, index) => calmHost(index))),
        workloads: fc.array(workload(size), { maxLength: size * 4 }),
        perGiB: fc.constantFrom(0, 0.5, 3),
        backward: fc.constantFrom("yes" as const, "unknown" as const, "no" as const),
        remediations: fc.constantFrom(undefined, undefined, undefined, 1, 2),
      })
      .map(({ hosts, workloads, perGiB, backward, remediations }) => ({
        ...fleetOf(hosts, workloads, { fixed: 5, perGiB }),
        backward,
        ...(remediations === undefined ? {} : { remediations }),
      })),
  );
}

/** A request as it comes from a first look at a calm fleet. */
export const calmRequest: fc.Arbitrary<PlanRequest> = fc
  .record({ fleet: calmFleet(), policy: somePolicy(), probed: someProbed() })
  .map(({ fleet, policy, probed }) => ({
    fleet,
    policy: known(policy, fleet),
    baseline: BASELINE,
    owners: [OWNER],
    probed: probedOf(fleet, probed),
  }));

/** A request in mid-roll, in a fleet in which anything may be going on. */
export const wildRequest: fc.Arbitrary<PlanRequest> = fc
  .record({
    fleet: calmFleet(),
    policy: somePolicy(),
    fates: fc.array(fate, { minLength: 8, maxLength: 8 }),
    flights: fc.array(fc.tuple(fc.nat(31), fc.nat(7)), { maxLength: 3 }),
    homes: fc.array(fc.nat(31), { maxLength: 6 }),
    passed: fc.boolean(),
    sameBaseline: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
    probed: someProbed(),
    judged: fc.nat(4),
  })
  .map(({ fleet, policy, fates, flights, homes, passed, sameBaseline, probed, judged }) => {
    const hosts = fleet.hosts.map((host, index) => suffer(host, fates[index] ?? "calm"));
    const workloads = fleet.workloads.map((workload): Workload => {
      const index = fleet.workloads.indexOf(workload);
      const flight = flights.find(([which]) => which === index);
      const to = hosts[flight?.[1] ?? -1]?.id;
      return to === undefined || to === workload.host || workload.state !== "running" || workload.pinned
        ? workload
        : { ...workload, movingTo: to };
    });
    const changed = { ...fleet, hosts, workloads };
    return {
      fleet: changed,
      policy: known(policy, changed),
      baseline: BASELINE,
      owners: [OWNER],
      probed: probedOf(changed, probed),
      memory: memoryOf({ fleet: changed, fates, homes, passed, same: sameBaseline, judged }),
    };
  });

/**
 * A request for a fleet that is nearly as full as can be: a large workload on every host, which fits beside another large one only if
 * small ones make room.
 */
export const tightRequest: fc.Arbitrary<PlanRequest> = fc
  .record({
    fleet: tightFleet(),
    policy: somePolicy(),
    probed: someProbed(),
    reserve: fc.constantFrom<NonNullable<Policy["reserve"]>[]>(0, 0, 0, { memory: 1024 }),
    canary: fc.constantFrom(0, 0, 1),
    putBack: fc.constantFrom("home", "home", "none", "bounded"),
  })
  .map(({ fleet, policy, probed, reserve, canary, putBack }) => ({
    fleet,
    probed: probedOf(fleet, probed),
    policy: { ...known(policy, fleet), reserve, canary, putBack },
    baseline: BASELINE,
    owners: [OWNER],
  }));

/** A request for a roll in which many hosts may be out together, as far as reserve, ramp and hosts that go alone let them. */
export const wideRequest: fc.Arbitrary<PlanRequest> = fc
  .record({
    hosts: fc.tuple(...Array.from({ length: 8 }, (_, index) => calmHost(index))),
    sizes: fc.array(fc.constantFrom(4, 8, 12, 16), { minLength: 16, maxLength: 28 }),
    policy: somePolicy(),
    fleet: fc.constantFrom(3, 4, 8),
    reserve: fc.constantFrom(0, 0, 1, 2),
    canary: fc.constantFrom(0, 0, 1, 2),
    last: fc.constantFrom<string[]>([], [], ["h1"], ["h7", "h2"]),
    total: fc.constantFrom(undefined, undefined, 1),
    away: fc.constantFrom<Partial<Host>[]>({}, {}, { cordoned: true }, { state: "down" }),
  })
  .map(({ hosts, sizes, policy, fleet: most, reserve, canary, last, total, away }) => {
    const draws = sizes.map((memory, index): Draw => ({ ...RULELESS, host: index % 8, memory, cpu: 0.1, stopped: 1 }));
    const even = hosts.map(({ quorums: _quorums, domain: _domain, ...host }, index) => ({
      ...host,
      level: "1.0.0",
      evidence: "1.0.0",
      capacity: { memory: 64 * 1024, cpu: 32 },
      ...(index === 3 ? away : {}),
    }));
    const { quorums: _quorums, apart: _apart, order: _order, migrations: _migrations, ...rest } = policy;
    return {
      fleet: fleetOf(even, draws, { fixed: 60, perGiB: 10 }),
      policy: {
        ...rest,
        mode: "full" as const,
        maxUnavailable: { fleet: most, perDomain: undefined },
        reserve,
        canary,
        last,
        ...(total === undefined ? {} : { migrations: { total } }),
      },
      baseline: BASELINE,
      owners: [OWNER],
    };
  });

/** A request in which some workloads have quiet hours, a few of them for good; hosts take 20 minutes and more to patch. */
export const quietRequest: fc.Arbitrary<PlanRequest> = fc
  .record({
    request: fc.oneof(calmRequest, wildRequest, tightRequest),
    hours: fc.array(fc.tuple(fc.nat(31), fc.nat(3), fc.nat(90), fc.nat(120)), { minLength: 1, maxLength: 8 }),
  })
  .map(({ request, hours }) => {
    const minute = 60_000;
    const { workloads } = request.fleet;
    const spans = hours.flatMap(([which, kind, from, length]) => {
      const id = workloads[which % Math.max(1, workloads.length)]?.id;
      const span = { from: from * minute, until: (from + length + 1) * minute };
      const again = { from: (from + length + 60) * minute };
      return id === undefined ? [] : [[id, kind === 0 ? [span, again] : [span]] as const];
    });
    const having = new Set(spans.map(([id]) => id));
    const quiet = [{ start: "0 8 * * *", duration: 60 * minute, timezone: "UTC" }];
    const changed = workloads.map((one) => (having.has(one.id) ? { ...one, quiet } : one));
    return {
      ...request,
      fleet: { ...request.fleet, workloads: changed },
      quiet: { from: 0, spans: Object.fromEntries(spans) },
    };
  });

function tightFleet(): fc.Arbitrary<Fleet> {
  return fc.integer({ min: 3, max: 5 }).chain((size) =>
    fc
      .record({
        hosts: fc.tuple(...Array.from({ length: size }, (_, index) => calmHost(index))),
        large: fc.tuple(...Array.from({ length: size }, () => fc.integer({ min: 24, max: 38 }))),
        small: fc.array(workload(size), { minLength: size, maxLength: size * 4 }),
        sizes: fc.array(fc.integer({ min: 1, max: 14 }), { minLength: size * 4, maxLength: size * 4 }),
        bare: fc.boolean(),
      })
      .map(({ hosts, large, small, sizes, bare }) => {
        const free = hosts.map((_, index) => 64 - (large[index] ?? 0));
        let left = 64 * (size - 1) - large.reduce((sum, memory) => sum + memory, 0);
        const fitting = small.flatMap((draw, index): Draw[] => {
          const memory = sizes[index] ?? 1;
          if (memory > (free[draw.host] ?? 0) || memory > left) return [];
          free[draw.host] = (free[draw.host] ?? 0) - memory;
          left -= memory;
          return [{ ...(bare ? { ...draw, ...RULELESS } : draw), memory, cpu: 0.1, stopped: 1 }];
        });
        const first = large.map((memory, host): Draw => ({ ...RULELESS, host, memory, cpu: 0.1, stopped: 1 }));
        const even = hosts.map((host) => ({ ...host, capacity: { memory: 64 * 1024, cpu: 32 } }));
        return fleetOf(even, [...first, ...fitting], { fixed: 5, perGiB: 0.5 });
      }),
  );
}

/** No rule speaks against moving it. */
const RULELESS = {
  group: undefined,
  pinned: 1,
  hosts: undefined,
  spread: undefined,
  once: 1,
  together: undefined,
} as const;

export function somePolicy(): fc.Arbitrary<Policy> {
  return fc
    .record(
      {
        mode: fc.constantFrom("full", "full", "canary"),
        maxUnavailable: fc.oneof(
          fc.constantFrom(1, 2, 3, "30%", "100%"),
          fc.record({ fleet: fc.constantFrom(1, 2, 4), perDomain: fc.constantFrom(1, 2, "50%") }),
        ),
        reserve: fc.constantFrom(0, 1, 2, "10%", "25%", { memory: "48GiB" }, { cpu: 4 }, { memory: "16GiB", cpu: 2 }),
        canary: fc.constantFrom(0, 1, 2),
        judged: fc.constantFrom(0, 2, 3),
        putBack: fc.constantFrom("bounded", "home", "none"),
        pinned: fc.constantFrom("refuse", "skip", "shutdown"),
        migrations: fc.constantFrom({ perHost: 1 }, { total: 1 }, { perHost: 2, total: 3 }),
        quorums: fc.dictionary(fc.constantFrom("etcd", "mon"), someHosts(1), { maxKeys: 2 }),
        apart: fc.array(someHosts(2), { maxLength: 2 }),
        last: someHosts(1),
        order: someOrder(),
      },
      { requiredKeys: [] },
    )
    .map((input) => parsed(input as PolicyInput));
}

/** Contradictory order rules are refused by the schema: `last` gives way. */
function parsed(input: PolicyInput): Policy {
  const { last: _last, ...rest } = input;
  return policySchema.safeParse(input).data ?? policySchema.parse(rest);
}

/** Hosts that a fleet may have, each once. */
function someHosts(least: number): fc.Arbitrary<string[]> {
  const ids = Array.from({ length: 8 }, (_, index) => `h${index + 1}`);
  return fc.uniqueArray(fc.constantFrom(...ids), { minLength: least, maxLength: 4 });
}

/** Hosts wait only for hosts of smaller numbers: no cycles. */
function someOrder(): fc.Arbitrary<PolicyInput["order"]> {
  const rule = fc.tuple(
    fc.integer({ min: 2, max: 8 }),
    fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 3 }),
  );
  return fc.uniqueArray(rule, { maxLength: 3, selector: ([host]) => host }).map((rules) =>
    rules.flatMap(([host, before]) => {
      const after = before.filter((one) => one < host).map((one) => `h${one}`);
      return after.length === 0 ? [] : [{ host: `h${host}`, after }];
    }),
  );
}

/** Without the hosts that are not in the fleet: naming one is refused, and hides everything else. */
function known(policy: Policy, fleet: Fleet): Policy {
  const there = (hosts: readonly string[]): string[] =>
    hosts.filter((id) => fleet.hosts.some((host) => host.id === id));
  const { quorums, apart, last, order } = policy;
  return {
    ...policy,
    ...(quorums && { quorums: Object.fromEntries(Object.entries(quorums).map(([name, of]) => [name, there(of)])) }),
    ...(apart && { apart: apart.map(there) }),
    ...(last && { last: there(last) }),
    ...(order && {
      order: order
        .filter(({ host }) => there([host]).length > 0)
        .map(({ host, after }) => ({ host, after: there(after) })),
    }),
  };
}

/** A plan, for tests that need one. */
export function withPrevious(request: PlanRequest, previous: Plan): PlanRequest {
  return { ...request, previous };
}

function suffer(host: Host, fate: Fate): Host {
  const mark = { run: "r1", owner: OWNER, token: 1 };
  const level = { level: "2.0.0", evidence: "2.0.0" };
  switch (fate) {
    case "at the level":
    case "done":
      return { ...host, ...level };
    case "ahead":
      return { ...host, level: "2.1.0", evidence: "2.1.0" };
    case "held":
      return { ...host, held: true, cordoned: true };
    case "down":
    case "unreachable":
      return { ...host, state: fate };
    case "cordoned":
      return { ...host, cordoned: true };
    case "foreign":
      return { ...host, cordoned: true, mark: { ...mark, owner: "other/prod/roll" } };
    case "in hand":
    case "failed":
      return { ...host, cordoned: true, mark };
    case "patched":
      return { ...host, ...level, cordoned: true, mark };
    case "back":
      return { ...host, ...level, mark };
    case "sick":
      return { ...host, problem: "a fan is broken" };
    default:
      return host;
  }
}

/** Which of the workloads are probed: none, about every second one, or all. */
function someProbed(): fc.Arbitrary<number> {
  return fc.constantFrom(0, 0, 2, 1);
}

function probedOf({ workloads }: Fleet, every: number): string[] {
  return every === 0 ? [] : workloads.filter((_, index) => index % every === 0).map(({ id }) => id);
}

interface Past {
  readonly fleet: Fleet;
  readonly fates: readonly Fate[];
  readonly homes: readonly number[];
  readonly passed: boolean;
  readonly same: boolean;
  /** So many of the hosts that the run has touched were chosen to be judged. */
  readonly judged: number;
}

function memoryOf({ fleet, fates, homes, passed, same, judged }: Past): RunMemory {
  const hosts: Record<string, HostMemory> = {};
  const done: string[] = [];
  fleet.hosts.forEach(({ id }, index) => {
    const fate = fates[index];
    const names = homes.map((n) => fleet.workloads[n]?.id).filter((name) => name !== undefined);
    const pinned = fleet.workloads
      .filter((one) => one.host === id && one.pinned && one.state === "stopped")
      .map((one) => one.id);
    if (fate === "in hand" || fate === "patched" || fate === "back")
      hosts[id] = { ...freshHost, homes: names, stopped: pinned };
    if (fate === "failed") hosts[id] = { ...freshHost, failed: { step: "remediate", why: "the patch was refused" } };
    if (fate === "done") done.push(id);
  });
  const canaries = passed ? [] : Object.keys(hosts).slice(0, 1);
  const chosen = [...new Set([...canaries, ...[...done, ...Object.keys(hosts)].slice(0, judged)])];
  return {
    ...newRun("r1", OWNER, same ? BASELINE : "version=1.9.0", ""),
    canaryPassed: passed,
    canaries,
    judged: chosen,
    hosts,
    done,
  };
}

function calmHost(index: number): fc.Arbitrary<Host> {
  return fc
    .record({
      memory: fc.constantFrom(32, 64, 64, 64, 128),
      cpu: fc.constantFrom(8, 16, 32),
      domain: fc.constantFrom(undefined, "a", "b", "c"),
      quorums: fc.constantFrom(undefined, undefined, undefined, ["mon"]),
      class: fc.constantFrom(undefined, undefined, "gen10", "gen11"),
      patched: fc.integer({ min: 0, max: 9 }),
      old: fc.integer({ min: 0, max: 5 }),
      slots: fc.constantFrom(1, 2, 4, 8),
      patch: fc.integer({ min: 60, max: 1200 }),
    })
    .map(({ memory, cpu, domain, quorums, class: name, patched, old, slots, patch }) => ({
      id: `h${index + 1}`,
      level: patched === 0 ? "2.0.0" : old === 0 ? "0.9.0" : "1.0.0",
      wanted: "2.0.0",
      evidence: patched === 0 ? "2.0.0" : old === 0 ? "0.9.0" : "1.0.0",
      state: "up" as const,
      bootId: `boot-${index}`,
      cordoned: false,
      held: false,
      capacity: { memory: memory * 1024, cpu },
      ...(domain === undefined ? {} : { domain }),
      ...(quorums === undefined ? {} : { quorums }),
      ...(name === undefined ? {} : { class: name }),
      slots,
      estimate: { patch, boot: 120 },
    }));
}

interface Draw {
  readonly host: number;
  readonly memory: number;
  readonly cpu: number;
  readonly group: string | undefined;
  readonly pinned: number;
  readonly stopped: number;
  readonly hosts: HostRules | undefined;
  readonly spread: string | undefined;
  readonly once: number;
  readonly together: string | undefined;
}

function workload(hosts: number): fc.Arbitrary<Draw> {
  return fc.record({
    host: fc.nat(hosts - 1),
    memory: fc.constantFrom(1, 2, 4, 8, 16, 24),
    cpu: fc.constantFrom(0.1, 0.5, 1, 2, 4),
    group: fc.constantFrom(undefined, undefined, undefined, "db", "web"),
    pinned: fc.nat(19),
    stopped: fc.nat(9),
    hosts: hostRules(hosts),
    once: fc.nat(19),
    together: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, "app", "erp"),
    spread: fc.constantFrom(undefined, undefined, undefined, undefined, "zk", "mq"),
  });
}

/** Most workloads have none; some rules are broken already. */
function hostRules(hosts: number): fc.Arbitrary<HostRules | undefined> {
  const some = fc.uniqueArray(fc.nat(hosts - 1), { minLength: 1 }).map((list) => list.map((index) => `h${index + 1}`));
  return fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 12 },
    { arbitrary: fc.record({ only: some }), weight: 1 },
    { arbitrary: fc.record({ never: some }), weight: 1 },
    { arbitrary: fc.record({ prefer: some }), weight: 2 },
  );
}

function fleetOf(hosts: readonly Host[], draws: readonly Draw[], migration: Fleet["migration"]): Fleet {
  const workloads = draws.map(
    (draw, index): Workload => ({
      id: `w${String(index + 1).padStart(2, "0")}`,
      host: `h${draw.host + 1}`,
      state: draw.stopped === 0 ? "stopped" : "running",
      demand: { memory: draw.memory * 1024, cpu: draw.cpu },
      ...(draw.group === undefined ? {} : { group: draw.group }),
      ...(draw.spread === undefined ? {} : { spread: draw.spread }),
      ...(draw.once === 0 ? { moves: "once" as const } : {}),
      ...(draw.together === undefined ? {} : { together: draw.together }),
      ...(draw.hosts === undefined ? {} : { hosts: draw.hosts }),
      pinned: draw.pinned === 0,
    }),
  );
  return { target: "simulated:test", at: 0, scheme: "release", hosts, workloads, migration };
}
