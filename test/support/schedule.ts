import { type InputsAsWritten, inputs as inputsSchema } from "../../provider/core/inputs.ts";
import type { Policy } from "../../provider/core/policy.ts";
import type { FaultInput, FleetSpecInput } from "../../provider/drivers/simulated/index.ts";
import { memoryJournal } from "../../provider/engine/journal.ts";
import type { RollResult } from "../../provider/engine/roll.ts";
import { planFor } from "../../provider/planner/plan.ts";
import { type Fate, Mortal } from "./mortal.ts";
import { Rig } from "./rig.ts";
import { rules } from "./rules.ts";

/** Everything that goes wrong in one random life of a fleet, made from a seed. */
export interface Schedule {
  readonly seed: number;
  readonly fleet: FleetSpecInput;
  readonly policy: InputsAsWritten["policy"];
  readonly failing: Readonly<Record<string, number>>;
  /** How each `up` dies; undefined: it does not. */
  readonly fates: readonly (Fate | undefined)[];
  readonly wipe: boolean;
  /** The fleet record is lost as well, after every `up`. */
  readonly forget: boolean;
  /** Two processes start at the same time. */
  readonly rival: boolean;
}

export function schedule(seed: number): Schedule {
  const dice = new Dice(seed);
  const hosts = dice.between(3, 6);
  const perHost = dice.between(1, 4);
  const grouped = dice.chance(0.3);
  const domains = dice.chance(0.3);
  const fleet: FleetSpecInput = {
    seed,
    jitter: dice.pick([0, 0, 0.3]),
    hosts: dice.times(hosts, (index) => ({
      id: `h${index + 1}`,
      level: dice.pick(["8.0.1", "8.0.1", "8.0.2", "8.0.3"]),
      memory: 64,
      cpu: 32,
      slots: dice.pick([1, 2, 4]),
      patch: dice.between(2, 20) * 60,
      boot: dice.between(1, 8) * 60,
      ...(domains ? { domain: index % 2 === 0 ? "a" : "b" } : {}),
    })),
    workloads: dice
      .times(hosts, (index) => dice.times(perHost, (k) => workload(dice, index, k, grouped && index < hosts - 1)))
      .flat(),
    faults: dice.times(dice.pick([0, 1, 1, 2, 2, 3, 4]), () => fault(dice, hosts)),
  };
  const policy: InputsAsWritten["policy"] = {
    maxUnavailable: domains && dice.chance(0.5) ? { fleet: dice.between(1, 3), perDomain: 1 } : dice.between(1, 3),
    canary: dice.pick([0, 1, 1, 1]),
    maxFailures: dice.between(0, 2),
    retries: dice.between(0, 3),
    putBack: dice.pick(["bounded", "home", "none"] as const),
    pinned: dice.pick(["refuse", "skip", "shutdown", "shutdown"] as const),
    onRegress: dice.pick(["drain", "hold", "rollback"] as const),
    ...(dice.chance(0.15) ? { maxUpTime: `${dice.between(5, 90)}s` } : {}),
    ...(dice.chance(0.3) ? { reserve: 0 } : {}),
  };
  const full = filled(new Dice(seed + 5), fleet.workloads ?? []);
  return {
    seed,
    fleet: {
      ...fleet,
      hosts: observed(new Dice(seed + 1), fleet.hosts),
      workloads: bound(new Dice(seed + 3), full ?? fleet.workloads ?? [], hosts),
      faults: [...(fleet.faults ?? []), ...blocked(new Dice(seed + 4), hosts)],
    },
    policy: { ...policy, ...ruled(new Dice(seed + 2), hosts), ...(full === undefined ? {} : { reserve: 0 }) },
    failing: dice.chance(0.25) ? { [dice.pick(["gate", "verify", "end"])]: dice.pick([1, 1, 2, 4, 8]) } : {},
    fates: dice.times(4, () =>
      dice.chance(0.5)
        ? { call: dice.between(1, 160), moment: dice.pick(["before", "during", "after", "frozen"] as const) }
        : undefined,
    ),
    wipe: dice.chance(0.4),
    forget: dice.chance(0.08),
    rival: dice.chance(0.2),
  };
}

/** Rules of workloads, in some fleets. Apart from the other dice as well. */
function bound(dice: Dice, workloads: NonNullable<FleetSpecInput["workloads"]>, hosts: number): typeof workloads {
  if (dice.chance(0.7)) return workloads;
  return workloads.map((one) => {
    const host = `h${dice.between(1, hosts)}`;
    return {
      ...one,
      ...(dice.chance(0.15) ? { hosts: { never: [host] } } : {}),
      ...(dice.chance(0.15) ? { hosts: { prefer: [host] } } : {}),
      ...(dice.chance(0.1) ? { moves: "once" as const } : {}),
      ...(one.group === undefined
        ? dice.pick([{}, {}, {}, { spread: "zk" }, { together: "app" }, { together: "erp" }])
        : {}),
    };
  });
}

/**
 * The workloads of some fleets in sizes of which two large ones fit on one host only if small ones make room. Undefined: as they are.
 */
function filled(
  dice: Dice,
  workloads: NonNullable<FleetSpecInput["workloads"]>,
): NonNullable<FleetSpecInput["workloads"]> | undefined {
  if (dice.chance(0.9)) return undefined;
  return workloads.map((one) => ({
    ...one,
    memory: one.id.endsWith("-1") ? dice.between(22, 34) : dice.between(2, 9),
  }));
}

/** Hosts as the platform may know more of them. Apart from the other dice, so that a seed stays what it was. */
function observed(dice: Dice, hosts: FleetSpecInput["hosts"]): FleetSpecInput["hosts"] {
  return hosts.map((host) => (dice.chance(0.15) ? { ...host, quorums: ["mon"] } : host));
}

/** A host that the platform cannot patch from some time on. */
function blocked(dice: Dice, hosts: number): FaultInput[] {
  if (!dice.chance(0.15)) return [];
  const host = `h${dice.between(1, hosts)}`;
  if (dice.chance(0.5)) return [{ kind: "host-blocked", host, at: `${dice.between(0, 180)}m` }];
  const on = dice.pick(["stage", "cordon", "migrate"] as const);
  return [{ kind: "host-blocked", on, delay: `${dice.between(0, 300)}s` }];
}

/** Rules on hosts. */
function ruled(dice: Dice, hosts: number): InputsAsWritten["policy"] {
  const some = (): string[] => dice.times(hosts, (index) => `h${index + 1}`).filter(() => dice.chance(0.5));
  const [first, second] = [some(), some()];
  return {
    ...(dice.chance(0.3) && first.length > 0 ? { quorums: { [dice.pick(["etcd", "mon"])]: first } } : {}),
    ...(dice.chance(0.2) && second.length > 1 ? { apart: [second] } : {}),
    ...(dice.chance(0.2) ? { reserve: dice.pick(["10%", "25%", { memory: "48GiB" }]) } : {}),
    ...(dice.chance(0.15) ? { last: [`h${hosts}`] } : {}),
    ...(dice.chance(0.15) ? { order: [{ host: "h1", after: ["h2"] }] } : {}),
  };
}

/** Lives through a schedule; throws on the first broken rule. Returns how the last `up` ended. */
export async function live(plan: Schedule, began: (rig: Rig) => void = () => {}): Promise<string> {
  const { policy } = inputsSchema.pick({ policy: true }).parse({ policy: plan.policy }) as { policy: Policy };
  const rig = new Rig({
    fleet: plan.fleet,
    policy: plan.policy,
    checks: CHECKS,
    failing: plan.failing,
    watch: rules(policy, plan.forget),
  });
  began(rig);
  const before = [...rig.world.workloads.values()].length;
  const actors = JSON.stringify(rig.world.actors);
  const mustSucceed = isHarmless(plan) && (await hasPlan(rig, policy));
  let journal = memoryJournal();
  for (const fate of plan.fates) {
    await rig.time.run(
      Promise.all([life(rig, fate, journal), ...(plan.rival ? [life(rig, undefined, memoryJournal())] : [])]),
    );
    if (plan.wipe || plan.forget) journal = memoryJournal();
    if (plan.forget) rig.world.record = undefined;
  }
  const last = await rig.up({ journal, policy: { maxUpTime: "1000h" } });
  if (last.kind === "killed") throw new Error("nobody killed the last one");
  if (last.kind === "error") return `error ${last.error.kind}`;
  const { ending, fleet } = last.result;
  const broken = (ending.kind === "done" ? wrongWhenDone : wrongWhenHalted)(plan, rig, last.result);
  if (broken !== undefined) throw new Error(`broken: ${ending.kind}, but ${broken}`);
  if ([...rig.world.workloads.values()].length < before) throw new Error("broken: a workload is gone");
  const record = rig.world.record?.record;
  if (record?.lease !== undefined) throw new Error("broken: the lease was not given back");
  if (!plan.forget && JSON.stringify(rig.world.actors) !== actors && record?.former === undefined) {
    throw new Error("broken: other actors did not get their settings back");
  }
  const patched = new Set(rig.world.events.filter((event) => event.what === "remediate").map((event) => event.host));
  if (onlyThePatchIsBad(plan) && patched.size > 1)
    throw new Error(`broken: a bad patch reached ${[...patched].join(", ")}`);
  if (mustSucceed && ending.kind !== "done") {
    throw new Error(`broken: nothing went wrong and there was a plan, but it ended ${JSON.stringify(ending)}`);
  }
  if (ending.kind === "halted") return ending.sticky ? "sticky" : "halted";
  return fleet.hosts.length > 0 ? ending.kind : "empty";
}

function wrongWhenDone(plan: Schedule, rig: Rig, { ending, fleet, memory }: RollResult): string | undefined {
  const note = ending.kind === "done" ? ending.note : "";
  const names = (hosts: readonly { readonly id: string }[]): string => hosts.map((host) => host.id).join(", ");
  const ours = fleet.hosts.filter((host) => host.state === "up" && !host.held);
  const rolled = [...rig.world.hosts.values()].filter((host) => memory.done.includes(host.id));
  const drifts = plan.fleet.faults?.some((fault) => fault.kind === "host-drifts") === true;
  const excused = (id: string): boolean => note.includes(id) || (drifts && memory.done.includes(id));
  const behind = ours.filter((host) => host.level < host.wanted && !excused(host.id));
  if (behind.length > 0) return `${names(behind)} is behind`;
  const out = ours.filter((host) => host.cordoned || host.mark !== undefined);
  if (out.length > 0) return `${names(out)} is still out`;
  const lies = [...rig.world.hosts.values()].filter((host) => host.running !== host.reported && !host.held);
  if (lies.length > 0) return `${names(lies)} does not run what it reports`;
  const sick = rolled.filter((host) => host.problem !== undefined);
  if (sick.length > 0) return `${names(sick)} came back with a problem`;
  if (plan.failing.gate === 1 && memory.done.length > 0) return "the gate never passed";
  const stopped = [...rig.world.workloads.values()].filter((workload) => workload.state === "stopped");
  const before = new Set(
    plan.fleet.workloads?.filter((workload) => workload.state === "stopped").map((workload) => workload.id),
  );
  const owed = stopped.filter(
    (workload) => workload.pinned && !before.has(workload.id) && !plan.forget && !lostItsHost(plan),
  );
  return owed.length > 0 ? `${names(owed)} was not started again` : undefined;
}

const lostItsHost = (plan: Schedule): boolean =>
  plan.fleet.faults?.some((fault) => fault.kind === "host-vanishes") === true;

function wrongWhenHalted(plan: Schedule, _rig: Rig, { ending, memory }: RollResult): string | undefined {
  if (ending.kind === "halted" && ending.reason.length === 0) return "it gives no reason";
  const failed = Object.entries(memory.hosts).filter(([, host]) => host.failed !== undefined);
  const allowed = memory.canaryPassed ? (plan.policy?.maxFailures ?? 1) : 0;
  // A canary that an operator took is replaced by another: once it is given back two are in hand, and both may fail.
  const replaced = plan.fleet.faults?.some((fault) => fault.kind === "operator-takes") === true;
  if (!memory.canaryPassed && !replaced && failed.length > allowed + 1)
    return `${failed.map(([id]) => id).join(", ")} failed before the canary had passed`;
  return undefined;
}

async function hasPlan(rig: Rig, policy: Policy): Promise<boolean> {
  const fleet = await rig.driver().observe({ version: "8.0.3" });
  return planFor({ fleet, policy, baseline: "version=8.0.3", owners: [] }).kind === "plan";
}

const BAD_PATCH = ["patch-fails", "never-boots", "boots-unhealthy", "lies-new", "lies-old"] as const;

/** A patch that is bad everywhere, and nothing else wrong: only the canary may ever see it. */
function onlyThePatchIsBad({ fleet, policy, failing, forget }: Schedule): boolean {
  const bad = (fault: FaultInput): boolean => BAD_PATCH.some((kind) => fault.kind === kind) && fault.host === undefined;
  const faults = fleet.faults ?? [];
  const always = faults.some(
    (fault) => bad(fault) && "count" in fault && fault.count === "always" && !("workload" in fault),
  );
  return always && faults.every(bad) && policy?.canary === 1 && !forget && Object.keys(failing).length === 0;
}

/** Nothing misbehaves in it but our own processes. */
function isHarmless(plan: Schedule): boolean {
  return !plan.forget && plan.fleet.faults?.length === 0 && Object.keys(plan.failing).length === 0;
}

const CHECKS: InputsAsWritten["checks"] = [
  { kind: "http", name: "gate", url: "http://shop.example/", at: ["gate"] },
  { kind: "http", name: "verify", url: "http://shop.example/", at: ["verify"] },
  { kind: "command", name: "end", command: ["orders-test"], at: ["end"] },
];

async function life(rig: Rig, fate: Fate | undefined, journal: ReturnType<typeof memoryJournal>): Promise<void> {
  const mortal = new Mortal(fate);
  await rig.start({
    through: (driver) => mortal.driver(driver),
    journal: mortal.journal(journal),
    killed: mortal.killed,
  });
}

function workload(
  dice: Dice,
  host: number,
  index: number,
  grouped: boolean,
): NonNullable<FleetSpecInput["workloads"]>[number] {
  return {
    id: `w${host + 1}-${index + 1}`,
    host: `h${host + 1}`,
    memory: dice.pick([2, 4, 8, 12]),
    cpu: 1,
    ...(grouped && index === 0 ? { group: "db" } : {}),
    ...(dice.chance(0.04) ? { pinned: true } : {}),
    ...(dice.chance(0.05) ? { state: "stopped" as const } : {}),
  };
}

function fault(dice: Dice, hosts: number): FaultInput {
  const host = `h${dice.between(1, hosts)}`;
  const count = dice.pick([1, 1, 2, 5, "always"] as const);
  const at = `${dice.between(0, 180)}m`;
  const lasts = `${dice.between(1, 60)}m`;
  const anywhere = dice.chance(0.5) ? {} : { host };
  return dice.pick<() => FaultInput>([
    () => ({ kind: dice.pick(BAD_PATCH), count: "always" }),
    () => ({ kind: "patch-fails", ...anywhere, count }),
    () => ({ kind: "never-boots", ...anywhere, count }),
    () => ({ kind: "boots-unhealthy", ...anywhere, count }),
    () => ({ kind: "lies-new", ...anywhere, count }),
    () => ({ kind: "lies-old", ...anywhere, count }),
    () => ({ kind: "migration-fails", ...anywhere, count }),
    () => ({ kind: "migration-never-converges", ...anywhere, count }),
    () => ({ kind: "answer-lost", count, when: dice.pick(["start", "end"] as const) }),
    () => ({ kind: "call-refused", count: dice.between(1, 4), error: dice.pick(["unavailable", "failed"] as const) }),
    () => ({ kind: "slow", factor: dice.between(2, 6), count: 5 }),
    () => ({ kind: "flaps", host, at, times: dice.between(1, 4) }),
    () => ({ kind: "host-hangs", host, at, for: lasts }),
    () => ({ kind: "host-cut", host, at, for: lasts }),
    () => ({
      kind: "host-cut",
      on: dice.pick(["migrate", "remediate", "cordon"] as const),
      delay: `${dice.between(0, 300)}s`,
      for: lasts,
    }),
    () => ({ kind: "operator-takes", host, at, ...(dice.chance(0.5) ? { for: lasts } : {}) }),
    () => ({
      kind: "operator-takes",
      on: dice.pick(["cordon", "migrate", "uncordon"] as const),
      delay: `${dice.between(0, 90)}s`,
    }),
    () => ({ kind: "foreign-load", host, at, memory: dice.between(2, 24) }),
    () => ({
      kind: "foreign-load",
      on: dice.pick(["cordon", "migrate"] as const),
      memory: dice.between(8, 40),
      host,
      delay: "1s",
    }),
    () => ({ kind: "host-vanishes", host, at }),
    () => ({ kind: "host-drifts", host, at, level: "8.0.0" }),
    () => ({ kind: "balancer-moves", host, at }),
  ])();
}

/** Random numbers that a seed replays; mulberry32. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)] as T;
  }

  times<T>(count: number, make: (index: number) => T): T[] {
    return Array.from({ length: count }, (_, index) => make(index));
  }
}
