import { describe, expect, it } from "vitest";
import { firstCalm, quietAt, quietSpans, restingHosts } from "../../provider/core/quiet.ts";
import { fleet, host, vm } from "../planner/fleets.ts";

const minute = 60_000;
const span = (from: number, until: number) => ({ from: from * minute, until: until * minute });
const hours = (spans: Record<string, { from: number; until?: number }[]>, from = 0) => ({ from: from * minute, spans });

describe("spans of several workloads", () => {
  it("are joined where they touch or overlap, in order", () => {
    const quiet = hours({ a: [span(50, 60), span(90, 95)], b: [span(10, 20), span(55, 70)], c: [span(20, 30)] });
    expect(quietSpans(quiet, ["a", "b", "c", "d"])).toEqual([span(10, 30), span(50, 70), span(90, 95)]);
    expect(quietSpans(quiet, ["d"])).toEqual([]);
    expect(quietSpans(undefined, ["a"])).toEqual([]);
  });

  it("one without an end swallows what comes after it", () => {
    const quiet = hours({ a: [{ from: 40 * minute }], b: [span(10, 20), span(50, 60)] });
    expect(quietSpans(quiet, ["a", "b"])).toEqual([span(10, 20), { from: 40 * minute }]);
  });

  it("a workload called constructor has none of what objects inherit", () => {
    expect(quietSpans(hours({}), ["constructor", "__proto__"])).toEqual([]);
    expect(quietAt(hours({}), "constructor", 0)).toBeUndefined();
  });
});

describe("the first calm moment", () => {
  const spans = [span(10, 20), span(25, 40), { from: 60 * minute }];

  it.each([
    [0, 10, 0],
    [1, 10, 40],
    [15, 5, 20],
    [20, 5, 20],
    [20, 6, 40],
    [41, 20, undefined],
    [70, 1, undefined],
  ])("from minute %d on for %d minutes is %s", (from, length, expected) => {
    const found = firstCalm(spans, from * minute, length * minute);
    expect(found === undefined ? undefined : found / minute).toBe(expected);
  });

  it("lies behind the last span where that has an end", () => {
    expect(firstCalm([span(0, 5)], 0, 1000 * minute)).toBe(5 * minute);
  });
});

it("a span holds its first moment and not its last", () => {
  const quiet = hours({ a: [span(10, 20)] });
  expect([9, 10, 19, 20].map((at) => quietAt(quiet, "a", at * minute) !== undefined)).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

describe("hosts that rest", () => {
  // A host takes 20 minutes to patch; a move of 8 GiB takes 18 s.
  const of = fleet(
    ["h1", "h2", "h3", "h4", "h5"].map((id) => host(id)),
    [
      vm("a", "h1"),
      vm("b", "h2"),
      vm("c", "h3", 8, { state: "stopped" }),
      vm("d", "h4", 8, { pinned: true }),
      vm("e", "h1", 8, { movingTo: "h5" }),
    ],
  );
  const spans = { a: [span(30, 60)], b: [span(15, 60)], c: [span(0, 60)], d: [span(0, 60)], e: [span(5, 60)] };

  it("are those whose turn would reach into quiet hours of what runs there and can move, arrivals included", () => {
    expect([...restingHosts(of, hours(spans))]).toEqual(["h2", "h5"]);
    expect([...restingHosts(of, hours(spans, 15))]).toEqual(["h1", "h2", "h5"]);
    expect([...restingHosts(of, hours(spans, 60))]).toEqual([]);
    expect([...restingHosts(of, undefined)]).toEqual([]);
  });
});
