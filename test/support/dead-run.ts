import type { FleetRecord } from "../../provider/core/record.ts";
import { freshHost, type HostMemory, newRun, type RunMemory } from "../../provider/core/run.ts";
import { type FleetSpecInput, type MemoryFleet, memoryFleet } from "../../provider/drivers/simulated/index.ts";
import { smallFleet } from "./fleets.ts";
import { VirtualTime } from "./virtual-time.ts";

export const owner = "shop/prod/fleet";
export const mark = { run: "run-1", owner, token: 7 };
export const former = { balancer: true, powerManagement: true, alerts: true };

export interface DeadRun {
  readonly time: VirtualTime;
  readonly fleet: MemoryFleet;
}

/** The fleet record of a run that was killed, for the tests to vary. */
export function deadRecord(hosts: Record<string, Partial<HostMemory>> = {}, run: Partial<RunMemory> = {}): FleetRecord {
  const memories = Object.fromEntries(Object.entries(hosts).map(([id, memory]) => [id, { ...freshHost, ...memory }]));
  return {
    format: 1,
    token: 7,
    lease: {
      holder: "anna@laptop, process 4711",
      instance: "i-1",
      token: 7,
      beat: 41,
      since: "2026-01-05T07:00:00.000Z",
    },
    run: { ...newRun("run-1", owner, "version=8.0.3", "2026-01-05T07:00:00.000Z"), hosts: memories, ...run },
    former,
    inputs: "0".repeat(64),
  };
}

/** An embedded fleet that a run left behind: h1 and h2 are marked and cordoned, other actors are quiet. */
export async function deadRun(
  record: FleetRecord = deadRecord(),
  host: Readonly<Record<number, Partial<FleetSpecInput["hosts"][number]>>> = {},
): Promise<DeadRun> {
  const time = new VirtualTime();
  const out = { mark, cordoned: true };
  const spec = smallFleet({ host: { ...host, 1: { ...out, level: "8.0.3", ...host[1] }, 2: { ...out, ...host[2] } } });
  // h1 was emptied and patched before the process died.
  const workloads = (spec.workloads ?? []).map((one) => (one.host === "h1" ? { ...one, host: "h3" } : one));
  const quiet = { balancer: false, powerManagement: false, alerts: false };
  const fleet = memoryFleet({ ...spec, workloads, actors: quiet }, time.clock());
  await fleet.driver.record.write(record, 0);
  return { time, fleet };
}
