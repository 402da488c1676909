import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { plannerMutants } from "../mutants/planner-mutants.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "..", "..");

/** Most seconds of random requests for one mutant. */
const SECONDS = 60;

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
      const why = await firstWrong(name, name === "" ? 10 : SECONDS);
      if (name === "") expect(why, "the planner itself").toBeUndefined();
      else if (why === undefined) survivors.push(name);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  expect(survivors, "survived").toEqual([]);
});

async function firstWrong(name: string, seconds: number): Promise<string | undefined> {
  const args = [
    "--disable-warning=ExperimentalWarning",
    "--import",
    "./test/mutants/loader.mjs",
    "test/mutants/planner-worker.ts",
    "1",
    String(seconds),
  ];
  const env = { ...process.env, MUTANT: name };
  const { stdout } = await run(process.execPath, args, { cwd: ROOT, env });
  return (JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") as { why?: string }).why;
}
