import type { Fleet, Workload } from "../../provider/core/fleet.ts";
import { benchHost } from "../bench-host.ts";
import { mixed } from "../peers/instances.ts";
import { generateFleet, generator } from "../planner-fleet.ts";

/** A host to be emptied while all others are at the level and stay. */
export interface EvacuationCase {
  readonly name: string;
  readonly fleet: Fleet;
  readonly host: string;
}

/** Each of the hosts of a small fleet. */
const EQUAL = { capacity: { memory: 64 * 1024 }, slots: 2, estimate: { patch: 600, boot: 300 } } as const;

const KINDS = ["big", "small", "generated"] as const;

/** 5 to `most` hosts, 75 to 95 % full, with big or small workloads on equal hosts or with groups on two sizes of hosts. */
export function evacuationCase(seed: number, most = 30): EvacuationCase {
  const random = generator(seed * 7919);
  const kind = KINDS[seed % KINDS.length] ?? "big";
  const hosts = 5 + Math.floor(random() * (most - 4));
  const load = 0.75 + 0.2 * random();
  const fleet = kind === "generated" ? generateFleet({ hosts, load, seed }) : mixed(kind, hosts, load, 1).fleet(seed);
  const host = fleet.hosts[Math.floor(random() * hosts)]?.id ?? "";
  const done = fleet.hosts.map((one) => (one.id === host ? one : { ...one, level: "1.1.0", evidence: "1.1.0" }));
  return {
    name: `${seed}: ${kind}, ${hosts} hosts at ${Math.round(load * 100)} %`,
    fleet: { ...fleet, hosts: done },
    host,
  };
}

/** 3 or 4 hosts with two to four workloads each, 50 to 70 % full, all to be patched. */
export function rollCase(seed: number): { readonly name: string; readonly fleet: Fleet } {
  const random = generator(seed * 104_729);
  const size = 3 + (seed % 2);
  const sizes = [4, 8, 12, 16, 24, 32, 40];
  const hosts = Array.from({ length: size }, (_, index) => `h${index + 1}`);
  const free = new Map(hosts.map((id) => [id, 64]));
  const load = 0.5 + 0.2 * random();
  const workloads: Workload[] = [];
  for (let left = load * size * 64, misses = 0; misses < 10 && workloads.length < 4 * size; ) {
    const gib = sizes[Math.floor(random() * sizes.length)] ?? 4;
    const host = hosts[Math.floor(random() * size)] ?? "";
    const room = free.get(host) ?? 0;
    if (gib > left || gib > room) {
      misses += 1;
      continue;
    }
    left -= gib;
    free.set(host, room - gib);
    const id = `w${String(workloads.length + 1).padStart(2, "0")}`;
    workloads.push({ id, host, state: "running", demand: { memory: gib * 1024 }, pinned: false });
  }
  const fleet: Fleet = {
    target: "simulated:bench",
    at: 0,
    scheme: "release",
    hosts: hosts.map((id) => benchHost({ id, ...EQUAL })),
    workloads,
    migration: { fixed: 5, perGiB: 1 },
  };
  return { name: `${seed}: ${size} hosts, ${workloads.length} workloads`, fleet };
}
