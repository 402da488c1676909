import fc from "fast-check";
import { expect, it } from "vitest";
import { factsOf } from "../../provider/planner/facts.ts";
import { Ranking } from "../../provider/planner/ranking.ts";
import { evenFleet, request } from "./fleets.ts";

const { nodes } = factsOf(request(evenFleet(9, 1)));
const share = fc.constantFrom(0, 0.25, 0.5, 0.5, 0.75);
const changes = fc.array(fc.tuple(fc.nat(8), share), { maxLength: 30 });

it("hosts are in order after any changes, as if they were sorted anew each time", () => {
  fc.assert(
    fc.property(fc.array(share, { minLength: 9, maxLength: 9 }), changes, share, (shares, all, level) => {
      // The last host is not ranked, and stays out whatever becomes of it.
      const some = nodes.slice(0, 8);
      const ranking = new Ranking(some, nodes.length, (node) => shares[node.index] ?? 0);
      const now = [...shares];
      for (const [index, to] of all) {
        ranking.set(nodes[index] ?? some[0] ?? fail(), to);
        now[index] = to;
      }
      const shareOf = (index: number): number => now[index] ?? 0;
      const sorted = some.map(({ index }) => index).sort((a, b) => shareOf(a) - shareOf(b) || a - b);
      const ids = (list: Iterable<{ index: number }>): number[] => [...list].map(({ index }) => index);
      expect(ids(ranking)).toEqual(sorted);
      expect([ranking.lowest, ranking.highest]).toEqual([shareOf(sorted[0] ?? 0), shareOf(sorted.at(-1) ?? 0)]);
      expect(ids(ranking.atLeast(level))).toEqual(sorted.filter((i) => shareOf(i) >= level).sort((a, b) => a - b));
      const fuller = sorted.filter((i) => shareOf(i) > level);
      expect(ids(ranking.fullerThan(level))).toEqual(fuller.sort((a, b) => shareOf(b) - shareOf(a) || a - b));
    }),
  );
});

function fail(): never {
  throw new Error("there is no such host");
}
