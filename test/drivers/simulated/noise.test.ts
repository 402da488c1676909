import { describe, expect, test } from "vitest";
import { Noise } from "../../../provider/drivers/simulated/noise.ts";
import {
  COMMON_RHO,
  FAILING,
  noiseFigures,
  noiseSets,
  outages,
} from "../../../provider/drivers/simulated/noise-figures.ts";

const BIN = 15_000;
const START = Date.UTC(2026, 0, 5);
const names = (kind: string, count: number) => Array.from({ length: count }, (_, index) => `${kind}-${index}`);
const times = (bins: number) => Array.from({ length: bins }, (_, bin) => START + bin * BIN);

/** Robust: bursts are in it, and are another matter. */
const sdOf = (values: readonly number[]): number => {
  const sorted = values.map(Math.abs).sort((a, b) => a - b);
  return (sorted[Math.floor(sorted.length / 2)] ?? 0) / 0.6745;
};

/** Correlation of a normal series with itself some bins later, from how often the signs agree. */
const correlation = (series: readonly (readonly number[])[], lag: number): number => {
  let same = 0;
  let all = 0;
  for (const values of series)
    for (let at = lag; at < values.length; at += 1) {
      all += 1;
      if ((values[at] ?? 0) > 0 === (values[at - lag] ?? 0) > 0) same += 1;
    }
  return Math.sin(Math.PI * (same / all - 0.5));
};

const within = (value: number, least: number, most: number): void => {
  expect(value).toBeGreaterThan(least);
  expect(value).toBeLessThan(most);
};

describe.each(noiseSets)("the noise of a %s fleet has the stated moments", (set) => {
  const figures = noiseFigures[set];
  const noise = new Noise(set, 7);
  const hours = times(6 * 240);

  test("what the workloads of a host share: spread and memory", () => {
    // Of one workload on two hosts only what the hosts add differs.
    const series = names("host", 120).map((host) =>
      hours.map((time) => noise.slow("w", host, time) - noise.slow("w", `other-${host}`, time)),
    );
    within(sdOf(series.flat()) / Math.SQRT2 / figures.host.sd, 0.92, 1.1);
    for (const lag of [1, 4]) within(correlation(series, lag) - figures.host.rho ** lag, -0.04, 0.04);
  });

  test("what a workload adds by itself: spread and memory", () => {
    const series = names("w", 120).map((one) =>
      hours.map((time) => noise.slow(one, "h", time) - noise.slow(`other-${one}`, "h", time)),
    );
    const [least, most] = figures.common.follows;
    // Workloads follow the fleet's ups and downs, the daily ones too, to different degrees.
    const shared = ((most - least) ** 2 / 12) * (figures.common.sd ** 2 + 0.15 ** 2 / 2);
    const own = Math.sqrt(sdOf(series.flat()) ** 2 / 2 - shared);
    within(own / figures.workload.sd, 0.85, 1.15);
    if (set === "benign") expect(correlation(series, 1)).toBeGreaterThan(figures.workload.rho);
  });

  test("what all share", () => {
    // A day later the daily part is the same: what is left is twice the fleet's own noise, and little of the workloads' own.
    const days = Array.from({ length: 300 }, (_, index) => START + index * 25 * 3_600_000);
    const some = names("w", 15).map((one, index) => ({ one, host: `h-${index}` }));
    const mean = (time: number) =>
      some.reduce((sum, { one, host }) => sum + noise.slow(one, host, time), 0) / some.length;
    const rest = (figures.workload.sd ** 2 + figures.host.sd ** 2) / some.length;
    const changeIn = (ms: number) => sdOf(days.map((time) => mean(time + ms) - mean(time))) ** 2 / 2;
    within(changeIn(24 * 3_600_000) / (figures.common.sd ** 2 + rest), 0.65, 1.9);
    // An hour later it is another one, but for what is left of it: the daily part moves on by a quarter of an hour.
    within(changeIn(15 * 60_000) / (figures.common.sd ** 2 * (1 - COMMON_RHO ** 60) + rest), 0.65, 1.9);
  });

  test("bursts: how often", () => {
    const { bursts } = figures;
    let high = 0;
    const all = names("h", 150);
    for (const one of all) {
      const quiet = hours.map((time) => noise.slow("w", one, time) - noise.slow("w", `other-${one}`, time));
      for (const value of quiet) if (Math.abs(value) > 0.19 + 4 * figures.host.sd) high += 1;
    }
    // Two hosts are in it; only bursts above the limit count, and each lasts 53 s on average.
    const share = (high / (all.length * hours.length)) * (bursts.host === 0 ? 0 : 1);
    const most = 2 * bursts.host * (53 / 3600);
    if (bursts.host === 0) expect(high).toBe(0);
    else within(share / most, 0.4, 1.4);
  });

  test("requests", () => {
    const drawn = names("w", 40).flatMap((one) => Array.from({ length: 500 }, (_, n) => noise.request(one, n)));
    within(drawn.reduce((sum, one) => sum + one, 0) / drawn.length, -0.01, 0.01);
    within(sdOf(drawn) / figures.request, 0.97, 1.03);
  });
});

test("failures: as often as stated, in outages that end", () => {
  const noise = new Noise("typical", 11);
  const workloads = names("w", 400);
  const seconds = Array.from({ length: 1_500 }, (_, index) => START + index * 61_007);
  let sum = 0;
  let most = 0;
  for (const [index, one] of workloads.entries())
    for (const time of seconds) {
      const share = noise.failing(one, `h-${index % 40}`, time);
      sum += share;
      most = Math.max(most, share);
    }
  const expected =
    FAILING.mean +
    Object.values(outages).reduce((total, { perHour, mean, share }) => total + (perHour * mean * share) / 3600, 0);
  const measured = sum / (workloads.length * seconds.length);
  within(measured / expected, 0.75, 1.25);
  expect(most).toBeGreaterThan(0.4);
  expect(most).toBeLessThan(1);
});

test("the quietest set has no outages: what halts a roll there is the patch", () => {
  const noise = new Noise("benign", 11);
  for (const one of names("w", 40)) {
    const shares = Array.from({ length: 1_500 }, (_, index) => noise.failing(one, "h-1", START + index * 61_007));
    within(Math.max(...shares) / Math.min(...shares), 0.999, 1.001);
  }
});

test("is a function of seed, names and time: asked in any order, by anybody", () => {
  const [one, other, stranger] = [new Noise("hard", 3), new Noise("hard", 3), new Noise("hard", 4)];
  const asked = times(2_000).filter((_, index) => index % 37 === 0);
  const told = asked.map((time) => [one.slow("w", "h", time), one.failing("w", "h", time)]);
  const backwards = asked
    .toReversed()
    .map((time) => [other.slow("w", "h", time), other.failing("w", "h", time)])
    .toReversed();
  expect(backwards).toEqual(told);
  expect(asked.map((time) => stranger.slow("w", "h", time))).not.toEqual(told.map(([slow]) => slow));
});

test("a series goes on smoothly where one chunk of it ends and the next begins", () => {
  const noise = new Noise("hard", 5);
  const step = (of: (bin: number) => boolean) => {
    const found: number[] = [];
    for (const host of names("h", 200))
      for (let bin = 1; bin < 2_600; bin += 1) {
        if (!of(Math.floor(START / BIN) + bin)) continue;
        const at = (offset: number) => noise.slow("w", host, (Math.floor(START / BIN) + bin + offset) * BIN);
        const plain = (offset: number) => noise.slow("w", "h", (Math.floor(START / BIN) + bin + offset) * BIN);
        found.push(at(0) - plain(0) - (at(-1) - plain(-1)));
      }
    return sdOf(found);
  };
  within(step((bin) => bin % 256 === 0) / step((bin) => bin % 256 === 100), 0.85, 1.15);
});
