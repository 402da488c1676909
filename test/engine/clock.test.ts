import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fleetClock, processClock, wallTime } from "../../provider/engine/clock.ts";

const day = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Whether the promise has settled by now, and how. */
function watch(promise: Promise<unknown>): { state: string } {
  const seen = { state: "pending" };
  promise.then(
    () => {
      seen.state = "resolved";
    },
    (error) => {
      seen.state = `rejected: ${error.kind}`;
    },
  );
  return seen;
}

describe("processClock", () => {
  test("sleeps as long as asked, not shorter", async () => {
    const seen = watch(processClock().sleep(5_000));
    await vi.advanceTimersByTimeAsync(4_999);
    expect(seen.state).toBe("pending");
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.state).toBe("resolved");
  });

  test("sleeps longer than one timer can hold", async () => {
    const seen = watch(processClock().sleep(40 * day));
    await vi.advanceTimersByTimeAsync(40 * day - 1);
    expect(seen.state).toBe("pending");
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.state).toBe("resolved");
  });

  test("a signal ends the sleep at once, as cancelled, and leaves no timer and no listener", async () => {
    const controller = new AbortController();
    const seen = watch(processClock().sleep(day, controller.signal));
    controller.abort("stop");
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.state).toBe("rejected: cancelled");
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  test("a signal that was aborted before refuses to sleep", async () => {
    await expect(processClock().sleep(1, AbortSignal.abort())).rejects.toMatchObject({ kind: "cancelled" });
  });

  test("sleeping in a loop leaves no listeners behind", async () => {
    const controller = new AbortController();
    for (let i = 0; i < 50; i++) {
      const slept = processClock().sleep(1, controller.signal);
      await vi.advanceTimersByTimeAsync(1);
      await slept;
    }
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  test("a wall clock that is set back or forth does not move it", async () => {
    const clock = processClock();
    const before = clock.now();
    vi.setSystemTime(1_000_000 + 3 * day);
    expect(clock.now() - before).toBeLessThan(1_000);
  });
});

describe("fleetClock", () => {
  test("is the wall clock where nothing is scaled", () => {
    expect(fleetClock().now()).toBeCloseTo(1_000_000, 0);
    expect(fleetClock().scale).toBe(1);
    expect(wallTime()).toBe("1970-01-01T00:16:40.000Z");
  });

  test("runs faster than real time by its scale, from its epoch", async () => {
    const clock = fleetClock({ scale: 60, epoch: 0, since: 999_000 });
    expect(clock.now()).toBeCloseTo(60_000, 0);
    const seen = watch(clock.sleep(120_000));
    await vi.advanceTimersByTimeAsync(1_999);
    expect(seen.state).toBe("pending");
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.state).toBe("resolved");
    expect(clock.now()).toBeCloseTo(180_000, 0);
  });

  test("two processes that open it at different moments agree", async () => {
    const first = fleetClock({ scale: 60, epoch: 5_000, since: 0 });
    await vi.advanceTimersByTimeAsync(7_500);
    const second = fleetClock({ scale: 60, epoch: 5_000, since: 0 });
    expect(second.now()).toBeCloseTo(first.now(), 0);
  });

  test("a wall clock that is set in mid-roll cuts no wait short", () => {
    const clock = fleetClock({ scale: 10 });
    const before = clock.now();
    vi.setSystemTime(1_000_000 + day);
    expect(clock.now() - before).toBeLessThan(1_000);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("refuses the scale %s", (scale) => {
    expect(() => fleetClock({ scale })).toThrow(/time scale/);
  });
});
