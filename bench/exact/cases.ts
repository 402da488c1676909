import type { Fleet } from "../../provider/core/fleet.ts";
import { mixed } from "../peers/instances.ts";
import { generateFleet, generator } from "../planner-fleet.ts";

/** A host to be emptied while all others are at the level and stay. */
export interface EvacuationCase {
  readonly name: string;
  readonly fleet: Fleet;
  readonly host: string;
}

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
