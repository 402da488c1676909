import { badBins, onlyHost, type Place, type Summary, summaryOfPlaces } from "./bins.ts";
import { Memory, WindowMemo } from "./memo.ts";
import type { Interval } from "./question.ts";
import { type MoveSeen, SLICE, type Slice } from "./samples.ts";
import { SETTLE } from "./settings.ts";

/** What probes saw, a series for each probe of each workload. The verdict reads it through this only. */
export interface Seen {
  readonly series: readonly Series[];
  /** What `make` makes of a window under this name, worked out again only when something changes in the window. */
  remember<Value>(name: string, from: number, to: number, make: () => Value): Value;
}

/** What one probe saw of one workload. Fleet ms; windows are cut into bins from their start on, without what had to settle. */
export interface Series {
  readonly probe: string;
  readonly workload: string;
  /** Latency over a window. */
  summary(from: number, to: number): Summary;
  /** Where the workload was all the time; undefined: on more than one host, or nothing was seen. */
  host(from: number, to: number): string | undefined;
  /** A number for each 10 s from the start of the window on: 0 good, 1 with a failure, `GAP` nothing seen. */
  bad(from: number, to: number): Uint8Array;
  /** Slices in order of time, for guards and reports; those after moves included. */
  slices(from: number, to: number): Slice[];
  /** Ends of its moves. */
  readonly moves: readonly number[];
}

/**
 * All slices of a run so far, in any order. Add what arrives; the answers are remembered until a slice or a move changes them.
 * A slice that comes twice counts once.
 */
export class Samples implements Seen {
  readonly #series = new Map<string, SliceSeries>();
  readonly #moves = new Map<string, number[]>();
  readonly #memory = new Memory();
  #all: readonly SliceSeries[] | undefined;

  constructor(slices: Iterable<Slice> = [], moves: Iterable<MoveSeen> = []) {
    for (const move of moves) this.moved(move);
    for (const slice of slices) this.add(slice);
  }

  /** In an order that does not depend on what came first. */
  get series(): readonly Series[] {
    this.#all ??= [...this.#series].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, series]) => series);
    return this.#all;
  }

  add(slice: Slice): void {
    const key = JSON.stringify([slice.workload, slice.probe]);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = new SliceSeries(slice.probe, slice.workload, this.#movesOf(slice.workload));
      this.#series.set(key, series);
      this.#all = undefined;
    }
    if (series.add(slice)) this.#memory.forget(slice.at, slice.at + SLICE);
  }

  remember<Value>(name: string, from: number, to: number, make: () => Value): Value {
    return this.#memory.get(name, from, to, make);
  }

  moved({ workload, at }: MoveSeen): void {
    const moves = this.#movesOf(workload);
    if (moves.includes(at)) return;
    moves.push(at);
    moves.sort((a, b) => a - b);
    this.#memory.forget(at - SLICE, at + SETTLE);
    for (const series of this.#series.values())
      if (series.workload === workload) series.forget(at - SLICE, at + SETTLE);
  }

  /** Gives up what is older than `since` and in none of the intervals: nothing of it is still asked about. */
  keepOnly(intervals: readonly Interval[], since: number): void {
    for (const series of this.#series.values()) series.keepOnly(intervals, since);
  }

  #movesOf(workload: string): number[] {
    let moves = this.#moves.get(workload);
    if (moves === undefined) {
      moves = [];
      this.#moves.set(workload, moves);
    }
    return moves;
  }
}

class SliceSeries implements Series {
  readonly probe: string;
  readonly workload: string;
  readonly moves: readonly number[];
  readonly #slices = new Map<number, Slice>();
  readonly #summaries = new WindowMemo<Summary>();
  readonly #hosts = new WindowMemo<string | null>();
  readonly #errors = new WindowMemo<Uint8Array>();

  constructor(probe: string, workload: string, moves: readonly number[]) {
    this.probe = probe;
    this.workload = workload;
    this.moves = moves;
  }

  /** Whether that changes anything. */
  add(slice: Slice): boolean {
    const there = this.#slices.get(slice.at);
    if (there !== undefined && !isFuller(slice, there)) return false;
    this.#slices.set(slice.at, slice);
    this.forget(slice.at, slice.at + SLICE);
    return true;
  }

  forget(from: number, to: number): void {
    this.#summaries.forget(from, to);
    this.#hosts.forget(from, to);
    this.#errors.forget(from, to);
  }

  keepOnly(intervals: readonly Interval[], since: number): void {
    const isAsked = (at: number): boolean =>
      at >= since || intervals.some(({ from, to }) => at + SLICE > from && at < to);
    for (const at of this.#slices.keys()) if (!isAsked(at)) this.#slices.delete(at);
  }

  slices(from: number, to: number): Slice[] {
    const found: Slice[] = [];
    for (let at = firstSlice(from); at + SLICE <= to; at += SLICE) {
      const slice = this.#slices.get(at);
      if (slice !== undefined) found.push(slice);
    }
    return found;
  }

  summary(from: number, to: number): Summary {
    return this.#summaries.get(from, to, () => summaryOfPlaces(this.#places(from, to)));
  }

  host(from: number, to: number): string | undefined {
    return this.#hosts.get(from, to, () => onlyHost(this.#places(from, to)) ?? null) ?? undefined;
  }

  bad(from: number, to: number): Uint8Array {
    return this.#errors.get(from, to, () => badBins(this.#places(from, to)));
  }

  #places(from: number, to: number): Place[] {
    const places: Place[] = [];
    for (let at = firstSlice(from); at + SLICE <= to; at += SLICE) {
      const settling = this.moves.some((move) => at + SLICE > move && at < move + SETTLE);
      places.push(settling ? "settling" : (this.#slices.get(at) ?? "gap"));
    }
    return places;
  }
}

function firstSlice(from: number): number {
  return Math.ceil(from / SLICE) * SLICE;
}

/** Of two slices of the same moment, whichever came first, the same one stays. */
function isFuller(one: Slice, other: Slice): boolean {
  if (one.samples.length !== other.samples.length) return one.samples.length > other.samples.length;
  return JSON.stringify(one) > JSON.stringify(other);
}
