import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HostPlan } from "../../provider/core/plan.ts";
import { policy } from "../../provider/core/policy.ts";
import type { QuietHours } from "../../provider/core/quiet.ts";
import { nightsOf } from "../../provider/lifecycle/nights.ts";

const MINUTE = 60;
const noon = Date.parse("2026-11-25T12:00:00Z");
const nightly = (duration: string, timezone = "UTC") =>
  policy.parse({ windows: [{ start: "0 22 * * *", duration, timezone }] });

/** Hosts of 40 minutes, one after the other. */
function inRow(count: number): Pick<HostPlan, "host" | "after" | "start" | "end">[] {
  return Array.from({ length: count }, (_, i) => ({
    host: `h${i}`,
    after: i === 0 ? [] : [`h${i - 1}`],
    start: i * 40 * MINUTE,
    end: (i + 1) * 40 * MINUTE,
  }));
}

describe("windows that a roll takes", () => {
  test("none are counted where hosts may always start", () => {
    expect(nightsOf(policy.parse({}), noon, inRow(3))).toBeUndefined();
    expect(nightsOf(nightly("2h"), noon, [])).toBeUndefined();
  });

  test("a roll that fits into one begins when it opens", () => {
    expect(nightsOf(nightly("2h"), noon, inRow(3))).toEqual({
      count: 1,
      begins: "2026-11-25T22:00:00.000Z",
      ends: "2026-11-26T00:00:00.000Z",
      timezone: "UTC",
      waiting: 0,
      left: 0,
    });
  });

  test("a host that would not be done before the window ends waits for the next one", () => {
    // 22:00 and 22:40; the next one would end at 00:00, and the window does at 23:30.
    expect(nightsOf(nightly("90m"), noon, inRow(5))).toMatchObject({
      count: 3,
      ends: "2026-11-27T22:40:00.000Z",
      waiting: 45.33,
    });
  });

  test("a host that takes longer than every window is named", () => {
    const nights = nightsOf(nightly("39m"), noon, inRow(3));
    expect(nights).toMatchObject({ count: 0, left: 3, tooLong: { host: "h0", hours: 0.67 } });
    expect(nights?.begins).toBeUndefined();
    const weekends = policy.parse({
      windows: [
        { start: "0 22 * * *", duration: "30m" },
        { start: "0 8 * * 6", duration: "4h" },
      ],
    });
    expect(nightsOf(weekends, noon, inRow(3))).toMatchObject({ count: 1, begins: "2026-11-28T08:00:00.000Z" });
  });

  test("freeze periods are left out, with windows and without", () => {
    const freeze = [{ from: "2026-11-25", to: "2026-11-26" }];
    const always = policy.parse({ freeze });
    expect(nightsOf(always, noon, inRow(3))).toMatchObject({ count: 1, begins: "2026-11-27T00:00:00.000Z" });
    const both = policy.parse({ freeze, windows: [{ start: "0 22 * * *", duration: "2h" }] });
    expect(nightsOf(both, noon, inRow(3))).toMatchObject({ count: 1, begins: "2026-11-27T22:00:00.000Z" });
    const soon = policy.parse({ freeze: [{ from: "2026-11-25T13:00", to: "2026-11-25T14:00" }] });
    // 12:00, then 12:40 would end at 13:20.
    expect(nightsOf(soon, noon, inRow(2))).toMatchObject({ count: 2, ends: "2026-11-25T14:40:00.000Z" });
  });

  test("a host that is out already waits for no window", () => {
    const nights = nightsOf(nightly("2h"), noon, inRow(1), new Set(["h0"]));
    expect(nights).toMatchObject({ count: 0, begins: "2026-11-25T12:00:00.000Z", ends: "2026-11-25T12:40:00.000Z" });
  });

  test("a host that is to wait for one in hand does so while the window is closed", () => {
    const hosts = inRow(2);
    const nights = nightsOf(nightly("2h"), noon, hosts, new Set(["h0"]));
    expect(nights).toMatchObject({ count: 1, ends: "2026-11-25T22:40:00.000Z" });
  });

  test("windows without a gap are one, and never close", () => {
    const all = policy.parse({ windows: [{ start: "0 * * * *", duration: "1h" }] });
    expect(nightsOf(all, noon, inRow(100))).toMatchObject({ count: 1, waiting: 0 });
  });

  test("never less than the roll itself, and exactly that where the window is long enough", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 40, max: 800 }), (count, minutes) => {
        const nights = nightsOf(nightly(`${minutes}m`), noon, inRow(count));
        const took = (Date.parse(nights?.ends ?? "") - Date.parse(nights?.begins ?? "")) / 60_000;
        expect(took).toBeGreaterThanOrEqual(count * 40);
        expect(Math.abs(took - (nights?.waiting ?? 0) * 60 - count * 40)).toBeLessThan(2 * (nights?.count ?? 0));
        if (count * 40 <= minutes) expect(took).toBe(count * 40);
      }),
    );
  });

  describe("quiet hours", () => {
    const quiet = (...spans: [number, number?][]): QuietHours => ({
      from: noon,
      spans: {
        db: spans.map(([from, until]) => ({
          from: noon + from * 60_000,
          ...(until === undefined ? {} : { until: noon + until * 60_000 }),
        })),
      },
    });
    const move = { workload: "db", from: "h1", to: "h2", gib: 8, why: "" };
    const hosts = inRow(3).map((entry) => (entry.host === "h1" ? { ...entry, evacuate: [move] } : entry));

    test("hold back the host that moves such a workload, and those after it", () => {
      expect(nightsOf(policy.parse({}), noon, hosts, new Set(), quiet([60, 180]))).toEqual({
        begins: "2026-11-25T12:00:00.000Z",
        ends: "2026-11-25T16:20:00.000Z",
        timezone: "UTC",
        waiting: 2.33,
        left: 0,
      });
    });

    test("do not matter to a roll that moves no such workload", () => {
      expect(nightsOf(policy.parse({}), noon, inRow(3), new Set(), quiet([0, 600]))).toBeUndefined();
    });

    test("count beside windows", () => {
      const nights = nightsOf(nightly("3h"), noon, hosts, new Set(), quiet([600, 780]));
      expect(nights).toMatchObject({ count: 2, ends: "2026-11-26T23:20:00.000Z" });
    });

    test("that leave no time are told with the host and the workload", () => {
      expect(nightsOf(policy.parse({}), noon, hosts, new Set(), quiet([30]))).toMatchObject({
        left: 2,
        tooLong: { host: "h1", quiet: ["db"] },
      });
    });
  });
});
