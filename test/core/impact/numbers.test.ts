import binomialCdf from "@stdlib/stats-base-dists-binomial-cdf";
import quantile from "@stdlib/stats-base-dists-t-quantile";
import { describe, expect, it, test } from "vitest";
import { difference } from "../../../provider/core/impact/difference.ts";
import {
  binomialAtLeast,
  normalAbove,
  normalTail,
  tAbove,
  tTail,
} from "../../../provider/core/impact/distributions.ts";
import { poolSpreads, spreadOf } from "../../../provider/core/impact/spread.ts";

/** Equal to so many parts of itself. */
function near(value: number | undefined, wanted: number, part = 1e-9): void {
  expect(Math.abs((value ?? Number.NaN) - wanted), `${value} instead of ${wanted}`).toBeLessThanOrEqual(
    part * Math.abs(wanted),
  );
}

describe("golden numbers of the reference", () => {
  const controls = [
    [0.01, 0.03],
    [-0.02, 0],
    [0.02, 0.05],
    [0, -0.01],
  ];
  const spread = spreadOf(5, controls);
  const found = difference([[0.08, 0.12]], controls, [spread], 1);

  test.each([
    ["variance between workloads", spread.workload.variance, 0.000225],
    ["its degrees of freedom", spread.workload.df, 4],
    ["variance between hosts", spread.host.variance, 0.0003375],
    ["its degrees of freedom", spread.host.df, 3],
    ["difference", found?.delta, 0.09],
    ["standard error", found?.se, 0.023717082451262844],
    ["degrees of freedom", found?.df, 4.923076923076923],
    ["t quantile", tAbove(0.02 / 60, 37.4), 3.712156015812892],
  ])("%s", (_, value, wanted) => near(value, wanted));

  it("has a larger error with fewer than five hosts of control", () => {
    near(difference([[0.08, 0.12]], controls, [spread])?.se, 1.25 * 0.023717082451262844);
  });
});

describe("distributions", () => {
  const tails = [0.5, 0.4, 0.1, 0.025, 0.01, 1e-3, 1e-4, 1e-6, 1e-8];

  it("has the t quantiles of the library, at whole and broken degrees of freedom", () => {
    for (const level of tails)
      for (const df of [1, 1.7, 3, 4.923, 10, 37.4, 60, 123.4, 400])
        expect(Math.abs(tAbove(level, df) + quantile(level, df))).toBeLessThanOrEqual(
          1e-9 * Math.max(1, tAbove(level, df)),
        );
  });

  it("has the binomial tails of the library", () => {
    for (const n of [1, 5, 33, 200, 3000])
      for (const p of [1e-4, 0.01, 0.3, 0.5, 0.9])
        for (const k of [1, 2, 7, 30, 150, 1500].filter((few) => few <= n))
          expect(Math.abs(binomialAtLeast(k, n, p) - (1 - binomialCdf(k - 1, n, p)))).toBeLessThanOrEqual(1e-11);
  });

  it("keeps to the edges", () => {
    expect([binomialAtLeast(0, 0, 0.5), binomialAtLeast(-1, 3, 0.5), binomialAtLeast(4, 3, 0.5)]).toEqual([1, 1, 0]);
    expect([binomialAtLeast(1, 3, 0), binomialAtLeast(3, 3, 1)]).toEqual([0, 1]);
  });

  it("turns round: the tail of a quantile is its level", () => {
    for (const level of tails) near(tTail(tAbove(level, 7.3), 7.3), level);
    near(normalAbove(0.025), 1.959963985, 1e-6);
    near(normalTail(-1) + normalTail(1), 1);
  });
});

describe("spreads", () => {
  it("of unequal hosts are those of the analysis of variance", () => {
    const { host, workload } = spreadOf(5, [[1, 3], [2], [4, 5, 6]]);
    // By hand: within (2 + 0 + 2)/3; between (4 - 11.5... of means 2, 2, 5 around 3.5)/2; usual size (6 - 14/6)/2.
    near(workload.variance, 4 / 3);
    near(host.variance, ((2 * 1.5 ** 2 + 1.5 ** 2 + 3 * 1.5 ** 2) / 2 - 4 / 3) / ((6 - 14 / 6) / 2));
  });

  it("may be negative alone, are at least half a percent pooled, and believed up to 60 and 400 degrees", () => {
    const quiet = spreadOf(
      5,
      Array.from({ length: 50 }, () => [-0.1, 0.1]),
    );
    expect(quiet.host.variance).toBeLessThan(0);
    const pooled = poolSpreads(Array.from({ length: 10 }, () => quiet));
    near(pooled.host.variance, 0.005 ** 2);
    expect([pooled.host.df, pooled.workload.df]).toEqual([60, 400]);
  });

  it("of one host or none say nothing of hosts", () => {
    expect(spreadOf(5, [[0.1, 0.2]]).host.df).toBe(0);
    expect(difference([[0.1, 0.2]], [[0.1, 0.2]], [spreadOf(5, [[0.1, 0.2]])])).toBeUndefined();
    expect(difference([[0.1, 0.2]], [], [])).toBeUndefined();
  });

  it("several hosts treated at once are a cluster of that many", () => {
    const controls = [[0], [0.02], [-0.02], [0.01], [-0.01], [0.03]];
    const one = difference([[0.1, 0.1]], controls, [spreadOf(5, controls)]);
    const two = difference([[0.1], [0.1]], controls, [spreadOf(5, controls)]);
    expect(two?.se).toBeLessThan(one?.se ?? 0);
  });
});
