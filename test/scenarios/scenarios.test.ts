import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { violations } from "../../provider/drivers/simulated/index.ts";
import { play, scenarios } from "../support/scenario.ts";

/** `RECORD=1 npm test -- test/scenarios` writes the log of a new scenario; read it before you commit it. */
const RECORD = process.env.RECORD === "1";

describe("scenarios", () => {
  const all = scenarios();

  it("are at least 20", () => {
    expect(all.length).toBeGreaterThanOrEqual(20);
  });

  for (const scenario of all) {
    it(`${scenario.name}: ${scenario.about}`, async () => {
      const { rig, log } = await play(scenario);
      expect(violations(rig.world)).toEqual([]);
      if (RECORD && scenario.expected === undefined) writeFileSync(scenario.expectedPath, log);
      else expect(log).toBe(scenario.expected);
    });
  }
});
