import { SLICE, type Slice } from "../../core/impact/samples.ts";
import type { Measured } from "../../engine/ports.ts";
import { textKey, uniform } from "./noise-hash.ts";
import { Service } from "./service.ts";
import type { WorkloadRow, World } from "./world.ts";
import { lastFrom, staysOf } from "./world-past.ts";

/** How far back a fleet remembers how it served. */
const REMEMBERED = 4 * 3_600_000;

/**
 * What the platform measured of its workloads: complete slices that began at or after `since`, oldest first. Everything is worked out
 * anew from what was; nothing is stored.
 */
export function measure(world: World, since: number, { workloads, rate = 1 }: Measured = {}): Slice[] {
  const first = Math.ceil(Math.max(since, world.now - REMEMBERED) / SLICE) * SLICE;
  const end = Math.floor(world.now / SLICE) * SLICE;
  if (first >= end) return [];
  const service = new Service(world, first);
  const chosen = world.workloads.sorted().filter(({ id }) => workloads === undefined || workloads.has(id));
  const meters = chosen.map((one) => new WorkloadMeter(world, service, one, rate));
  const slices: Slice[] = [];
  for (let at = first; at < end; at += SLICE) {
    for (const meter of meters) {
      const slice = meter.slice(at);
      if (slice !== undefined) slices.push(slice);
    }
  }
  return slices;
}

class WorkloadMeter {
  readonly #world: World;
  readonly #service: Service;
  readonly #workload: WorkloadRow;
  readonly #interval: number;
  /** Requests to workloads are spread over the interval, so that not all are sent at once. */
  readonly #phase: number;

  constructor(world: World, service: Service, workload: WorkloadRow, rate: number) {
    this.#world = world;
    this.#service = service;
    this.#workload = workload;
    this.#interval = 1000 / rate;
    this.#phase = this.#interval * uniform(textKey(world.facts.seed, `phase ${workload.id}`), 0);
  }

  /** Undefined: it was not there, or not running all the time, or on a host that has left since, or nothing was measured. */
  slice(at: number): Slice | undefined {
    const workload = this.#workload;
    const stays = staysOf(workload);
    const end = lastFrom(stays, at + SLICE - 1);
    if (end?.state !== "running" || lastFrom(stays, at)?.state !== "running") return undefined;
    if (!this.#world.hosts.has(end.host)) return undefined;
    if (this.#service.isUnmeasured(workload.id, end.host, at, at + SLICE)) return undefined;
    const samples: (number | null)[] = [];
    for (let n = Math.ceil((at - this.#phase) / this.#interval); ; n += 1) {
      const time = this.#phase + n * this.#interval;
      if (time >= at + SLICE) break;
      samples.push(this.#service.request(workload, lastFrom(stays, time) ?? end, time, n));
    }
    return { probe: "platform", workload: workload.id, host: end.host, at, samples };
  }
}
