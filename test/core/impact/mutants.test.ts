import { expect, it, test } from "vitest";
import { noticed } from "../../mutants/run.ts";
import { verdictMutants } from "../../mutants/verdict-mutants.ts";
import { breach } from "./breach.ts";

it("the verdict keeps its rules", () => expect(breach()).toBeUndefined());

test.each(verdictMutants)("the rules notice a verdict that $name", { timeout: 60_000 }, async ({ name }) => {
  expect(await noticed(name, "verdict-worker", [])).toEqual({ why: expect.any(String) });
});
