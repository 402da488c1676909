import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { mutants } from "../mutants/mutants.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "..", "..");
const SCHEDULES = 10_000;

describe("the fault schedules notice", () => {
  it("has at least 12 mutants", () => {
    expect(mutants.length).toBeGreaterThanOrEqual(12);
  });

  for (const { name } of mutants) {
    it(`one that ${name}`, async () => {
      const args = [
        "--disable-warning=ExperimentalWarning",
        "--import",
        "./test/mutants/loader.mjs",
        "test/mutants/worker.ts",
        "1",
        String(SCHEDULES),
      ];
      const { stdout } = await run(process.execPath, args, {
        cwd: ROOT,
        env: { ...process.env, MUTANT: name },
        timeout: 500_000,
      });
      const { seed, why } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") as {
        seed: number | null;
        why?: string;
      };
      expect(seed, `${name}: survived ${SCHEDULES} schedules`).not.toBeNull();
      expect(why).toBeTruthy();
    });
  }
});
