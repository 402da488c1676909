import { own } from "./own.ts";
import { freshHost, type HostMemory, type RunMemory } from "./run.ts";

/** The run with a change to what it remembers of one host. */
export function withHost(run: RunMemory, id: string, change: (host: HostMemory) => HostMemory): RunMemory {
  return { ...run, hosts: { ...run.hosts, [id]: change(own(run.hosts, id) ?? freshHost) } };
}

export function withoutHost(run: RunMemory, id: string): RunMemory {
  return { ...run, hosts: without(run.hosts, id) };
}

/** A record without one of its keys. */
export function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  const { [key]: _gone, ...rest } = record;
  return rest;
}
