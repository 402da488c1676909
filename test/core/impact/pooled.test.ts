import { describe, expect, it } from "vitest";
import { detectable } from "../../../provider/core/impact/detectable.ts";
import { pooled, pooledLevel } from "../../../provider/core/impact/pooled.ts";
import type { Earlier, Estimate } from "../../../provider/core/impact/question.ts";

const estimate = (delta: number, se: number, hosts = 19): Estimate => ({
  ...{ minutes: 10, delta, se, df: 100, lower: delta - 2 * se, upper: delta + 2 * se, treated: 10, requests: 6000 },
  controls: { hosts, workloads: 10 * hosts },
});

const hosts = (...estimates: (Estimate | undefined)[]): Earlier[] =>
  estimates.map((one, index) => ({ host: `h${index}`, spreads: [], ...(one && { estimate: one }) }));

const settings = { tolerance: 0.1, hosts: 5 };

describe("all hosts together", () => {
  it("weigh by precision, and say so in one sentence", () => {
    const found = pooled(settings, hosts(estimate(0.02, 0.01), estimate(0.05, 0.02), undefined));
    expect(found?.delta).toBeCloseTo((0.02 * 4 + 0.05) / 5, 12);
    // They differ by more than their noise: Q = 1.8 for one degree of freedom.
    expect(found?.se).toBeCloseTo(Math.sqrt(1.8 * 0.00008), 12);
    expect(found?.sentence).toMatch(
      /^This patch costs \+2\.6 % median latency \(95 % CI 0\.2 to 5\.1; 2 hosts, 20 workloads\)$/,
    );
  });

  it("halt from half the tolerance on, never from one host alone", () => {
    const halts = (...deltas: number[]) =>
      pooled(settings, hosts(...deltas.map((delta) => estimate(delta, 0.01))))?.halt;
    expect(halts(0.07)).toBe(false);
    expect(halts(0.07, 0.07)).toBe(true);
    expect(halts(0.048, 0.048, 0.048, 0.048, 0.048)).toBe(false);
    expect(halts(0.049, 0.049, 0.049, 0.049, 0.049)).toBe(true);
  });

  it("leave out what had no controls, and are nothing without an estimate", () => {
    expect(pooled(settings, [])).toBeUndefined();
    expect(pooled(settings, hosts(undefined, estimate(0.5, 0.01, 0)))).toBeUndefined();
  });

  it("spend a budget that adds up, little at first", () => {
    const levels = [1, 2, 3, 4, 5].map((k) => pooledLevel(k, 5));
    expect(levels.reduce((sum, level) => sum + level, 0)).toBeCloseTo(0.0017, 9);
    expect(levels[0]).toBeLessThan(1e-9);
    expect(levels.every((level, index) => index === 0 || level > (levels[index - 1] ?? 0))).toBe(true);
  });
});

describe("what a roll can find", () => {
  const power = { tolerance: 0.1, hosts: 20, probedHosts: 20, workloadsPerHost: 10, judged: 5, looks: [5, 10, 20] };
  const found = (change: Partial<typeof power> = {}) => detectable({ ...power, ...change });

  it("is about 15 % on one host of twenty with ten workloads each, and 6 % on five of them", () => {
    // In the reference's simulations +15 % is found on the first host in 76 %, +20 % in 96 %.
    expect(found().perHost).toBeGreaterThan(0.14);
    expect(found().perHost).toBeLessThan(0.17);
    expect(found().pooled).toBeGreaterThan(0.05);
    expect(found().pooled).toBeLessThan(0.075);
  });

  it("gets better with workloads and hosts, and worse with noise", () => {
    const perHost = (change: Partial<typeof power>) => found(change).perHost ?? Number.NaN;
    expect(perHost({ workloadsPerHost: 2 })).toBeGreaterThan(perHost({ workloadsPerHost: 5 }));
    expect(perHost({ workloadsPerHost: 5 })).toBeGreaterThan(perHost({ workloadsPerHost: 20 }));
    expect(perHost({ hosts: 3, probedHosts: 3 })).toBeGreaterThan(perHost({}));
    expect(found({ judged: 2 }).pooled ?? 0).toBeGreaterThan(found({ judged: 10 }).pooled ?? 1);
    const noisy = [5, 10, 20].map((minutes) => ({
      minutes,
      host: { variance: 0.05 ** 2, df: 50 },
      workload: { variance: 0.2 ** 2, df: 300 },
    }));
    expect(detectable({ ...power, spreads: noisy }).perHost ?? 0).toBeGreaterThan(perHost({}));
  });

  it("is nothing without controls, probes, looks or judged hosts", () => {
    expect([
      found({ probedHosts: 1 }),
      found({ workloadsPerHost: 0 }),
      found({ looks: [] }),
      found({ judged: 0 }),
    ]).toEqual([{}, {}, {}, {}]);
    expect(found({ judged: 1 }).pooled).toBeUndefined();
  });
});
