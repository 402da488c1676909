import { describe, expect, it } from "vitest";
import { hasCleared, type Watch, watch } from "../../../provider/core/impact/guards.ts";
import { SLICE } from "../../../provider/core/impact/samples.ts";
import { Samples } from "../../../provider/core/impact/seen.ts";
import { MINUTE } from "../../../provider/core/impact/settings.ts";
import { DRAINED, END, FULL, PATCHED, type ServiceOptions, service } from "./service.ts";

const SECOND = 1_000;
const at = (minutes: number) => FULL + minutes * MINUTE;

function watching(options: ServiceOptions, change: Partial<Watch> = {}): Watch {
  const { slices, moves, workloads } = service(options);
  return {
    host: "h0",
    workloads,
    from: PATCHED,
    now: END,
    seen: new Samples(slices, moves),
    touched: new Set(["h0"]),
    reference: { from: 0, to: DRAINED },
    ...change,
  };
}

/** What trips, and how many seconds after this moment. */
function trips(question: Watch, since: number): [string, string | undefined, number][] {
  return watch(question).trips.map(({ guard, workload, at }) => [guard, workload, (at - since) / SECOND]);
}

type Alter = NonNullable<ServiceOptions["alter"]>;

const dead =
  (workloads: readonly string[], from: number, to = END): Alter =>
  (ms, slice) =>
    workloads.includes(slice.workload) && slice.at >= from && slice.at < to ? null : ms;

it("nothing trips on a host that is well", () => {
  expect(watch(watching({}))).toEqual({ trips: [] });
});

describe("workload unreachable", () => {
  it("trips after 15 s without an answer, once", () => {
    const question = watching({ alter: dead(["h0-w1"], at(5)) });
    // One workload of several is no burst of its host.
    expect(trips(question, at(5))).toEqual([["unreachable", "h0-w1", 15]]);
    expect(watch(question).trips[0]?.sentence).toBe(
      "h0-w1 on h0 has not answered for 15 s (15 requests in a row, http)",
    );
  });

  it("does not trip for ten seconds, in the minute after a move, on another host, or without data", () => {
    expect(trips(watching({ alter: dead(["h0-w1"], at(5), at(5) + 10 * SECOND) }), 0)).toEqual([]);
    expect(trips(watching({ alter: dead(["h0-w1"], FULL, at(1) - SLICE) }), 0)).toEqual([]);
    expect(trips(watching({ alter: dead(["h3-w1"], at(5)) }), 0)).toEqual([]);
    expect(trips(watching({ alter: (ms, slice) => (slice.at >= at(5) ? undefined : ms) }), 0)).toEqual([]);
  });

  it("does not trip for what never answered", () => {
    expect(trips(watching({ workloads: 20, alter: dead(["h0-w1"], 0) }), 0)).toEqual([]);
  });

  it("is trouble, not a trip, when half of the others do not answer either; and a trip when only they come back", () => {
    const all = ["h0", "h1", "h2", "h3", "h4", "h5"].flatMap((host) => [0, 1, 2, 3].map((w) => `${host}-w${w}`));
    const outage = watching({ alter: dead(all, at(5), at(6)) });
    expect(watch(outage).trips).toEqual([]);
    expect(watch({ ...outage, now: at(5.5) })).toMatchObject({ trips: [], trouble: { at: at(5.5) } });
    expect(watch({ ...outage, now: at(7.5) }).trouble).toBeUndefined();
    const stays: Alter = (ms, slice) => dead(all, at(5), at(6))(dead(["h0-w1"], at(5))(ms, slice) ?? 0, slice);
    const ours = watching({
      alter: (ms, slice) => (dead(["h0-w1"], at(5))(ms, slice) === null ? null : stays(ms, slice)),
    });
    expect(trips(ours, at(6)).map(([guard]) => guard)).toContain("unreachable");
    expect(trips(ours, at(6))[0]?.[2]).toBeGreaterThan(0);
  });
});

describe("migration blackout", () => {
  it("trips when nothing has answered for a minute since the move, wherever the workload is", () => {
    expect(trips(watching({ alter: dead(["h0-w1"], FULL) }), FULL)[0]).toEqual(["blackout", "h0-w1", 60]);
    const away: Watch = watching({ alter: dead(["h0-w1"], DRAINED + MINUTE, FULL) }, { from: DRAINED });
    expect(trips(away, DRAINED + MINUTE)).toEqual([["blackout", "h0-w1", 60]]);
  });
});

describe("error burst", () => {
  const some = (share: number, where: (host: string) => boolean, from = at(5)): Alter => {
    let sum = 0;
    return (ms, { host, at }) => {
      if (at < from || !where(host)) return ms;
      sum += share;
      if (sum < 1) return ms;
      sum -= 1;
      return null;
    };
  };

  it("trips within a minute of a third of failures", () => {
    const [first] = trips(watching({ alter: some(1 / 3, (host) => host === "h0") }), at(5));
    expect(first?.slice(0, 2)).toEqual(["error burst", undefined]);
    expect(first?.[2]).toBeLessThanOrEqual(60);
    expect(first?.[2]).toBeGreaterThan(10);
  });

  it("does not trip for a tenth, and is trouble when others fail as well", () => {
    expect(trips(watching({ alter: some(0.1, (host) => host === "h0") }), 0)).toEqual([]);
    expect(watch(watching({ alter: some(1 / 3, () => true) }))).toMatchObject({ trips: [], trouble: {} });
  });
});

describe("a limit of the user's own", () => {
  const limits = [{ probe: "http", ms: 100 }];
  const slow =
    (where: (host: string) => boolean, from: number): Alter =>
    (ms, slice) =>
      where(slice.host) && slice.at >= from ? 4 * ms : ms;

  it("trips after three windows of 30 s", () => {
    const question = watching({ workloads: 2, alter: slow((host) => host === "h0", at(5)) }, { limits });
    const [first] = trips(question, at(5));
    expect(first?.slice(0, 2)).toEqual(["limit", "h0-w0"]);
    expect(first?.[2]).toBeGreaterThanOrEqual(60);
    expect(first?.[2]).toBeLessThanOrEqual(95);
  });

  it("does not trip when it was so before, and is trouble when it is so elsewhere", () => {
    expect(trips(watching({ workloads: 2, alter: slow((host) => host === "h0", 0) }, { limits }), 0)).toEqual([]);
    const everywhere = watching({ workloads: 2, alter: slow(() => true, at(5)) }, { limits });
    expect(watch(everywhere)).toMatchObject({ trips: [], trouble: {} });
    expect(
      trips(watching({ alter: slow((host) => host === "h0", at(5)) }, { limits: [{ probe: "tcp", ms: 1 }] }), 0),
    ).toEqual([]);
  });
});

describe("the host and its guests", () => {
  it("a guest that rebooted trips at once, unless it was to be expected", () => {
    const boots = (expected: boolean) => [
      { workload: "h0-w1", at: 0, bootId: "a" },
      { workload: "h0-w1", at: at(2), bootId: "b", expected },
      { workload: "h0-w2", at: 0, uptimeSeconds: 5000 },
      { workload: "h0-w2", at: at(3), uptimeSeconds: expected ? 9000 : 20 },
    ];
    expect(trips(watching({}, { guests: boots(true) }), 0)).toEqual([]);
    expect(trips(watching({}, { guests: boots(false) }), FULL)).toEqual([
      ["guest rebooted", "h0-w1", 120],
      ["guest rebooted", "h0-w2", 180],
    ]);
  });

  it("counters trip when they rise by ten more and three times as fast as before, also through a reboot", () => {
    const counters = (usual: number, now: number) => [
      { at: 0, counters: { ecc: 1000 } },
      { at: DRAINED, counters: { ecc: 1000 + usual } },
      { at: PATCHED, counters: { ecc: 0 } },
      { at: PATCHED + 30 * MINUTE, counters: { ecc: now } },
    ];
    const found = (usual: number, now: number) => trips(watching({}, { counters: counters(usual, now) }), 0).length;
    expect([found(0, 9), found(0, 10), found(6, 17), found(6, 18), found(100, 250), found(100, 310)]).toEqual([
      0, 1, 0, 1, 0, 1,
    ]);
  });

  it("a lost host trips at once", () => {
    const problems = [{ at: at(1), what: "is gone" }];
    expect(watch(watching({}, { problems })).trips).toEqual([
      { guard: "host lost", host: "h0", at: at(1), sentence: "h0: is gone" },
    ]);
  });
});

it("watching step by step finds what watching at once finds", () => {
  const question = watching({ alter: dead(["h0-w1"], at(5)) });
  const found = [];
  let known = new Set<string>();
  for (let now = PATCHED + SLICE; now <= END; now += 7 * SLICE) {
    for (const trip of watch({ ...question, since: now - 7 * SLICE, now }).trips) {
      if (known.has(`${trip.guard} ${trip.workload}`)) continue;
      known = new Set([...known, `${trip.guard} ${trip.workload}`]);
      found.push(trip);
    }
  }
  expect(found).toEqual(watch(question).trips);
});

describe("clearing", () => {
  it("takes longer than tripping", () => {
    const question = watching({ alter: dead(["h0-w1", "h0-w2"], at(5), at(8)) });
    const { trips: found } = watch(question);
    const trip = found.find(({ guard }) => guard === "unreachable");
    const burst = found.find(({ guard }) => guard === "error burst");
    if (trip === undefined || burst === undefined) throw new Error("nothing tripped");
    expect([7, 8.5, 9].map((minutes) => hasCleared(trip, { ...question, now: at(minutes) }))).toEqual([
      false,
      false,
      true,
    ]);
    expect([9, 9.5, 10].map((minutes) => hasCleared(burst, { ...question, now: at(minutes) }))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("is up to people for reboots and counters", () => {
    for (const guard of ["guest rebooted", "host counters"] as const)
      expect(hasCleared({ guard, host: "h0", at: 0, sentence: "" }, watching({}))).toBe(false);
    const lost = { guard: "host lost", host: "h0", at: 0, sentence: "" } as const;
    expect(hasCleared(lost, watching({}))).toBe(true);
    expect(hasCleared(lost, watching({}, { problems: [{ at: 0, what: "is gone" }] }))).toBe(false);
  });
});
