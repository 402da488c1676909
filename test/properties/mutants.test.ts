import { describe, expect, it } from "vitest";
import { mutants } from "../mutants/mutants.ts";
import { noticed } from "../mutants/run.ts";

const SCHEDULES = 10_000;

describe("the fault schedules notice", () => {
  it("has at least 12 mutants", () => {
    expect(mutants.length).toBeGreaterThanOrEqual(12);
  });

  for (const { name } of mutants) {
    it(`one that ${name}`, async () => {
      const { seed, why } = await noticed(name, "worker", ["1", String(SCHEDULES)], 500_000);
      expect(seed, `${name}: survived ${SCHEDULES} schedules`).not.toBeNull();
      expect(why).toBeTruthy();
    });
  }
});
