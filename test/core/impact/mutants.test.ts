import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, test } from "vitest";
import { verdictMutants } from "../../mutants/verdict-mutants.ts";
import { breach } from "./breach.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "..", "..", "..");

it("the verdict keeps its rules", () => expect(breach()).toBeUndefined());

test.each(verdictMutants)("the rules notice a verdict that $name", { timeout: 60_000 }, async ({ name }) => {
  const args = [
    "--disable-warning=ExperimentalWarning",
    "--import",
    "./test/mutants/loader.mjs",
    "test/mutants/verdict-worker.ts",
  ];
  const { stdout } = await run(process.execPath, args, { cwd: ROOT, env: { ...process.env, MUTANT: name } });
  expect(JSON.parse(stdout)).toEqual({ why: expect.any(String) });
});
