import { amountOf } from "../../core/fleet.ts";
import { type Noise, noiseOf } from "./noise.ts";
import { hashed, textKey, uniform } from "./noise-hash.ts";
import type { Stay, Trouble, WorkloadRow, World } from "./world.ts";
import { lastFrom, spellAt, staysOf } from "./world-past.ts";

/** How strongly latency rises with the load of the host; a service that is slower than this has no cores left at all. */
const LOAD = 0.3;
const FULLEST = 0.95;
/** Right after a move a service is twice as slow, and soon warm again. */
const BLIP = { height: 0.7, fades: 20_000 };
/** While it moves, its memory is copied. */
const GOING = Math.log(1.2);
const HOUR = 3_600_000;

/**
 * How the workloads of a world serve at any moment of the near past: a function of time, of what they are and were, and of the
 * fleet's noise. Made for one look at the world; `from` is the earliest moment that will be asked for.
 */
export class Service {
  readonly #world: World;
  readonly #noise: Noise | undefined;
  readonly #loads: ReadonlyMap<string, readonly Load[]>;
  readonly #troubles: readonly Trouble[];

  constructor(world: World, from: number) {
    this.#world = world;
    const { noise, seed } = world.facts;
    this.#noise = noise === undefined ? undefined : noiseOf(noise, seed);
    this.#loads = loadsOf(world, from);
    this.#troubles = (world.troubles ?? []).filter(({ until }) => until > from);
  }

  /** What a request sent at that moment met: milliseconds, null for a failure. `n`: which of the workload's requests it is. */
  request(workload: WorkloadRow, stay: Stay, time: number, n: number): number | null {
    if (uniform(hashed(textKey(this.#world.facts.seed, workload.id), 7), n) < this.#failing(workload.id, stay, time))
      return null;
    const noise = this.#noise;
    const typical = this.#typical(workload, stay, time);
    if (typical === undefined) return null;
    const vary = noise === undefined ? 0 : noise.slow(workload.id, stay.host, time) + noise.request(workload.id, n);
    return Math.round(1000 * typical * Math.exp(vary + this.#blip(stay, time))) / 1000;
  }

  /** Milliseconds without any noise; infinite when nobody answers. */
  typical(workload: WorkloadRow, stay: Stay, time: number): number {
    return this.#typical(workload, stay, time) ?? Number.POSITIVE_INFINITY;
  }

  /** Whether nothing is measured of the workload at some moment of a span. */
  isUnmeasured(workload: string, host: string, from: number, until: number): boolean {
    return this.#troubles.some(
      (one) => one.kind === "unmeasured" && one.from < until && one.until > from && concerns(one, workload, host),
    );
  }

  #typical(workload: WorkloadRow, stay: Stay, time: number): number | undefined {
    const host = this.#world.hosts.get(stay.host);
    const spell = spellAt(host, time);
    if (stay.state === "stopped" || spell?.serves !== true) return undefined;
    const cores = amountOf(host?.capacity, "cpu");
    const load = lastFrom(this.#loads.get(stay.host) ?? [], time)?.cpu ?? 0;
    const share = Math.min(FULLEST, load / Math.max(1, cores));
    const leak = spell.cost === undefined ? 0 : (spell.cost.leak * Math.max(0, time - spell.cost.since)) / HOUR;
    const shift = -LOAD * Math.log(1 - share) + (stay.move === "going" ? GOING : 0);
    return workload.latency * spell.latency * (1 + leak) * Math.exp(shift);
  }

  #failing(workload: string, stay: Stay, time: number): number {
    let well = 1 - (this.#noise?.failing(workload, stay.host, time) ?? 0);
    well *= 1 - (spellAt(this.#world.hosts.get(stay.host), time)?.cost?.errors ?? 0);
    for (const one of this.#troubles) {
      if (one.kind === "failing" && one.from <= time && time < one.until && concerns(one, workload, stay.host))
        well *= 1 - one.share;
    }
    return 1 - well;
  }

  #blip(stay: Stay, time: number): number {
    if (this.#noise === undefined || stay.move !== "came") return 0;
    return BLIP.height * Math.exp(-(time - stay.from) / BLIP.fades);
  }
}

function concerns({ host, workload }: Trouble, id: string, on: string): boolean {
  return (host === undefined || host === on) && (workload === undefined || workload === id);
}

/** Cores that run workloads on a host from a moment on. */
interface Load {
  readonly from: number;
  readonly cpu: number;
}

function loadsOf(world: World, from: number): Map<string, Load[]> {
  const changes = new Map<string, { at: number; by: number }[]>();
  const change = (host: string, at: number, by: number): void => {
    const list = changes.get(host);
    if (list === undefined) changes.set(host, [{ at, by }]);
    else list.push({ at, by });
  };
  for (const workload of world.workloads.values()) {
    const stays = staysOf(workload);
    const cpu = amountOf(workload.demand, "cpu");
    for (const [index, stay] of stays.entries()) {
      const end = stays[index + 1]?.from;
      if (stay.state !== "running" || (end !== undefined && end <= from)) continue;
      change(stay.host, Math.max(stay.from, from), cpu);
      if (end !== undefined) change(stay.host, end, -cpu);
    }
  }
  return new Map(Array.from(changes, ([host, list]) => [host, summedUp(list)]));
}

function summedUp(changes: { at: number; by: number }[]): Load[] {
  changes.sort((a, b) => a.at - b.at);
  const loads: Load[] = [];
  let cpu = 0;
  for (const { at, by } of changes) {
    cpu += by;
    if (loads.at(-1)?.from === at) loads.pop();
    loads.push({ from: at, cpu });
  }
  return loads;
}
