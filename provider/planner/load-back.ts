import { amountOf, type Fleet, type Host, type Resources, type Workload } from "../core/fleet.ts";
import { addTo, Ledger } from "./ledger.ts";

/** What would be wrong on a host with all of these on it, in words; undefined when nothing is, or was before anything came back. */
export function crowding(
  fleet: Fleet,
  host: Host,
  stays: readonly Workload[],
  returning: readonly Workload[],
): string | undefined {
  if (returning.length === 0) return undefined;
  const own = new Ledger({ ...fleet, hosts: [host], workloads: [] }, new Set());
  for (const workload of stays) own.book(workload, host.id);
  if (own.trouble(host.id, undefined) !== undefined) return undefined;
  for (const workload of returning) own.book(workload, host.id);
  return returning.map(({ group }) => own.trouble(host.id, group)).find((trouble) => trouble !== undefined);
}

/** Staying workloads, and the largest ones that so many slots let come back at once: these are booked at both ends. */
export function mostBooked(stays: readonly Workload[], returning: readonly Workload[], slots: number): Resources {
  const most = new Map<string, number>();
  for (const { demand } of stays) addTo(most, demand, 1);
  for (const name of new Set(returning.flatMap(({ demand }) => Object.keys(demand)))) {
    const needs = returning.map(({ demand }) => amountOf(demand, name)).sort((a, b) => b - a);
    addTo(most, { [name]: needs.slice(0, slots).reduce((sum, need) => sum + need, 0) }, 1);
  }
  return Object.fromEntries(most);
}
