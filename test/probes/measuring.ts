import type { Fleet, Workload } from "../../provider/core/fleet.ts";
import { SLICE, type Slice } from "../../provider/core/impact/samples.ts";
import { probe as schema } from "../../provider/core/probe.ts";
import { fleetClock, processClock, wallNow } from "../../provider/engine/clock.ts";
import type { FleetClock, Meter } from "../../provider/engine/ports.ts";
import { type MeterPorts, openMeter } from "../../provider/probes/meter.ts";

/** Fleet seconds per real one: a slice is half a second. */
export const SCALE = 10;

export interface Measuring {
  readonly meter: Meter;
  readonly clock: FleetClock;
  /** Fleet time of a moment in ms since 1970. */
  fleetTime(wall: number): number;
  follow(...workloads: readonly Workload[]): void;
  /** All slices, once those of so many starts are complete. */
  slices(least?: number): Promise<readonly Slice[]>;
}

/** A probe at work on real clocks, of workloads that are called like this; `clean` is told how to end it. */
export function measuring(
  probe: object,
  workloads: readonly (string | Workload)[],
  clean: (end: () => void) => void,
  ports: Partial<MeterPorts> = {},
): Measuring {
  const since = Date.now();
  const clock = fleetClock({ scale: SCALE, since, epoch: 0 });
  const parsed = schema.parse({
    name: "shop",
    workloads: "all",
    ...("url" in probe && "query" in probe ? {} : { cap: 10_000 }),
    ...probe,
  });
  const usual = { driver: { clock }, process: processClock(), wall: wallNow, environment: {} };
  const meter = openMeter([parsed], { ...usual, ...ports });
  if (meter === undefined) throw new Error("no meter");
  clean(() => meter.close());
  const follow = (...list: readonly Workload[]): void => meter.follow(fleetOf(clock.now(), list));
  follow(...workloads.map((one) => (typeof one === "string" ? named(one) : one)));
  return {
    meter,
    clock,
    fleetTime: (wall) => (wall - since) * SCALE,
    follow,
    async slices(least = 2) {
      let begun: number | undefined;
      for (;;) {
        const slices = await meter.slices(0);
        begun ??= slices[0]?.at;
        if (begun !== undefined && (slices.at(-1)?.at ?? 0) >= begun + (least - 1) * SLICE) return slices;
        if (clock.now() > 30_000 * SCALE) throw new Error("nothing is measured");
        await real(20);
      }
    },
  };
}

export function named(id: string, more: Partial<Workload> = {}): Workload {
  return { id, host: "h1", state: "running", demand: {}, pinned: false, ...more };
}

export function fleetOf(at: number, workloads: readonly Workload[]): Fleet {
  return { target: "t", at, scheme: "release", hosts: [], workloads, migration: { fixed: 0, perGiB: 0 } };
}

export const real = (ms: number): Promise<void> => processClock().sleep(ms);
export const samplesOf = (slices: readonly Slice[]): (number | null)[] => slices.flatMap(({ samples }) => [...samples]);

/** Waits for a condition, at most ten seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 500; turn += 1) {
    if (await holds()) return;
    await real(20);
  }
  throw new Error("it never came about");
}
