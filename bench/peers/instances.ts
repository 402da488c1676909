import type { Fleet, Workload } from "../../provider/core/fleet.ts";
import type { PolicyInput } from "../../provider/core/policy.ts";
import { benchHost } from "../bench-host.ts";
import { generateFleet, generator } from "../planner-fleet.ts";

/** One kind of fleet, rolled once for every seed. */
export interface Instance {
  readonly name: string;
  readonly hosts: number;
  readonly seeds: number;
  readonly fleet: (seed: number) => Fleet;
  /** Hosts out at once for schedulers that have such a limit, and the reserve of our own plans. */
  readonly limits: PolicyInput;
}

/** Clusters of equal hosts with small or big workloads, and fleets like many virtualisation clusters with anti-affinity. */
export const INSTANCES: readonly Instance[] = [
  ...(["small", "big"] as const).flatMap((mix) =>
    [8, 16, 32].flatMap((hosts) => [0.6, 0.7, 0.75, 0.8].map((load) => mixed(mix, hosts, load, 50))),
  ),
  ...[0.6, 0.75, 0.85].map((load) => generated(100, load, "5%", 5)),
];

/** Eight hosts with big workloads, so full that few orders work, if any. */
export const TIGHT_INSTANCES: readonly Instance[] = [0.75, 0.8].map((load) => mixed("big", 8, load, 200));

/** So small that they only show that everything works. */
export const SMALL_INSTANCES: readonly Instance[] = [
  mixed("small", 4, 0.5, 2),
  mixed("big", 6, 0.7, 2),
  generated(8, 0.6, "25%", 1),
];

/** Fleets of equal hosts with workloads of one mix. */
export function mixed(mix: keyof typeof MIXES, hosts: number, load: number, seeds: number): Instance {
  return {
    name: `${mix} mix, ${hosts} hosts at ${percent(load)}`,
    hosts,
    seeds,
    fleet: (seed) => mixFleet({ mix: MIXES[mix], hosts, load, seed }),
    // Where one host out and one in reserve leave too little, nobody can keep a reserve.
    limits: { maxUnavailable: "25%", ...(load > (hosts - 2) / hosts && { reserve: 0 }) },
  };
}

function generated(hosts: number, load: number, maxUnavailable: "5%" | "25%", seeds: number): Instance {
  return {
    name: `generated, ${hosts} hosts at ${percent(load)}`,
    hosts,
    seeds,
    fleet: (seed) => generateFleet({ hosts, load, seed }),
    limits: { maxUnavailable },
  };
}

/** GiB of memory of a workload, and how many of a hundred have it. */
type Mix = readonly (readonly [gib: number, share: number])[];

/** In the big one nearly a fifth of the workloads need the better part of a host's free memory, or all of it. */
const MIXES = {
  small: [
    [2, 10],
    [4, 20],
    [8, 25],
    [16, 25],
    [32, 15],
    [64, 5],
  ],
  big: [
    [4, 30],
    [16, 30],
    [64, 22],
    [96, 12],
    [256, 6],
  ],
} as const satisfies Record<string, Mix>;

interface MixShape {
  readonly mix: Mix;
  readonly hosts: number;
  /** Memory load of the whole fleet, 0 to 1, not exceeded. */
  readonly load: number;
  readonly seed: number;
}

const HOST_GIB = 512;

/**
 * Equal hosts of 512 GiB with memory as the only resource, all to be patched in 15 minutes with reboot; each workload starts on
 * the emptiest of three random hosts. A host's link of 1.1 GiB/s carries two migrations at once, each with half of it, 15 % of
 * the pages twice, and 5 s besides.
 */
function mixFleet({ mix, hosts: size, load, seed }: MixShape): Fleet {
  const random = generator(seed);
  const hosts = Array.from({ length: size }, (_, index) =>
    benchHost({
      id: `host-${String(index).padStart(2, "0")}`,
      bootId: `boot-${index}`,
      capacity: { memory: HOST_GIB * 1024 },
      slots: 2,
      estimate: { patch: 600, boot: 300 },
    }),
  );
  const free = hosts.map(() => HOST_GIB);
  const workloads: Workload[] = [];
  let left = load * size * HOST_GIB;
  for (let misses = 0; misses < 20; ) {
    const gib = pick(mix, random());
    const three = Array.from({ length: 3 }, () => Math.floor(random() * size));
    const index = three.reduce((best, one) => ((free[one] ?? 0) > (free[best] ?? 0) ? one : best));
    if (gib > left || gib > (free[index] ?? 0)) {
      misses += 1;
      continue;
    }
    left -= gib;
    free[index] = (free[index] ?? 0) - gib;
    workloads.push({
      id: `vm-${String(workloads.length).padStart(4, "0")}`,
      host: hosts[index]?.id ?? "",
      state: "running",
      demand: { memory: gib * 1024 },
      pinned: false,
    });
  }
  const migration = { fixed: 5, perGiB: 1.15 / 0.55 };
  return { target: "simulated:bench", at: 0, scheme: "release", hosts, workloads, migration };
}

function pick(mix: Mix, random: number): number {
  let left = random * 100;
  for (const [gib, share] of mix) {
    left -= share;
    if (left < 0) return gib;
  }
  return mix.at(-1)?.[0] ?? 0;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
