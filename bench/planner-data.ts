import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Fleet, Host, Workload } from "../provider/core/fleet.ts";
import { benchHost } from "./bench-host.ts";

/** Public instances beside the repository; absent on most machines. */
const FOLDER = join(import.meta.dirname, "..", "..", "shared", "data");

/** Remediation of 20 minutes, 8 slots: what the instances do not say. */
const ASSUMED = { slots: 8, estimate: { patch: 900, boot: 300 } } as const;

/** Seconds for a migration: 4 and 2.35 for each GiB. */
const MIGRATION = { fixed: 4, perGiB: 2.35 };

/** The mean host is taken to have as much memory, MiB. */
const MEAN_MEMORY = 768 * 1024;

/**
 * An instance of Google's machine reassignment problem (ROADEF/EURO 2012): machines, services whose processes sit on distinct
 * machines, and where they are now. Its first resource is taken for memory. Undefined where the data is absent.
 */
export function roadef(name: string): Fleet | undefined {
  const model = read("roadef2012", `model_${name}.txt.gz`);
  const assignment = read("roadef2012", `assignment_${name}.txt.gz`);
  if (model === undefined || assignment === undefined) return undefined;
  const numbers = integers(model);
  const next = (): number => numbers.next().value ?? 0;
  const many = (count: number): number[] => Array.from({ length: count }, next);

  const resources = next();
  many(resources * 2);
  const machines = next();
  const capacities = Array.from({ length: machines }, () => {
    many(2);
    const capacity = many(resources);
    many(resources + machines);
    return capacity;
  });
  const services = next();
  for (let s = 0; s < services; s++) {
    next();
    many(next());
  }
  const processes = Array.from({ length: next() }, () => {
    const service = next();
    const need = many(resources);
    next();
    return { service, need };
  });

  const scale = (MEAN_MEMORY * machines) / capacities.reduce((sum, capacity) => sum + (capacity[0] ?? 0), 0);
  const amounts = (list: readonly number[]): Record<string, number> =>
    Object.fromEntries(list.map((amount, r) => (r === 0 ? ["memory", amount * scale] : [`r${r}`, amount])));
  const members = new Map<number, number>();
  for (const { service } of processes) members.set(service, (members.get(service) ?? 0) + 1);
  const at = [...integers(assignment)];
  return fleetOf(
    `roadef-${name}`,
    capacities.map((capacity, index) => host(`m${pad(index)}`, amounts(capacity))),
    processes.map(({ service, need }, index) => ({
      id: `p${pad(index)}`,
      host: `m${pad(at[index] ?? 0)}`,
      state: "running",
      demand: amounts(need),
      pinned: false,
      ...((members.get(service) ?? 0) > 1 ? { group: `s${service}` } : {}),
    })),
  );
}

/** BtrPlace's instance nr6: 4,750 hosts and 28,504 running workloads, memory and cpu, no groups. Undefined where the data is absent. */
export function nr6(): Fleet | undefined {
  const text = read("btrplace", "nr6.gz");
  if (text === undefined) return undefined;
  const { model } = JSON.parse(text) as {
    model: {
      mapping: { onlineNodes: Record<string, { runningVMs: number[] }> };
      views: { rcId?: string; nodes?: Record<string, number>; vms?: Record<string, number> }[];
    };
  };
  const view = (id: string) => model.views.find((one) => one.rcId === id);
  const [memory, cpu] = [view("memory"), view("uCpu")];
  const online = Object.entries(model.mapping.onlineNodes);
  const scale = MEAN_MEMORY / Math.max(...online.map(([id]) => memory?.nodes?.[id] ?? 0));
  return fleetOf(
    "nr6",
    online.map(([id]) =>
      host(`n${pad(Number(id))}`, { memory: (memory?.nodes?.[id] ?? 0) * scale, cpu: cpu?.nodes?.[id] ?? 0 }),
    ),
    online.flatMap(([id, { runningVMs }]) =>
      runningVMs.map((vm): Workload => {
        const demand = { memory: (memory?.vms?.[vm] ?? 0) * scale, cpu: cpu?.vms?.[vm] ?? 0 };
        return { id: `v${pad(vm)}`, host: `n${pad(Number(id))}`, state: "running", demand, pinned: false };
      }),
    ),
  );
}

function host(id: string, capacity: Record<string, number>): Host {
  return benchHost({ ...ASSUMED, id, capacity });
}

function fleetOf(name: string, hosts: readonly Host[], workloads: readonly Workload[]): Fleet {
  const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
  return {
    target: `simulated:${name}`,
    at: 0,
    scheme: "release",
    hosts: [...hosts].sort(byId),
    workloads: [...workloads].sort(byId),
    migration: MIGRATION,
  };
}

function read(...path: string[]): string | undefined {
  const file = join(FOLDER, ...path);
  return existsSync(file) ? gunzipSync(readFileSync(file)).toString("utf8") : undefined;
}

function* integers(text: string): Generator<number> {
  for (const match of text.matchAll(/\S+/g)) yield Number(match[0]);
}

const pad = (index: number): string => String(index).padStart(6, "0");
