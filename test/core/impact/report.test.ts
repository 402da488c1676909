import { describe, expect, it } from "vitest";
import { Random } from "../../../bench/verdict/random.ts";
import { Samples } from "../../../provider/core/impact/seen.ts";
import { MINUTE } from "../../../provider/core/impact/settings.ts";
import { stealOf } from "../../../provider/core/impact/steal.ts";
import { tailOf } from "../../../provider/core/impact/tails.ts";
import { DRAINED, FULL, service } from "./service.ts";

const before = { from: DRAINED - 20 * MINUTE, to: DRAINED };
const after = { from: FULL, to: FULL + 20 * MINUTE };

describe("CPU steal", () => {
  const others = Array.from({ length: 19 }, (_, index) => `h${index + 1}`);
  const seen = (usual: number, more: number) => {
    const random = new Random(7);
    return ["h0", ...others].flatMap((host) =>
      [before, after].flatMap((window) =>
        Array.from({ length: 40 }, (_, index) => ({
          host,
          at: window.from + index * 30_000,
          share: usual * Math.exp(0.3 * random.normal()) + (host === "h0" && window === after ? more : 0),
        })),
      ),
    );
  };
  const found = (usual: number, more: number) =>
    stealOf(seen(usual, more), { host: "h0", controls: new Set(others), before, after }, 0.001);

  it("of two points more is found on quiet hosts, and may halt", () => {
    expect(found(0.002, 0.02)).toMatchObject({ isMore: true, mayHalt: true });
    expect(found(0.002, 0)).toMatchObject({ isMore: false });
    expect(found(0.002, 0.005)).toMatchObject({ isMore: false });
  });

  it("on busy hosts only explains", () => expect(found(0.02, 0.05)).toMatchObject({ isMore: true, mayHalt: false }));

  it("is nothing without data or controls", () => {
    const parts = { host: "h0", controls: new Set(["h1"]), before, after };
    expect(stealOf(seen(0.01, 0), parts, 0.001)).toBeUndefined();
    expect(stealOf([], { ...parts, controls: new Set(others) }, 0.001)).toBeUndefined();
  });
});

describe("tails", () => {
  const controls = new Set(["h1", "h2", "h3", "h4", "h5"]);
  const seen = (loss: number) => {
    const { slices, moves, workloads } = service({ loss });
    return { samples: new Samples(slices, moves), window: { host: "h0", before, after, workloads, controls } };
  };

  it("are the patched host's against the controls', without an interval from few hosts", () => {
    const { samples, window } = seen(0.3);
    const found = tailOf(samples, [window], 0.95);
    expect(found?.delta).toBeCloseTo(Math.log(1.3), 1);
    expect(found).not.toHaveProperty("lower");
  });

  it("have an interval from five hosts on", () => {
    const { samples, window } = seen(0);
    const windows = ["h1", "h2", "h3", "h4", "h5"].map((host) => ({
      ...window,
      host,
      workloads: [0, 1, 2, 3].map((w) => `${host}-w${w}`),
      controls: new Set([...controls].filter((other) => other !== host)),
    }));
    const { lower = 1, upper = -1, hosts } = tailOf(samples, windows, 0.95) ?? {};
    expect([hosts, lower < 0, upper > 0]).toEqual([5, true, true]);
  });

  it("beyond p95 are not told below five requests a second", () => {
    const { samples, window } = seen(0);
    expect(tailOf(samples, [window], 0.99)).toBeUndefined();
  });
});
