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
  readonly share: number;
}

interface About {
  readonly follows: number;
  readonly failing: number;
  /** Key of its requests' noise. */
  readonly request: number;
  slow: { readonly host: string; readonly bin: number; readonly value: number };
  outages: { readonly host: string; readonly hour: number; readonly list: readonly Outage[] };
}

/**
 * The noise of a fleet's service, as a function of seed, names and fleet time: nothing is drawn, so that every process sees the same,
 * in any order. Series are computed in chunks of 64 min from a beginning of their own far enough back, and the newest are kept.
 */
export class Noise {
  readonly #figures: NoiseFigures;
  readonly #seed: number;
  readonly #chunks = new Map<string, { readonly chunk: number; readonly values: Float64Array }[]>();
  readonly #known = new Map<string, About>();
  /** When the day begins, as a share of it. */
  readonly #day: number;

  constructor(set: NoiseSet, seed: number) {
    this.#figures = noiseFigures[set];
    this.#seed = hashed(seed, 0x6e6f6973);
    this.#day = uniform(this.#key("daily", ""), 0);
  }

  /** Slow part of ln(latency), without the noise of single requests. */
  slow(workload: string, host: string, time: number): number {
    const about = this.#about(workload);
    const bin = Math.floor(time / BIN);
    if (about.slow.host !== host || about.slow.bin !== bin) {
      const value = this.#slowIn(about.follows, workload, host, bin);
      about.slow = { host, bin, value };
    }
    return about.slow.value;
  }

  /** What the `n`-th request of a workload adds. */
  request(workload: string, n: number): number {
    return this.#figures.request * normal(this.#about(workload).request, n);
  }

  /** Share of requests that fail now, 0 to 1. */
  failing(workload: string, host: string, time: number): number {
    const about = this.#about(workload);
    const hour = Math.floor(time / HOUR);
    if (about.outages.host !== host || about.outages.hour !== hour) {
      about.outages = { host, hour, list: this.#outagesIn(workload, host, hour) };
    }
    let well = 1 - about.failing;
    for (const { from, until, share } of about.outages.list) if (from <= time && time < until) well *= 1 - share;
    return 1 - well;
  }

  /** What is the same at all times, and the newest answers: requests of one workload come one after the other. */
  #about(workload: string): About {
    let about = this.#known.get(workload);
    if (about === undefined) {
      const [least, most] = this.#figures.common.follows;
      about = {
        follows: least + (most - least) * uniform(this.#key("follows", workload), 0),
        failing: Math.min(FAILING.most, FAILING.mean * Math.exp(normal(this.#key("failing", workload), 0) - 0.5)),
        request: this.#key("request", workload),
        slow: { host: "", bin: Number.NaN, value: 0 },
        outages: { host: "", hour: Number.NaN, list: [] },
      };
      this.#known.set(workload, about);
    }
    return about;
  }

  #slowIn(follows: number, workload: string, host: string, bin: number): number {
    const daily = DAILY * Math.sin(2 * Math.PI * ((bin * BIN) / DAY + this.#day));
    const shared = daily + this.#at("common", "", bin);
    return follows * shared + this.#at("workload", workload, bin) + this.#at("host", host, bin);
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

  /** Those that may reach into an hour: an outage is never longer than one. */
  #outagesIn(workload: string, host: string, hour: number): Outage[] {
    if (!this.#figures.outages) return [];
    return [hour - 1, hour].flatMap((at) => [
      ...this.#drawOutages("workload", workload, at),
      ...this.#drawOutages("host", host, at),
      ...this.#drawOutages("common", "", at),
    ]);
  }

  #drawOutages(kind: keyof typeof outages, name: string, hour: number): Outage[] {
    const { perHour, mean, share } = outages[kind];
    const key = hashed(this.#key(`${kind} outage`, name), hour);
    const list: Outage[] = [];
    let from = 0;
    for (let n = 0; ; n += 2) {
      from += (-HOUR / perHour) * Math.log(1 - uniform(key, n));
      if (from >= HOUR) return list;
      const length = -1000 * mean * Math.log(1 - uniform(key, n + 1));
      list.push({ from: hour * HOUR + from, until: hour * HOUR + from + Math.min(length, HOUR), share });
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
