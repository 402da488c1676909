import type { Act } from "../act.ts";
import type { Host } from "../fleet.ts";
import type { Move } from "../plan.ts";
import type { Desk } from "./desk.ts";

/** What we shut down on it is started again. False: it owes nothing. */
export function owesStart(desk: Desk, host: Host): boolean {
  const owed = (desk.memory(host.id)?.stopped ?? []).filter((id) => desk.workloads.get(id)?.host === host.id);
  for (const workload of owed) desk.start({ name: "start", host: host.id, workload });
  return owed.length > 0;
}

/** False: not begun, because the workload is there, may not go or fits nowhere now. */
export function migrate(
  desk: Desk,
  host: string,
  { workload: id, to }: Pick<Move, "workload" | "to">,
  step: "evacuate" | "put back",
): boolean {
  const workload = desk.workloads.get(id);
  if (workload?.state !== "running" || workload.host === to) return false;
  // Under way already (a platform task that outlived its client): the act takes it up, nothing more is booked.
  if (workload.movingTo === undefined) {
    const slots = (one: string): boolean => desk.moves(one) < desk.slots(one);
    if (
      desk.mustStay(id) ||
      desk.flights >= desk.mostFlights ||
      !slots(workload.host) ||
      !slots(to) ||
      desk.room.refuses(workload, to) !== undefined
    )
      return false;
  }
  return desk.start({ name: "migrate", host, workload: id, to: workload.movingTo ?? to, step });
}

/** Begins an act on a host when nothing else is done to it. */
export function onlyWhenIdle(desk: Desk, host: Host, act: Act): boolean {
  return !desk.busy(host.id) && desk.start(act);
}
