import type { Fleet, Host, Workload } from "../provider/core/fleet.ts";
import { benchHost } from "./bench-host.ts";

export interface FleetShape {
  readonly hosts: number;
  /** Memory load of the whole fleet, 0 to 1. */
  readonly load: number;
  readonly seed: number;
}

/**
 * A fleet like many virtualisation clusters: 70 % of hosts have 768 GiB, the others 1,024 GiB; 8 to 64 GiB a workload (about 25 a
 * host), 43 % of workloads in anti-affinity groups of 2 to 6; 8 migration slots a host over 25 GbE, remediation 20 min +-15 %.
 */
export function generateFleet({ hosts: size, load, seed }: FleetShape): Fleet {
  const random = generator(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const width = String(size - 1).length;
  const hosts = Array.from({ length: size }, (_, index): Host => {
    const memory = (random() < 0.7 ? 768 : 1024) * 1024;
    return benchHost({
      id: `host-${String(index).padStart(width, "0")}`,
      bootId: `boot-${index}`,
      capacity: { memory, cpu: memory / 1024 / 4 },
      domain: `rack-${index % Math.max(1, Math.round(size / 20))}`,
      slots: 8,
      estimate: { patch: Math.round(900 * (0.85 + 0.3 * random())), boot: 300 },
    });
  });

  const total = hosts.reduce((sum, host) => sum + (host.capacity.memory ?? 0), 0);
  const sizes = [8, 8, 16, 16, 16, 16, 16, 24, 24, 32, 32, 48, 64];
  const free = new Map(hosts.map((host) => [host, { memory: host.capacity.memory ?? 0, groups: new Set<string>() }]));
  const workloads: Workload[] = [];
  let group = "";
  let members = 0;
  for (let used = 0; used < load * total; ) {
    if (members === 0) {
      const grouped = random() < 0.165;
      members = grouped ? 2 + Math.floor(random() * 5) : 1;
      group = grouped ? `group-${workloads.length}` : "";
    }
    const memory = pick(sizes) * 1024;
    const host = emptiest(hosts, free, memory, group, random);
    members -= 1;
    used += memory;
    if (host === undefined) continue;
    const room = free.get(host);
    if (room === undefined) continue;
    room.memory -= memory;
    if (group !== "") room.groups.add(group);
    workloads.push({
      id: `vm-${String(workloads.length).padStart(6, "0")}`,
      host: host.id,
      state: "running",
      demand: { memory, cpu: memory / 1024 / 8 },
      ...(group === "" ? {} : { group }),
      pinned: false,
    });
  }
  return {
    target: "simulated:bench",
    at: 0,
    scheme: "release",
    hosts,
    workloads,
    migration: { fixed: 4, perGiB: 0.4 },
  };
}

/** Of a few random hosts the emptiest one that takes the workload: loads end up uneven, as in real fleets. */
function emptiest(
  hosts: readonly Host[],
  free: ReadonlyMap<Host, { memory: number; groups: Set<string> }>,
  memory: number,
  group: string,
  random: () => number,
): Host | undefined {
  let best: Host | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (let tries = 0; tries < 60 && (best === undefined || tries < 3); tries++) {
    const host = hosts[Math.floor(random() * hosts.length)] as Host;
    const room = free.get(host);
    if (room === undefined || room.memory < memory || room.groups.has(group)) continue;
    const share = room.memory / (host.capacity.memory ?? 1);
    if (share > most) [best, most] = [host, share];
  }
  return best;
}

/** mulberry32 */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
