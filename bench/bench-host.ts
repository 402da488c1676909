import type { Host } from "../provider/core/fleet.ts";

/** What instances say of a host; all else is the same for every one of them. */
type Told = Pick<Host, "id" | "capacity" | "slots" | "estimate"> & Partial<Pick<Host, "bootId" | "domain">>;

/** A host in service below the level, nobody's. */
export function benchHost(told: Told): Host {
  return {
    level: "1.0.0",
    wanted: "1.1.0",
    evidence: "1.0.0",
    state: "up",
    bootId: `boot-${told.id}`,
    cordoned: false,
    held: false,
    ...told,
  };
}
