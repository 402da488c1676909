import { benchHost } from "../../../bench/bench-host.ts";
import type { Fleet, Workload } from "../../../provider/core/fleet.ts";

/**
 * A fleet written down by what runs where: `[[70], [40], [40]]` has three hosts of 100 GiB with workloads of so much memory.
 * A migration takes a second a GiB, two at once; remediation takes 100 s.
 */
export function fleetWith(sizes: readonly (readonly number[])[], groups: Readonly<Record<string, string>> = {}): Fleet {
  const hosts = sizes.map((_, index) =>
    benchHost({
      id: `h${index}`,
      capacity: { memory: 100 * 1024 },
      slots: 2,
      estimate: { patch: 60, boot: 40 },
    }),
  );
  const workloads = sizes.flatMap((list, host) =>
    list.map((gib, index): Workload => {
      const id = `h${host}-${index}`;
      const group = groups[id] === undefined ? {} : { group: groups[id] };
      return { id, host: `h${host}`, state: "running", demand: { memory: gib * 1024 }, pinned: false, ...group };
    }),
  );
  return { target: "simulated:test", at: 0, scheme: "release", hosts, workloads, migration: { fixed: 0, perGiB: 1 } };
}
