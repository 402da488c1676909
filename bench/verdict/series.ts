import { ERROR_BIN, GAP, type Summary, summaryOf } from "../../provider/core/impact/bins.ts";
import { WindowMemo } from "../../provider/core/impact/memo.ts";
import type { Slice } from "../../provider/core/impact/samples.ts";
import type { Series } from "../../provider/core/impact/seen.ts";
import { SETTLE } from "../../provider/core/impact/settings.ts";
import { BIN_SECONDS } from "./noise.ts";
import type { ErrorCourse } from "./outages.ts";

const BIN = BIN_SECONDS * 1000;

/** From a moment on (fleet ms) a workload was on this host; the newest last. */
export interface Stay {
  readonly from: number;
  readonly host: string;
}

/** What is done to a workload's noise. */
export interface Treatment {
  /** Added to ln latency in the bin that starts at `at` on that host. */
  latency(host: string, at: number): number;
  /** Share of failed requests there instead of the usual one; undefined: the usual one. */
  errors(host: string, at: number): number | undefined;
}

/** A workload of a simulated roll: bins instead of slices, because a roll has thirty million requests. */
export class SimulatedSeries implements Series {
  readonly probe = "http";
  readonly workload: string;
  readonly stays: Stay[];
  readonly moves: number[] = [];
  /** Fleet ms of silences of its probe. */
  readonly silences: { readonly from: number; readonly to: number }[] = [];
  readonly #noise: Float64Array | undefined;
  readonly #errors: ErrorCourse | undefined;
  readonly #treatment: Treatment;
  readonly #rate: number;
  readonly #summaries = new WindowMemo<Summary>();
  readonly #hosts = new WindowMemo<string | null>();
  readonly #bad = new WindowMemo<Uint8Array>();

  constructor(
    workload: string,
    home: string,
    parts: { noise?: Float64Array | undefined; errors?: ErrorCourse | undefined; treatment: Treatment; rate: number },
  ) {
    this.workload = workload;
    this.stays = [{ from: 0, host: home }];
    this.#noise = parts.noise;
    this.#errors = parts.errors;
    this.#treatment = parts.treatment;
    this.#rate = parts.rate;
  }

  move(at: number, host: string): void {
    this.stays.push({ from: at, host });
    this.moves.push(at);
  }

  summary(from: number, to: number): Summary {
    return this.#summaries.get(from, to, () => this.#summaryOf(from, to));
  }

  host(from: number, to: number): string | undefined {
    return this.#hosts.get(from, to, () => this.#hostOf(from, to) ?? null) ?? undefined;
  }

  bad(from: number, to: number): Uint8Array {
    return this.#bad.get(from, to, () => this.#badOf(from, to));
  }

  slices(): Slice[] {
    throw new Error("a simulated roll has no slices");
  }

  #summaryOf(from: number, to: number): Summary {
    const medians: number[] = [];
    const perBin = this.#rate * BIN_SECONDS;
    let possible = 0;
    const hosts = new Set<string>();
    for (let at = from; at + BIN <= to; at += BIN) {
      if (this.#isSettling(at, BIN)) continue;
      possible += 1;
      if (this.#isSilent(at)) continue;
      const host = this.hostAt(at);
      hosts.add(host);
      medians.push((this.#noise?.[at / BIN] ?? 0) + this.#blip(at) + this.#treatment.latency(host, at));
    }
    const [host] = hosts;
    const facts = { requests: medians.length * perBin, samples: medians.length * perBin, present: medians.length * 3 };
    return summaryOf(medians, { ...facts, possible: possible * 3, ...(host && hosts.size === 1 ? { host } : {}) });
  }

  #hostOf(from: number, to: number): string | undefined {
    if (this.silences.length === 0 && !this.moves.some((move) => move > from - SETTLE && move < to))
      return this.hostAt(from);
    return this.#summaryOf(from, to).host;
  }

  #badOf(from: number, to: number): Uint8Array {
    const errors = this.#errors;
    if (errors === undefined) return NONE;
    const bins = new Uint8Array(Math.floor((to - from) / ERROR_BIN)).fill(GAP);
    for (let index = 0; index < bins.length; index++) {
      const at = from + index * ERROR_BIN;
      if (this.#isSettling(at, ERROR_BIN) || this.#isSilent(at)) continue;
      const bin = at / ERROR_BIN;
      const share = this.#treatment.errors(this.hostAt(at), at) ?? errors.base;
      const good = (errors.good[bin] ?? 1) * (1 - share) ** (this.#rate * 10);
      bins[index] = (errors.luck[bin] ?? 0) < good ? 0 : 1;
    }
    return bins;
  }

  hostAt(at: number): string {
    return this.stays.findLast(({ from }) => from <= at)?.host ?? "";
  }

  #isSettling(at: number, length: number): boolean {
    return this.moves.some((move) => at + length > move && at < move + SETTLE);
  }

  #isSilent(at: number): boolean {
    return this.silences.some(({ from, to }) => at >= from && at < to);
  }

  /** Caches are cold after a move. */
  #blip(at: number): number {
    return this.moves.reduce((sum, move) => (move <= at ? sum + 0.7 * Math.exp(-(at - move) / 20_000) : sum), 0);
  }
}

const NONE = new Uint8Array(0);
