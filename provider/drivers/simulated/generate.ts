import { RollError } from "../../core/errors.ts";
import type { FleetSpecInput } from "./spec.ts";

export interface GenerateOptions {
  readonly hosts: number;
  readonly workloads: number;
  /** Share of the fleet's memory that workloads take: 0.6. */
  readonly fill: number;
  readonly seed: number;
  /** Level of hosts that are behind. Default "8.0.1". */
  readonly behind?: string;
  /** Level of the others. Default "8.0.3". */
  readonly level?: string;
  /** Share of hosts at `level`. Default 0. */
  readonly compliant?: number;
  /** Failure domains. Default: one for each 8 hosts. */
  readonly domains?: number;
  /** Hardware classes. Default 1. */
  readonly classes?: number;
  /** Share of workloads that are in anti-affinity groups. Default 0.2. */
  readonly grouped?: number;
  /** Members of a group, at most. Default 3. */
  readonly groupSize?: number;
  /** Share of workloads that are pinned. Default 0. */
  readonly pinned?: number;
  readonly scale?: number;
}

type Workload = Omit<NonNullable<FleetSpecInput["workloads"]>[number], "host">;

/** GiB, with how often they occur. */
const SIZES: readonly (readonly [gib: number, weight: number])[] = [
  [1, 2],
  [2, 4],
  [4, 6],
  [8, 5],
  [16, 3],
  [32, 1],
];

/**
 * Makes up a fleet: the same one for the same options. Hosts are alike and as large as `fill` asks; workloads of common sizes
 * are spread evenly, groups apart.
 * @throws RollError `invalid` when no placement is found; fewer or smaller groups help.
 */
export function generateFleet(options: GenerateOptions): FleetSpecInput {
  const { hosts: count, fill, seed, behind = "8.0.1", level = "8.0.3", compliant = 0 } = options;
  const { domains = Math.max(1, Math.ceil(count / 8)), classes = 1, scale = 1 } = options;
  const random = generator(seed);
  const workloads = makeWorkloads(options, random);
  const total = workloads.reduce((sum, one) => sum + one.memory, 0);
  const largest = workloads.reduce((most, one) => Math.max(most, one.memory), 1);
  const memory = Math.max(largest, Math.ceil(total / Math.max(0.01, fill) / count));
  const width = String(count).length;
  const hosts = Array.from({ length: count }, (_, index) => ({
    id: `host-${String(index + 1).padStart(width, "0")}`,
    level: random() < compliant ? level : behind,
    memory,
    cpu: memory,
    domain: `rack-${(index % domains) + 1}`,
    ...(classes > 1 ? { class: `class-${(index % classes) + 1}` } : {}),
  }));
  return { scale, seed, hosts, workloads: place(workloads, hosts, random) };
}

function makeWorkloads(options: GenerateOptions, random: () => number): Workload[] {
  const { workloads: count, grouped = 0.2, groupSize = 3, pinned = 0, hosts } = options;
  const members = Math.min(groupSize, hosts);
  const width = String(count).length;
  return Array.from({ length: count }, (_, index) => {
    const memory = size(random);
    const inGroup = members > 1 && index < Math.floor(count * grouped);
    return {
      id: `vm-${String(index + 1).padStart(width, "0")}`,
      memory,
      cpu: Math.max(1, Math.round(memory / 4)),
      ...(inGroup ? { group: `group-${Math.floor(index / members) + 1}` } : {}),
      ...(random() < pinned ? { pinned: true } : {}),
    };
  });
}

/** Largest first, each on the host with the most room that has none of its group. */
function place(workloads: readonly Workload[], hosts: readonly { id: string; memory: number }[], random: () => number) {
  const free = new Map(hosts.map((host) => [host.id, host.memory]));
  const groups = new Map<string, Set<string>>();
  const where = new Map<string, string>();
  for (const one of [...workloads].sort((a, b) => b.memory - a.memory)) {
    const taken = one.group === undefined ? undefined : groups.get(one.group);
    let best: { host: string; room: number } | undefined;
    for (const [host, left] of free) {
      if (left < one.memory || taken?.has(host)) continue;
      const room = left + random() * 0.5;
      if (best === undefined || room > best.room) best = { host, room };
    }
    if (best === undefined) {
      const message = `No host has room for ${one.id} (${one.memory} GiB).`;
      throw new RollError("invalid", message, { hint: "Generate with less fill, more hosts or fewer groups." });
    }
    free.set(best.host, (free.get(best.host) ?? 0) - one.memory);
    where.set(one.id, best.host);
    if (one.group !== undefined) groups.set(one.group, (taken ?? new Set()).add(best.host));
  }
  return workloads.map((one) => ({ ...one, host: where.get(one.id) ?? "" }));
}

function size(random: () => number): number {
  let left = random() * SIZES.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [gib, weight] of SIZES) {
    left -= weight;
    if (left < 0) return gib;
  }
  return 1;
}

/** mulberry32. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
