import { SLICE, type Slice } from "../core/impact/samples.ts";

/** Fleet ms for which complete slices are kept, to be asked for. */
const KEPT = 2 * 3_600_000;

interface Draft {
  readonly samples: (number | null | undefined)[];
  /** Something that should be in it is not: nobody will see it. */
  spoiled: boolean;
}

/** Slices in the making. */
export class Drafts {
  readonly #hostAt: (workload: string, time: number) => string | undefined;
  /** By start, then by workload. */
  readonly #drafts = new Map<number, Map<string, Draft>>();
  readonly #joined = new Map<string, number>();
  /** Requests without an answer yet, by start. */
  readonly #open = new Map<number, number>();
  #newest = 0;

  constructor(hostAt: (workload: string, time: number) => string | undefined) {
    this.#hostAt = hostAt;
  }

  /** From now on requests are sent to the workload, or at another pace: the slice that has begun will lack some. */
  join(workload: string, now: number): void {
    this.#joined.set(workload, now);
    const begun = this.#drafts.get(startOf(now))?.get(workload);
    if (begun !== undefined && startOf(now) < now) begun.spoiled = true;
  }

  /** No more requests: the slice in progress stays unfinished. */
  leave(workload: string, now: number): void {
    this.spoil(workload, now);
    this.#joined.delete(workload);
  }

  /** A request that was due could not be sent. */
  spoil(workload: string, due: number): void {
    this.#draft(workload, due).spoiled = true;
  }

  /** A request is on its way; the answer is to be told once. */
  begin(workload: string, due: number): (sample: number | null) => void {
    const draft = this.#draft(workload, due);
    const index = draft.samples.push(undefined) - 1;
    const at = startOf(due);
    this.#open.set(at, (this.#open.get(at) ?? 0) + 1);
    return (sample) => {
      draft.samples[index] = sample;
      const open = (this.#open.get(at) ?? 0) - 1;
      if (open > 0) this.#open.set(at, open);
      else this.#open.delete(at);
    };
  }

  /** Start of the first slice that is not complete, when all was sent up to a moment. */
  until(sent: number): number {
    return Math.min(startOf(sent + 1), ...this.#open.keys());
  }

  slices(since: number, until: number): Slice[] {
    const starts = [...this.#drafts.keys()].filter((at) => at >= since && at < until).sort((a, b) => a - b);
    return starts.flatMap((at) =>
      Array.from(this.#drafts.get(at) ?? [], ([workload, { samples, spoiled }]): Slice | undefined => {
        const host = this.#hostAt(workload, at + SLICE - 1);
        if (spoiled || host === undefined) return undefined;
        return { probe: "", workload, host, at, samples: samples.map((sample) => sample ?? null) };
      }).filter((slice) => slice !== undefined),
    );
  }

  #draft(workload: string, due: number): Draft {
    const at = startOf(due);
    if (at > this.#newest) {
      this.#newest = at;
      for (const old of this.#drafts.keys()) if (old < at - KEPT) this.#drafts.delete(old);
    }
    let drafts = this.#drafts.get(at);
    if (drafts === undefined) {
      drafts = new Map();
      this.#drafts.set(at, drafts);
    }
    let draft = drafts.get(workload);
    if (draft === undefined) {
      draft = { samples: [], spoiled: at < (this.#joined.get(workload) ?? 0) };
      drafts.set(workload, draft);
    }
    return draft;
  }
}

function startOf(time: number): number {
  return Math.floor(time / SLICE) * SLICE;
}
