import type { Fleet, Host, Workload } from "../../provider/core/fleet.ts";
import type { HostPlan, Plan, Refusal } from "../../provider/core/plan.ts";
import { type PolicyInput, policy } from "../../provider/core/policy.ts";
import { type HostMemory, newRun, type RunMemory } from "../../provider/core/run.ts";
import { type PlanRequest, planFor } from "../../provider/planner/plan.ts";
import { BASELINE, OWNER } from "./arbitraries.ts";

export const MARK = { run: "r1", owner: OWNER, token: 1 };

type HostChange = Partial<Host> & { readonly gib?: number };

/** A host of 64 GiB below the level, 20 minutes to remediate. */
export function host(id: string, { gib = 64, ...change }: HostChange = {}): Host {
  return {
    id,
    level: "1.0.0",
    wanted: "2.0.0",
    evidence: change.level ?? "1.0.0",
    state: "up",
    bootId: `boot-${id}`,
    cordoned: false,
    held: false,
    capacity: { memory: gib * 1024 },
    slots: 2,
    estimate: { patch: 900, boot: 300 },
    ...change,
  };
}

/** A running workload. */
export function vm(id: string, on: string, gib = 8, change: Partial<Workload> = {}): Workload {
  return { id, host: on, state: "running", demand: { memory: gib * 1024 }, pinned: false, ...change };
}

/** A fleet whose ids are sorted, as drivers give it. Migrations take 10 s and 1 s for each GiB. */
export function fleet(hosts: readonly Host[], workloads: readonly Workload[] = []): Fleet {
  const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
  return {
    target: "simulated:test",
    at: 0,
    scheme: "release",
    hosts: [...hosts].sort(byId),
    workloads: [...workloads].sort(byId),
    migration: { fixed: 10, perGiB: 1 },
  };
}

/** `count` equal hosts h1 … hn, each with workloads h1-a, h1-b, … of 8 GiB. */
export function evenFleet(count: number, perHost: number, change: Readonly<Record<string, HostChange>> = {}): Fleet {
  const ids = Array.from({ length: count }, (_, index) => `h${index + 1}`);
  const workloads = ids.flatMap((id) =>
    Array.from({ length: perHost }, (_, index) => vm(`${id}-${"abcdefgh"[index]}`, id)),
  );
  return fleet(
    ids.map((id) => host(id, change[id])),
    workloads,
  );
}

export interface Extra {
  readonly memory?: Partial<RunMemory>;
  readonly previous?: Plan;
}

export function request(of: Fleet, settings: PolicyInput = {}, { memory, previous }: Extra = {}): PlanRequest {
  return {
    fleet: of,
    policy: policy.parse(settings),
    baseline: BASELINE,
    owners: [OWNER],
    memory: memory === undefined ? undefined : { ...newRun("r1", OWNER, BASELINE, ""), ...memory },
    previous,
  };
}

export function planned(of: Fleet, settings: PolicyInput = {}, extra: Extra = {}): Plan {
  const answer = planFor(request(of, settings, extra));
  if (answer.kind === "refusal") throw new Error(`refused: ${answer.reasons.map((reason) => reason.text).join(" ")}`);
  return answer;
}

export function refused(of: Fleet, settings: PolicyInput = {}, extra: Extra = {}): Refusal {
  const answer = planFor(request(of, settings, extra));
  if (answer.kind === "plan") throw new Error(`planned: ${answer.id}`);
  return answer;
}

export const order = (plan: Plan): string[] => plan.hosts.map((entry) => entry.host);

export function entryOf(plan: Plan, id: string): HostPlan {
  const entry = plan.hosts.find((one) => one.host === id);
  if (entry === undefined) throw new Error(`${id} is not planned`);
  return entry;
}

export const inHand = (memory: Partial<HostMemory> = {}): HostMemory => ({
  homes: [],
  stopped: [],
  tries: {},
  passed: [],
  ...memory,
});

/** Hosts that may be out together, by the order and `after` alone. */
export function concurrency(plan: Plan): string[][] {
  let open: string[] = [];
  return plan.hosts.map((entry) => {
    open = [...open.filter((id) => !entry.after.includes(id)), entry.host];
    return open;
  });
}
