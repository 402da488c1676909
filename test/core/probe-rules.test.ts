import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ProbeInput, probe as schema } from "../../provider/core/probe.ts";
import { capsOf, isMeant, shareOf } from "../../provider/core/probe-rules.ts";

const probe = (more: object = {}) => schema.parse({ kind: "platform", name: "vm", ...more } as ProbeInput);
const workloads = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `w${index}` }));

describe("which workloads", () => {
  test.each<[string, string, boolean]>([
    ["shop", "shop", true],
    ["shop", "shop-1", false],
    ["shop-*", "shop-1", true],
    ["shop-*", "shop-", true],
    ["shop-*", "shop", false],
    ["*-web-*", "shop-web-1", true],
    ["*-web-*", "-web-", true],
    ["*-web-*", "web-1", false],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["a*b*b", "ab", false],
    ["a*b*b", "abb", true],
    ["*", "", true],
    ["s.op", "shop", false],
  ])("the pattern %j and the name %j: %s", (name, id, fits) => expect(isMeant({ name }, { id })).toBe(fits));

  test("a pattern with its stars filled in fits", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-c]{0,3}$/), { minLength: 2, maxLength: 5 }),
        fc.array(fc.string()),
        (parts, fillings) => {
          const id = parts.reduce((text, part, index) => text + (fillings[index - 1] ?? "") + part);
          expect(isMeant({ name: parts.join("*") }, { id })).toBe(true);
        },
      ),
    );
  });

  test("tag and name both have to fit", () => {
    const rule = { tag: "web", name: "shop-*" };
    expect(isMeant(rule, { id: "shop-1", tags: ["eu", "web"] })).toBe(true);
    expect(isMeant(rule, { id: "shop-1", tags: ["eu"] })).toBe(false);
    expect(isMeant(rule, { id: "blog-1", tags: ["web"] })).toBe(false);
    expect(isMeant("all", { id: "blog-1" })).toBe(true);
  });
});

describe("a probe's share of the cap", () => {
  test("200 requests per second over all that send, unless they say otherwise", () => {
    const prometheus = schema.parse({ kind: "prometheus", name: "p", url: "https://p.example.com", query: "x" });
    expect(capsOf([probe()])).toEqual([200]);
    expect(capsOf([probe(), probe(), prometheus, probe({ cap: 5 })])).toEqual([200 / 3, 200 / 3, 200 / 3, 5]);
  });

  test.each<[number, number, number]>([
    [200, 1_000, 200],
    [201, 1_250, 201],
    [400, 2_000, 400],
    [1_000, 5_000, 1_000],
    [3_000, 5_000, 1_000],
  ])("of %i workloads: every %i ms, %i of them", (count, every, measured) => {
    const share = shareOf(probe(), 200, workloads(count));
    expect([share.every, share.measured.length]).toEqual([every, measured]);
  });

  test("a declared pace is never made faster, and one slower than a slice stays", () => {
    expect(shareOf(probe({ every: "10s" }), 1, workloads(4)).every).toBe(10_000);
    expect(shareOf(probe({ every: "10s" }), 0.1, workloads(4)).measured).toHaveLength(1);
    expect(shareOf(probe({ every: "200ms" }), 10, workloads(2)).every).toBe(200);
  });

  test("the sample of many is the same whatever comes or goes, but for as many as come or go", () => {
    const all = workloads(2_000);
    const sample = (of: typeof all) => new Set(shareOf(probe({ cap: 20 }), 20, of).measured.map(({ id }) => id));
    const [before, after] = [sample(all), sample(all.filter((_, index) => index % 10 !== 0))];
    expect(before.size).toBe(100);
    expect([...before].filter((id) => !after.has(id) && Number(id.slice(1)) % 10 !== 0)).toEqual([]);
    expect(sample(all.toReversed())).toEqual(before);
  });

  test("workloads without an address that is asked for are none of it", () => {
    const tcp = schema.parse({ kind: "tcp", name: "t", workloads: "all", port: 1 });
    const { meant, able, measured } = shareOf(tcp, 200, [{ id: "a", address: "10.0.0.1" }, { id: "b" }]);
    expect([meant.length, able.length, measured.length]).toEqual([2, 1, 1]);
  });
});
