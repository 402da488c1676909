import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { repository } from "../../tools/setup/context.mjs";

const execute = promisify(execFile);

/** The benchmark itself, as `npm run bench` starts it. */
export function bench(...args: string[]) {
  const flags = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];
  return execute(process.execPath, [...flags, join(repository, "bench", "run.ts"), ...args]);
}

/** What it measures of tiny fleets, judged by its shape alone. Returns the values by the names of the figures. */
export async function smallBench(parts: readonly string[], named: RegExp): Promise<Map<string, number>> {
  const { stdout } = await bench(...parts, "--small", "--json");
  const [machine, ...figures] = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(machine).toMatchObject({ part: "machine", node: process.version, cores: expect.any(Number) });
  expect(Date.parse(machine.date)).not.toBeNaN();
  for (const figure of figures) {
    expect(figure).toEqual({
      part: expect.stringMatching(named),
      figure: expect.any(String),
      value: expect.any(Number),
      unit: expect.any(String),
      ...("runs" in figure ? { runs: expect.arrayContaining([expect.any(Number)]) } : {}),
      ...("aim" in figure ? { aim: expect.any(Number), met: expect.any(Boolean) } : {}),
      ...("note" in figure ? { note: expect.any(String) } : {}),
    });
  }
  return new Map(figures.map(({ figure, value }) => [figure, value]));
}
