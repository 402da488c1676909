import { type Compared, compareEvacuation, compareRoll, tallyOf } from "./compare.ts";
import { solver } from "./solver.ts";

/**
 * The planner against HiGHS, an exact solver: the fewest moves that empty one host, and that roll a small fleet.
 *
 *     npm run bench -- exact [--json] [--small]
 *
 * Rolls whose plan meets bound M2 need no solver. The models know nothing of the order of moves, so what they find may be
 * out of reach of any plan.
 */
export async function exactBench({ json, small }: { readonly json: boolean; readonly small: boolean }): Promise<void> {
  const solve = await solver();
  const parts: readonly [string, number, (seed: number) => Compared][] = [
    ["evacuation of one host", small ? 4 : 200, (seed) => compareEvacuation(solve, seed, small ? 8 : 30)],
    ["whole roll of a small fleet", small ? 2 : 40, (seed) => compareRoll(solve, seed)],
  ];
  for (const [part, wanted, compare] of parts) {
    const cases: Compared[] = [];
    // Cases that the solver proves impossible come besides those that are wanted.
    for (let seed = 1; cases.filter(({ fewest }) => fewest !== "impossible").length < wanted; seed++) {
      const one = compare(seed);
      cases.push(one);
      if (one.fewest === one.planner || json) continue;
      console.log(`  ${one.name}: fewest ${one.fewest ?? "unproven"}, planner ${one.planner}`);
    }
    const tally = tallyOf(cases);
    const { solved, equal, oneOver, worse, wrong, impossible, provenImpossible, unsolved } = tally;
    console.log(
      json
        ? JSON.stringify({ part, ...tally })
        : `${part}: ${equal} of ${solved} equal (${Math.round((1000 * equal) / Math.max(1, solved)) / 10} %), ${oneOver} one move over, ${worse.length} worse, ${wrong.length} wrong; of ${impossible} impossible ones ${provenImpossible} are refused with proof; ${unsolved} unsolved`,
    );
  }
}
