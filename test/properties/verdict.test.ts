import { describe, expect, it, test } from "vitest";
import { roll } from "../../bench/verdict/roll.ts";
import { measure, overlapping, scenarios } from "../../bench/verdict/table.ts";

/**
 * The acceptance table of the verdict, all of it with `npm run bench -- verdict`; here a part of the rolls, with thresholds
 * widened by the error of so few.
 */
const parts: Readonly<Record<string, number>> = {
  A1: 1 / 4,
  A2: 1 / 4,
  A3: 1 / 4,
  A4: 1 / 4,
  A5: 1 / 4,
  A6: 1 / 12,
  A8: 1 / 2,
  A9: 1 / 20,
  "A10 1 %": 1 / 2,
  "A10 5 %": 1 / 2,
  A12: 1 / 20,
  A13: 1 / 5,
};

describe("acceptance", () => {
  it("leaves nothing out", () => expect(Object.keys(parts)).toEqual(scenarios.map(({ name }) => name)));

  test.each(scenarios)("$name", (scenario) => {
    const rows = measure(scenario, parts[scenario.name]);
    expect(rows.filter(({ missed }) => missed)).toEqual([]);
  });
});

it("hosts that overlap are not taken for bad", () => {
  const { judged = 1 } = overlapping.options;
  const options = { ...overlapping.options, hosts: 25, rest: { width: 5, stayAway: 3 } };
  const rolls = [0, 1, 2].map((index) => roll(options, overlapping.base + index));
  expect(rolls.map(({ haltedBy }) => haltedBy)).toEqual([undefined, undefined, undefined]);
  expect(rolls.every(({ assessments }) => assessments.length === judged)).toBe(true);
});

it("errors on one of the rest halt the roll", () => {
  const options = { ...overlapping.options, hosts: 12, judged: 2, rest: { width: 3, stayAway: 0 } };
  const { noise: _, ...calm } = options;
  const found = roll({ ...calm, patchedErrors: 0.05, patchedErrorsFrom: 5 }, 1);
  expect(found.haltedBy).toEqual({ host: 6, what: "errors" });
});
