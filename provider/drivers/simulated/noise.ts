import {
  COMMON_RHO,
  DAILY,
  FAILING,
  type NoiseFigures,
  type NoiseSet,
  noiseFigures,
  outages,
} from "./noise-figures.ts";
import { hashed, normal, textKey, uniform } from "./noise-hash.ts";

/** Milliseconds in which the slow noise stands still. */
const BIN = 15_000;
/** Bins that are computed at once. */
const CHUNK = 256;
/** What is left of the past where a chunk begins. */
const FORGOTTEN = 1e-4;
/** Longest burst, bins: longer ones are one in a million. */
const LONGEST_BURST = 56;
const DAY = 86_400_000;
const HOUR = 3_600_000;

interface Outage {
  readonly from: number;
  readonly until: number;
}

/**
 * The noise of a fleet's service, as a function of seed, names and fleet time: nothing is drawn, so that every process sees the same,
 * in any order. Series are computed in chunks of 64 min from a beginning of their own far enough back, and the newest are kept.
 */
export class Noise {
  readonly #figures: NoiseFigures;
  readonly #seed: number;
  readonly #chunks = new Map<string, { readonly chunk: number; readonly values: Float64Array }[]>();
  readonly #outages = new Map<string, { readonly hour: number; readonly list: readonly Outage[] }[]>();

  constructor(set: NoiseSet, seed: number) {
    this.#figures = noiseFigures[set];
    this.#seed = hashed(seed, 0x6e6f6973);
  }

  /** Slow part of ln(latency), without the noise of single requests. */
  slow(workload: string, host: string, time: number): number {
    const bin = Math.floor(time / BIN);
    const { common } = this.#figures;
    const [least, most] = common.follows;
    const follows = least + (most - least) * uniform(this.#key("follows", workload), 0);
    const daily = DAILY * Math.sin(2 * Math.PI * (time / DAY + uniform(this.#key("daily", ""), 0)));
    return (
      follows * (daily + this.#at("common", "", bin)) +
      this.#at("workload", workload, bin) +
      this.#at("host", host, bin)
    );
  }

  /** What the `n`-th request of a workload adds. */
  request(workload: string, n: number): number {
    return this.#figures.request * normal(this.#key("request", workload), n);
  }

  /** Share of requests that fail now, 0 to 1. */
  failing(workload: string, host: string, time: number): number {
    const always = FAILING.mean * Math.exp(normal(this.#key("failing", workload), 0) - 0.5);
    let well = 1 - Math.min(FAILING.most, always);
    if (this.#isOut("workload", workload, time)) well *= 1 - outages.workload.share;
    if (this.#isOut("host", host, time)) well *= 1 - outages.host.share;
    if (this.#isOut("common", "", time)) well *= 1 - outages.common.share;
    return 1 - well;
  }

  #at(kind: "workload" | "host" | "common", name: string, bin: number): number {
    const chunk = Math.floor(bin / CHUNK);
    const key = `${kind} ${name}`;
    const known = this.#chunks.get(key) ?? [];
    let found = known.find((one) => one.chunk === chunk);
    if (found === undefined) {
      found = { chunk, values: this.#series(kind, name, chunk) };
      this.#chunks.set(key, [found, ...known.slice(0, 1)]);
    }
    return found.values[bin - chunk * CHUNK] ?? 0;
  }

  #series(kind: "workload" | "host" | "common", name: string, chunk: number): Float64Array {
    const { sd, rho } = kind === "common" ? { sd: this.#figures.common.sd, rho: COMMON_RHO } : this.#figures[kind];
    const values = new Float64Array(CHUNK);
    const first = chunk * CHUNK;
    const fresh = Math.sqrt(1 - rho * rho);
    const key = this.#key(kind, name);
    const begin = first - Math.ceil(Math.log(FORGOTTEN) / Math.log(rho));
    let value = normal(key, begin);
    for (let bin = begin + 1; bin < first + CHUNK; bin += 1) {
      value = rho * value + fresh * normal(key, bin);
      if (bin >= first) values[bin - first] = sd * value;
    }
    if (kind !== "common") this.#addBursts(values, this.#key(`${kind} burst`, name), first, this.#figures.bursts[kind]);
    return values;
  }

  /** A burst lasts one bin and as many more as fit into an exponential length of 45 s; its height is 0.2 to 0.8. */
  #addBursts(values: Float64Array, key: number, first: number, perHour: number): void {
    if (perHour === 0) return;
    const chance = 1 - Math.exp((-perHour * BIN) / HOUR);
    for (let bin = first - LONGEST_BURST; bin < first + values.length; bin += 1) {
      if (uniform(key, bin) >= chance) continue;
      const height = 0.2 + 0.6 * uniform(hashed(key, 1), bin);
      const bins =
        1 + Math.min(LONGEST_BURST - 1, Math.floor((-45_000 * Math.log(1 - uniform(hashed(key, 2), bin))) / BIN));
      for (let at = Math.max(bin, first); at < Math.min(bin + bins, first + values.length); at += 1) {
        values[at - first] = (values[at - first] ?? 0) + height;
      }
    }
  }

  /** Outages begin at most a few to the hour; one reaches into the next hour at most. */
  #isOut(kind: keyof typeof outages, name: string, time: number): boolean {
    const hour = Math.floor(time / HOUR);
    return [hour - 1, hour].some((at) =>
      this.#outagesOf(kind, name, at).some((one) => one.from <= time && time < one.until),
    );
  }

  #outagesOf(kind: keyof typeof outages, name: string, hour: number): readonly Outage[] {
    const key = `${kind} ${name}`;
    const known = this.#outages.get(key) ?? [];
    let found = known.find((one) => one.hour === hour);
    if (found === undefined) {
      found = { hour, list: this.#drawOutages(kind, name, hour) };
      this.#outages.set(key, [found, ...known.slice(0, 2)]);
    }
    return found.list;
  }

  #drawOutages(kind: keyof typeof outages, name: string, hour: number): Outage[] {
    const { perHour, mean } = outages[kind];
    const key = hashed(this.#key(`${kind} outage`, name), hour);
    const list: Outage[] = [];
    let from = 0;
    for (let n = 0; ; n += 2) {
      from += (-HOUR / perHour) * Math.log(1 - uniform(key, n));
      if (from >= HOUR) return list;
      const length = -1000 * mean * Math.log(1 - uniform(key, n + 1));
      list.push({ from: hour * HOUR + from, until: hour * HOUR + from + Math.min(length, HOUR) });
    }
  }

  #key(kind: string, name: string): number {
    return textKey(this.#seed, `${kind} ${name}`);
  }
}

/** One of a kind: series are computed once in a process. */
export function noiseOf(set: NoiseSet, seed: number): Noise {
  const key = `${set} ${seed}`;
  let noise = noises.get(key);
  if (noise === undefined) {
    if (noises.size >= 8) noises.clear();
    noise = new Noise(set, seed);
    noises.set(key, noise);
  }
  return noise;
}

const noises = new Map<string, Noise>();
