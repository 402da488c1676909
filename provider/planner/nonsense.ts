import { RollError } from "../core/errors.ts";
import type { Fleet, Resources } from "../core/fleet.ts";

/**
 * Refuses a fleet that cannot be: nothing planned for it would mean anything. An over-full host is none: it is planned around.
 * @throws RollError `invalid` that names the host or workload and what is wrong with it.
 */
export function rejectNonsense({ hosts, workloads, migration }: Fleet): void {
  const known = new Set<string>();
  for (const { id, capacity, estimate, slots } of hosts) {
    if (known.has(id)) throw nonsense(`host ${id} is there twice`);
    known.add(id);
    amounts("capacity", capacity, id);
    amounts("estimate", estimate, id);
    amounts(id, { slots });
  }
  const placed = new Set<string>();
  for (const { id, host, demand } of workloads) {
    if (placed.has(id)) throw nonsense(`workload ${id} is there twice: it can be on one host only`);
    placed.add(id);
    if (!known.has(host)) throw nonsense(`workload ${id} is on ${host}, which is not in the fleet`);
    amounts("demand", demand, id);
  }
  amounts("time of a migration", { fixed: migration.fixed, "per GiB": migration.perGiB });
}

function amounts(what: string, all: Resources, of?: string): void {
  const isRight = (amount: number): boolean => amount >= 0 && amount < Number.POSITIVE_INFINITY;
  if (Object.values(all).every(isRight)) return;
  const whose = of === undefined ? what : `${what} of ${of}`;
  for (const [name, amount] of Object.entries(all)) {
    if (!isRight(amount)) throw nonsense(`${whose}: ${name} is ${amount}, and must be a number that is not negative`);
  }
}

function nonsense(what: string): RollError {
  return new RollError("invalid", `The fleet makes no sense: ${what}.`, {
    hint: "Correct the snapshot, or look at what the platform's driver reports; nothing was planned.",
  });
}
