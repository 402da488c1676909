import { Memory } from "../../provider/core/impact/memo.ts";
import type { Seen } from "../../provider/core/impact/seen.ts";
import { MINUTE } from "../../provider/core/impact/settings.ts";
import { BIN_SECONDS, type NoiseSet, noise } from "./noise.ts";
import { ERROR_SECONDS, type ErrorSet, outages } from "./outages.ts";
import { Random } from "./random.ts";
import { SimulatedSeries } from "./series.ts";

export interface FleetOptions {
  readonly hosts: number;
  readonly workloadsPerHost: number;
  /** Default: latency that does not change at all. */
  readonly noise?: NoiseSet;
  /** Default: no errors. */
  readonly errors?: ErrorSet;
  /** Requests a second of a workload. Default 1. */
  readonly rate?: number;
  /** Loss that the patch brings: 0.2 is +20 %. Default 0. */
  readonly loss?: number;
  /** Standard deviation of that loss between hosts, as a share. Default 0. */
  readonly lossSpread?: number;
  /** Share of failed requests on patched hosts. Default: as before. */
  readonly patchedErrors?: number;
  /** First host (0 is the first) on which they come. Default 0. */
  readonly patchedErrorsFrom?: number;
  /** Standard deviation of ln latency between hosts: what a workload gains or loses by living elsewhere. Default 0.03. */
  readonly hostSpread?: number;
}

/** Minutes from the start of a host's turn: patched, and steps of its put-back with the share of its workloads that is back. */
const PATCHED = 10;
const STEPS = [
  { at: 15, share: 0.1 },
  { at: 18, share: 0.25 },
  { at: 21, share: 0.5 },
  { at: 26, share: 1 },
];

/** Minutes of a turn until the load is full, and of full load until the last confirmation. */
export const TURN = 26;
export const SOAK = 25;

/** Hosts, their workloads and what is done to them. */
export class SimulatedFleet implements Seen {
  readonly series: SimulatedSeries[] = [];
  /** Workloads of each host. */
  readonly homes: string[][] = [];
  readonly patchedSince = new Map<string, number>();
  readonly #options: FleetOptions;
  readonly #memory = new Memory();

  constructor(options: FleetOptions, minutes: { readonly latency: number; readonly errors: number }, seed: number) {
    const { hosts, workloadsPerHost, rate = 1, loss = 0, lossSpread = 0, hostSpread = 0.03 } = options;
    this.#options = options;
    const size = { hosts, workloadsPerHost, rate };
    const bins = { latency: (minutes.latency * 60) / BIN_SECONDS, errors: (minutes.errors * 60) / ERROR_SECONDS };
    const latency = options.noise && noise(options.noise, { ...size, bins: bins.latency }, seed);
    const errors = options.errors && outages(options.errors, { ...size, bins: bins.errors }, seed);
    const random = new Random(seed + 0.5 * 2 ** 32);
    const facts = new Map<string, { level: number; cost: number }>(
      Array.from({ length: hosts }, (_, h) => {
        const level = hostSpread * random.normal();
        return [`h${h}`, { level, cost: Math.log1p(loss + lossSpread * random.normal()) }] as const;
      }),
    );
    const treatment = {
      latency: (host: string, at: number) => {
        const { level = 0, cost = 0 } = facts.get(host) ?? {};
        return this.#isPatched(host, at) ? level + cost : level;
      },
      errors: (host: string, at: number) =>
        this.#isPatched(host, at) && Number(host.slice(1)) >= (options.patchedErrorsFrom ?? 0)
          ? options.patchedErrors
          : undefined,
    };
    for (let h = 0; h < hosts; h++) {
      const here = Array.from({ length: workloadsPerHost }, (_, w) => {
        const parts = { noise: latency?.[h]?.[w], errors: errors?.[h]?.[w], treatment, rate };
        return new SimulatedSeries(`h${h}-w${w}`, `h${h}`, parts);
      });
      this.series.push(...here);
      this.homes.push(here.map(({ workload }) => workload));
    }
  }

  /**
   * Drains, patches and fills a host, beginning at `start`; returns when its load is full again. `stayAway`: so many of its
   * workloads are put back elsewhere.
   */
  turn(index: number, start: number, stayAway = 0): number {
    const host = `h${index}`;
    const { hosts, workloadsPerHost } = this.#options;
    this.patchedSince.set(host, start + PATCHED * MINUTE);
    for (const [w, series] of this.workloadsOf(index).entries()) {
      const step = STEPS.find(({ share }) => w < Math.ceil(share * workloadsPerHost - 1e-9));
      series.move(start + MINUTE, `h${(index + 1 + (w % Math.max(1, hosts - 1))) % hosts}`);
      if (w < workloadsPerHost - stayAway) series.move(start + (step?.at ?? TURN) * MINUTE, host);
    }
    return start + TURN * MINUTE;
  }

  remember<Value>(name: string, from: number, to: number, make: () => Value): Value {
    return this.#memory.get(name, from, to, make);
  }

  workloadsOf(index: number): readonly SimulatedSeries[] {
    const { workloadsPerHost } = this.#options;
    return this.series.slice(index * workloadsPerHost, (index + 1) * workloadsPerHost);
  }

  #isPatched(host: string, at: number): boolean {
    return at >= (this.patchedSince.get(host) ?? Number.POSITIVE_INFINITY);
  }
}
