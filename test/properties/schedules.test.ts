import { describe, expect, it } from "vitest";
import { live, schedule } from "../support/schedule.ts";

/**
 * Random fault schedules: kills, lost answers, failed and endless migrations, lying and silent hosts, operators, foreign
 * load, a second process at the same time. SCHEDULES sets how many, SCHEDULE_SEED replays one.
 */
const FULL = process.env.ROLLING_PATCH_FULL === "1";
const COUNT = Number(process.env.SCHEDULES ?? (FULL ? 100_000 : 10_000));
const FIRST = Number(process.env.SCHEDULE_SEED ?? 1);
const PART = 500;

describe(`${COUNT} random fault schedules`, () => {
  const endings = new Map<string, number>();

  for (let from = FIRST; from < FIRST + COUNT; from += PART) {
    const to = Math.min(from + PART, FIRST + COUNT) - 1;
    it(`seeds ${from} to ${to} break no rule`, async () => {
      for (let seed = from; seed <= to; seed++) {
        try {
          const ending = await live(schedule(seed));
          endings.set(ending, (endings.get(ending) ?? 0) + 1);
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          throw new Error(`seed ${seed} (replay: SCHEDULE_SEED=${seed} SCHEDULES=1): ${why}`, { cause: error });
        }
      }
    });
  }

  it.each([43, 1451, 7177, 8298, 9452, 20_250])("seed %d, which once broke a rule, does not", async (seed) => {
    expect(await live(schedule(seed))).toBeTruthy();
  });

  it.runIf(COUNT >= 1_000)("end in every way there is", () => {
    expect([...endings.keys()]).toEqual(expect.arrayContaining(["done", "halted", "sticky"]));
    expect(endings.get("done") ?? 0).toBeGreaterThan(COUNT / 4);
  });
});
