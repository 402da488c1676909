import type { FleetSpecInput } from "../../provider/drivers/simulated/index.ts";

export interface SmallFleet {
  readonly hosts?: number;
  readonly perHost?: number;
  readonly level?: string;
  /** Further fields of the host with this number (from 1). */
  readonly host?: Readonly<Record<number, Partial<FleetSpecInput["hosts"][number]>>>;
  readonly faults?: FleetSpecInput["faults"];
}

/** Equal hosts h1 … hn of 64 GiB with a few small workloads h1-a, h1-b, … each. */
export function smallFleet({
  hosts = 4,
  perHost = 3,
  level = "8.0.1",
  host = {},
  faults = [],
}: SmallFleet = {}): FleetSpecInput {
  const numbers = Array.from({ length: hosts }, (_, index) => index + 1);
  return {
    hosts: numbers.map((n) => ({ id: `h${n}`, level, memory: 64, cpu: 32, ...host[n] })),
    workloads: numbers.flatMap((n) =>
      Array.from({ length: perHost }, (_, index) => ({
        id: `h${n}-${String.fromCharCode(97 + index)}`,
        host: `h${n}`,
        memory: 8,
        cpu: 2,
      })),
    ),
    faults,
  };
}

/**
 * Three full hosts of 64 GiB, none of which can be emptied as things are: the large workload of each fits beside the large one
 * of another only. Room is made by a small one that moves on.
 */
export function tightFleet(faults: NonNullable<FleetSpecInput["faults"]> = []): FleetSpecInput {
  const sizes: Readonly<Record<string, number>> = {
    "h1-a": 27,
    "h1-b": 2,
    "h2-a": 36,
    "h2-b": 12,
    "h3-a": 36,
    "h3-b": 14,
  };
  return {
    hosts: [1, 2, 3].map((n) => ({ id: `h${n}`, level: "8.0.1", memory: 64, cpu: 32 })),
    workloads: Object.entries(sizes).map(([id, memory]) => ({ id, host: id.slice(0, 2), memory, cpu: 2 })),
    faults,
  };
}
