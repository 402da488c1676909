import { expect, it } from "vitest";
import { plannerMutants } from "../mutants/planner-mutants.ts";
import { noticed } from "../mutants/run.ts";

/** Most seconds of random requests for one mutant. */
const SECONDS = 120;

/** At the same time. */
const WORKERS = 3;

it("has at least 15 mutants of the planner", () => {
  expect(plannerMutants.length).toBeGreaterThanOrEqual(15);
});

it("the validator or the properties notice every one of them within random requests, and nothing in the planner as it is", async () => {
  const names = ["", ...plannerMutants.map(({ name }) => name)];
  const survivors: string[] = [];
  const work = async (): Promise<void> => {
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      const { why } = await noticed(name, "planner-worker", ["1", String(name === "" ? 10 : SECONDS)]);
      if (name === "") expect(why, "the planner itself").toBeUndefined();
      else if (why === undefined) survivors.push(name);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  expect(survivors, "survived").toEqual([]);
});
