import { describe, expect, it } from "vitest";
import { GAP, interquartileMean } from "../../../provider/core/impact/bins.ts";
import { SLICE, type Slice } from "../../../provider/core/impact/samples.ts";
import { Samples } from "../../../provider/core/impact/seen.ts";

const slice = (at: number, samples: readonly (number | null)[], host = "h1"): Slice => ({
  probe: "http",
  workload: "w",
  host,
  at: at * SLICE,
  samples,
});

function only(seen: Samples) {
  const [series] = seen.series;
  if (series === undefined) throw new Error("there is no series");
  return series;
}

describe("latency of a window", () => {
  it("is the interquartile mean of the medians of bins of 15 s", () => {
    const slices = [1, 2, 3, 4].flatMap((bin) =>
      [0, 1, 2].map((part) =>
        slice((bin - 1) * 3 + part, [Math.exp(bin), Math.exp(bin), null, 9e9 * part + Math.exp(bin)]),
      ),
    );
    const { value, bins, requests, samples, host } = only(new Samples(slices)).summary(0, 60_000);
    expect(value).toBeCloseTo(2.5, 12);
    expect({ bins, requests, samples, host }).toEqual({ bins: 4, requests: 36, samples: 48, host: "h1" });
  });

  it("merges bins of fewer than three successes with the next, but not across a gap", () => {
    const summary = (slices: Slice[]) => only(new Samples(slices)).summary(0, 60_000);
    expect(summary([slice(0, [1]), slice(3, [1]), slice(6, [1]), slice(9, [1])]).bins).toBe(1);
    expect(summary([slice(0, [1, 1]), slice(6, [1, 1]), slice(9, [1])]).bins).toBe(1);
    expect(summary([slice(0, [1, 1]), slice(6, [1])]).bins).toBe(0);
  });

  it("leaves out a minute after each move, and tells what could have been seen", () => {
    const slices = Array.from({ length: 36 }, (_, at) => slice(at, [at < 12 ? 1000 : 1]));
    const before = only(new Samples(slices)).summary(0, 180_000);
    const settled = only(new Samples(slices, [{ workload: "w", at: 0 }])).summary(0, 180_000);
    expect([before.bins, before.possible]).toEqual([12, 36]);
    expect([settled.bins, settled.possible, settled.present, settled.value]).toEqual([8, 24, 24, 0]);
  });

  it("names no host when there were two", () => {
    const series = only(new Samples([slice(0, [1]), slice(1, [1], "h2")]));
    expect([series.host(0, 10_000), series.host(0, 5_000), series.host(50_000, 60_000)]).toEqual([
      undefined,
      "h1",
      undefined,
    ]);
  });

  it("takes a latency of nothing for very little", () => {
    expect(only(new Samples([slice(0, [0, 0, 0])])).summary(0, 15_000).value).toBeCloseTo(Math.log(1e-3));
  });
});

describe("bad bins", () => {
  it("are ten seconds with a failure; what was not seen is a gap", () => {
    const slices = [slice(0, [1, 1]), slice(1, [1, null]), slice(2, [1]), slice(3, [1]), slice(6, []), slice(7, [])];
    expect([...only(new Samples(slices)).bad(0, 40_000)]).toEqual([1, 0, GAP, GAP]);
  });
});

describe("samples", () => {
  it("answer anew when a slice or a move comes late", () => {
    const seen = new Samples([slice(0, [1, 1, 1])]);
    expect(only(seen).summary(0, 30_000).bins).toBe(1);
    seen.add(slice(3, [1, 1, null]));
    seen.add(slice(4, [1]));
    expect(only(seen).summary(0, 30_000).bins).toBe(2);
    expect([...only(seen).bad(0, 30_000)]).toEqual([0, 1, 0]);
    seen.moved({ workload: "w", at: 0 });
    expect(only(seen).summary(0, 30_000).bins).toBe(0);
  });

  it("count a slice once, the fuller one of two, whichever came first", () => {
    const [few, many] = [slice(0, [1]), slice(0, [2, 2, 2])];
    for (const slices of [
      [few, many, many],
      [many, few],
    ])
      expect(only(new Samples(slices)).summary(0, 15_000).value).toBeCloseTo(Math.log(2));
  });

  it("remember what was made of a window until it changes", () => {
    const seen = new Samples([slice(0, [1])]);
    let made = 0;
    const ask = () => seen.remember("x", 0, 10_000, () => ++made);
    expect([ask(), ask()]).toEqual([1, 1]);
    seen.add(slice(2, [1]));
    expect(ask()).toBe(1);
    seen.add(slice(1, [1]));
    expect(ask()).toBe(2);
  });

  it("give up what is old and in no interval that is still asked about", () => {
    const seen = new Samples([slice(0, [1]), slice(2, [1]), slice(3, [1]), slice(5, [1])]);
    seen.keepOnly([{ from: 2 * SLICE, to: 3 * SLICE }], 5 * SLICE);
    expect(
      only(seen)
        .slices(0, 60_000)
        .map(({ at }) => at),
    ).toEqual([2 * SLICE, 5 * SLICE]);
  });
});

describe("the interquartile mean", () => {
  it("drops the lowest and the highest quarter", () => {
    expect(interquartileMean([100, 1, 2, 3, 4, 5, 6, -100])).toBe(3.5);
    expect([interquartileMean([7]), interquartileMean([1, 2, 3])]).toEqual([7, 2]);
    expect(interquartileMean([])).toBeNaN();
  });
});
