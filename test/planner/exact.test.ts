import { expect, it } from "vitest";
import { compareEvacuation, compareRoll, tallyOf } from "../../bench/exact/compare.ts";
import { type Solve, solver } from "../../bench/exact/solver.ts";

/** As many cases as take seconds; `npm run bench -- exact` has more and larger ones. */
const CASES = { evacuations: 48, rolls: 8 } as const;

/** Rolls that need more moves than their bound says, or are near that. */
const TIGHT_ROLLS = [28, 52, 64, 78, 94, 116];

const solve: Solve = await solver();

const seeds = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

it("a host is emptied with the fewest moves that an exact solver finds, nearly always, and never with two more", () => {
  const tally = tallyOf(seeds(CASES.evacuations).map((seed) => compareEvacuation(solve, seed, 14)));
  expect(tally).toMatchObject({ worse: [], wrong: [], unsolved: 0 });
  expect(tally.equal).toBeGreaterThanOrEqual(0.95 * tally.solved);
  expect(tally.solved).toBeGreaterThan(CASES.evacuations / 2);
});

it("what the solver proves impossible is refused, with proof", () => {
  const tally = tallyOf(seeds(CASES.evacuations).map((seed) => compareEvacuation(solve, seed, 7)));
  expect(tally.impossible).toBeGreaterThan(0);
  expect(tally.provenImpossible).toBe(tally.impossible);
});

it("small fleets are rolled with the fewest moves", () => {
  const tally = tallyOf([...seeds(CASES.rolls), ...TIGHT_ROLLS].map((seed) => compareRoll(solve, seed)));
  expect(tally).toMatchObject({ equal: tally.solved, worse: [], wrong: [], unsolved: 0 });
});
