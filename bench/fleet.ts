import { type FleetSpecInput, generateFleet } from "../provider/drivers/simulated/index.ts";

/** Level that every fleet of a benchmark is behind at, and the declared one. */
export const BEHIND = "8.0.1";
export const LEVEL = "8.0.3";

/** A fleet of equal hosts, 60 % full, a fifth of the workloads in anti-affinity groups; all hosts behind. */
export function fleetOf(hosts: number, workloads: number): FleetSpecInput {
  return generateFleet({ hosts, workloads, fill: 0.6, seed: 1, behind: BEHIND, level: LEVEL });
}
