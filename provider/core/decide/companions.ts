import type { Workload } from "../fleet.ts";
import type { Desk } from "./desk.ts";
import type { View } from "./view.ts";

/**
 * A host to which a workload may go whose host is emptied without a plan: where companions from the same host are or go already,
 * else the emptiest one that takes it and every companion beside it. Undefined: none does now.
 */
export function refuge(view: View, desk: Desk, one: Workload): string | undefined {
  const takes = (workload: Workload, host: string): boolean => desk.room.refuses(workload, host) === undefined;
  const fill = new Map(view.fleet.hosts.map(({ id }) => [id, desk.room.fillOf(id)]));
  const hosts = [...fill.keys()]
    .filter((id) => id !== one.host)
    .sort((a, b) => (fill.get(a) ?? 0) - (fill.get(b) ?? 0));
  if (one.together === undefined) return hosts.find((id) => takes(one, id));
  const homes = desk.memory(one.host)?.homes ?? [];
  const companions = view.fleet.workloads.filter(
    ({ id, together, host, state }) =>
      id !== one.id && together === one.together && state === "running" && (host === one.host || homes.includes(id)),
  );
  const gone = companions.map(({ id, host, movingTo }) => desk.goingTo(id) ?? movingTo ?? host);
  const led = gone.filter((id) => id !== one.host);
  if (led.length > 0) return led.find((id) => takes(one, id));
  return hosts.find((id) => takes(one, id) && companions.every((other) => takes(other, id)));
}
