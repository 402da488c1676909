import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { policy } from "../../provider/core/policy.ts";
import { type MaintenanceWindow, openingsAfter, windowProblem, windowsFor } from "../../provider/engine/windows.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const at = (iso: string): number => Date.parse(iso);
const window = (start: string, hours: number, timezone = "UTC"): MaintenanceWindow => ({
  start,
  duration: hours * hour,
  timezone,
});
/** When hosts may start, as text: "open until …" or "closed until …". */
function state(windows: MaintenanceWindow[], iso: string): string {
  const { open, changesAt } = windowsFor(windows)(at(iso));
  const until = changesAt === undefined ? "further notice" : new Date(changesAt).toISOString().replace(":00.000Z", "Z");
  return `${open ? "open" : "closed"} until ${until}`;
}

describe("windows", () => {
  test("none means always", () => {
    expect(windowsFor([])(0)).toEqual({ open: true, changesAt: undefined });
  });

  test.each([
    ["2026-03-02T21:59:59Z", "closed until 2026-03-02T22:00Z"],
    ["2026-03-02T22:00:00Z", "open until 2026-03-03T04:00Z"],
    ["2026-03-03T03:59:59Z", "open until 2026-03-03T04:00Z"],
    ["2026-03-03T04:00:00Z", "closed until 2026-03-03T22:00Z"],
    // Friday night is a window's, Saturday's and Sunday's are not.
    ["2026-03-07T03:00:00Z", "open until 2026-03-07T04:00Z"],
    ["2026-03-07T23:00:00Z", "closed until 2026-03-09T22:00Z"],
  ])("weekday nights at %s: %s", (moment, expected) => {
    expect(state([window("0 22 * * 1-5", 6)], moment)).toBe(expected);
  });

  test("several windows are open together, and touching ones are one", () => {
    const windows = [window("0 22 * * *", 2), window("0 0 * * *", 3), window("0 12 * * *", 1)];
    expect(state(windows, "2026-03-02T22:30:00Z")).toBe("open until 2026-03-03T03:00Z");
    expect(state(windows, "2026-03-02T12:30:00Z")).toBe("open until 2026-03-02T13:00Z");
    expect(state(windows, "2026-03-02T13:00:00Z")).toBe("closed until 2026-03-02T22:00Z");
  });

  test("a window longer than its period never closes", () => {
    expect(state([window("0 0 * * *", 24)], "2026-03-02T22:30:00Z")).toBe("open until further notice");
    expect(state([window("0 0 * * 1", 24 * 8)], "2026-03-02T22:30:00Z")).toBe("open until further notice");
  });

  test("is read in its own time zone", () => {
    expect(state([window("0 22 * * *", 1, "Asia/Kolkata")], "2026-03-02T12:00:00Z")).toBe(
      "closed until 2026-03-02T16:30Z",
    );
    expect(state([window("0 22 * * *", 1, "America/New_York")], "2026-01-02T12:00:00Z")).toBe(
      "closed until 2026-01-03T03:00Z",
    );
  });
});

describe("nights when clocks change", () => {
  const nightly = [window("0 22 * * *", 6, "Europe/Berlin")];

  test("the opening keeps its local hour, the length stays elapsed time", () => {
    // Winter: 22:00 is 21:00Z.
    expect(state(nightly, "2026-03-27T22:00:00Z")).toBe("open until 2026-03-28T03:00Z");
    // Clocks go forward inside the window: it ends at 05:00 local time, 6 h after it began.
    expect(state(nightly, "2026-03-28T22:00:00Z")).toBe("open until 2026-03-29T03:00Z");
    // Summer: 22:00 is 20:00Z.
    expect(state(nightly, "2026-03-29T12:00:00Z")).toBe("closed until 2026-03-29T20:00Z");
    // Clocks go back inside the window: it ends at 03:00 local time, 6 h after it began.
    expect(state(nightly, "2026-10-24T22:00:00Z")).toBe("open until 2026-10-25T02:00Z");
    expect(state(nightly, "2026-10-25T12:00:00Z")).toBe("closed until 2026-10-25T21:00Z");
  });

  test("an opening in the skipped hour happens right after it", () => {
    const windows = [window("30 2 * * *", 1, "Europe/Berlin")];
    expect(state(windows, "2026-03-29T00:00:00Z")).toBe("closed until 2026-03-29T01:00Z");
    expect(state(windows, "2026-03-29T01:59:00Z")).toBe("open until 2026-03-29T02:00Z");
  });

  test("an opening in the repeated hour happens once", () => {
    const windows = [window("30 2 * * *", 0.25, "Europe/Berlin")];
    expect(state(windows, "2026-10-25T00:00:00Z")).toBe("closed until 2026-10-25T00:30Z");
    expect(state(windows, "2026-10-25T00:45:00Z")).toBe("closed until 2026-10-26T01:30Z");
  });
});

describe("a question's answer", () => {
  const arbitraryWindow = fc.record({
    start: fc.constantFrom("0 22 * * 1-5", "30 2 * * *", "15,45 * * * *", "0 0 1 * *", "0 3 * * 7", "*/20 1-4 * * *"),
    duration: fc.integer({ min: 1, max: 3 * 24 * 60 }).map((minutes) => minutes * minute),
    timezone: fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"),
  });
  const moment = fc.integer({ min: at("2026-01-01T00:00:00Z"), max: at("2027-01-01T00:00:00Z") });

  test("agrees with the definition: some opening lies at most a duration back", () => {
    fc.assert(
      fc.property(fc.array(arbitraryWindow, { minLength: 1, maxLength: 3 }), moment, (windows, now) => {
        // One window at a time gives the openings: the moments at which a one-minute window opens.
        const opened = windows.some((one) => {
          const openings = windowsFor([{ ...one, duration: minute }]);
          for (let t = now - one.duration; t <= now; ) {
            const { open, changesAt } = openings(t);
            if (open && (changesAt ?? now) - minute > now - one.duration && (changesAt ?? now) - minute <= now)
              return true;
            if (changesAt === undefined) return false;
            t = changesAt;
          }
          return false;
        });
        expect(windowsFor(windows)(now).open).toBe(opened);
      }),
      { numRuns: 150 },
    );
  });

  test("holds until changesAt, and is the opposite then", () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryWindow, { minLength: 1, maxLength: 3 }),
        moment,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (windows, now, part) => {
          const { open, changesAt } = windowsFor(windows)(now);
          if (changesAt === undefined) return;
          expect(changesAt).toBeGreaterThan(now);
          expect(windowsFor(windows)(now + Math.floor(part * (changesAt - now))).open).toBe(open);
          expect(windowsFor(windows)(changesAt).open).toBe(!open);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("does not depend on what was asked before", () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryWindow, { minLength: 1, maxLength: 2 }),
        fc.array(moment, { maxLength: 6 }),
        (windows, moments) => {
          const kept = windowsFor(windows);
          for (const now of moments) expect(kept(now)).toEqual(windowsFor(windows)(now));
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("freeze periods", () => {
  const frozen = (windows: MaintenanceWindow[], freeze: unknown[], iso: string): string => {
    const { open, changesAt } = windowsFor(windows, policy.parse({ freeze }).freeze)(at(iso));
    const until =
      changesAt === undefined ? "further notice" : new Date(changesAt).toISOString().replace(":00.000Z", "Z");
    return `${open ? "open" : "closed"} until ${until}`;
  };
  const holidays = [{ from: "2026-12-18", to: "2027-01-03", timezone: "Europe/Berlin" }];

  test.each([
    ["2026-12-01T00:00:00Z", "open until 2026-12-17T23:00Z"],
    ["2026-12-17T22:59:59Z", "open until 2026-12-17T23:00Z"],
    ["2026-12-17T23:00:00Z", "closed until 2027-01-03T23:00Z"],
    ["2027-01-03T23:00:00Z", "open until further notice"],
  ])("days are whole, in their zone: at %s %s", (moment, expected) => {
    expect(frozen([], holidays, moment)).toBe(expected);
  });

  test("cut windows short, and keep them shut", () => {
    const nights = [window("0 22 * * *", 6)];
    expect(frozen(nights, holidays, "2026-12-17T22:30:00Z")).toBe("open until 2026-12-17T23:00Z");
    expect(frozen(nights, holidays, "2026-12-20T22:30:00Z")).toBe("closed until 2027-01-03T23:00Z");
    expect(frozen(nights, [{ from: "2026-12-20T23:00", to: "2026-12-21T01:00" }], "2026-12-20T23:30:00Z")).toBe(
      "closed until 2026-12-21T01:00Z",
    );
  });

  test("come again and again", () => {
    const monthEnds = [{ start: "0 0 28 * *", duration: "4d" }];
    expect(frozen([], monthEnds, "2026-11-29T00:00:00Z")).toBe("closed until 2026-12-02T00:00Z");
    expect(frozen([], monthEnds, "2026-12-02T00:00:00Z")).toBe("open until 2026-12-28T00:00Z");
  });

  test("openings ahead are those between them", () => {
    const { freeze } = policy.parse({ freeze: [{ from: "2026-03-03", to: "2026-03-04" }] });
    const ahead = openingsAfter(windowsFor([window("0 22 * * *", 1)], freeze), at("2026-03-02T22:30:00Z"));
    expect(ahead.slice(0, 2).map((one) => new Date(one.at).toISOString())).toEqual([
      "2026-03-05T22:00:00.000Z",
      "2026-03-06T22:00:00.000Z",
    ]);
    expect(ahead.every(({ at: from, until }) => until === from + hour)).toBe(true);
  });
});

describe("windowProblem", () => {
  test("a good window has none", () => {
    expect(windowProblem(window("0 22 * * 1-5", 6, "Europe/Berlin"))).toBeUndefined();
    expect(windowProblem(window("@daily", 6))).toBeUndefined();
  });

  test.each([
    [window("0 22 * *", 6), /"0 22 \* \*" is not a cron pattern/],
    [window("every night", 6), /"every night" is not a cron pattern .*five cron fields/],
    [window("61 * * * *", 6), /"61 \* \* \* \*" is not a cron pattern \(Invalid value for minute: 61\)/],
    [window("0 0 22 * * *", 6), /5-part/],
    [window("0 0 30 2 *", 6), /names a day that never comes/],
    [window("0 22 * * *", 6, "Europe/Atlantis"), /"Europe\/Atlantis" is not a time zone/],
    [window("0 22 * * *", 0), /stays open for 0 s/],
  ])("%j", (bad, expected) => {
    expect(windowProblem(bad)).toMatch(expected);
    expect(() => windowsFor([window("0 1 * * *", 1), bad])).toThrow(/policy\.windows\[1\]: /);
  });
});

test("a leap day is found from years away", () => {
  expect(state([window("0 0 29 2 *", 24)], "2025-03-01T00:00:00Z")).toBe("closed until 2028-02-29T00:00Z");
  expect(state([window("0 0 29 2 *", 24)], "2028-02-29T00:00:00Z")).toBe(
    `open until ${new Date(at("2028-02-29T00:00:00Z") + day).toISOString().replace(":00.000Z", "Z")}`,
  );
});
