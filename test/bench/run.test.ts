import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { figureTable, median } from "../../bench/figures.ts";
import { repository } from "../../tools/setup/context.mjs";

const execute = promisify(execFile);

/** The benchmark itself, on tiny fleets: what it says is judged by its shape alone. */
function bench(...args: string[]) {
  const flags = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];
  return execute(process.execPath, [...flags, join(repository, "bench", "run.ts"), ...args]);
}

test("says the machine and every figure as one object a line", async () => {
  const { stdout } = await bench("plan", "roll", "resume", "--small", "--json");
  const [machine, ...figures] = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(machine).toMatchObject({ part: "machine", node: process.version, cores: expect.any(Number) });
  expect(Date.parse(machine.date)).not.toBeNaN();
  for (const figure of figures) {
    expect(figure).toEqual({
      part: expect.stringMatching(/^(plan$|roll of 8 hosts|resume of a killed roll of 40 hosts)/),
      figure: expect.any(String),
      value: expect.any(Number),
      unit: expect.any(String),
      ...("runs" in figure ? { runs: expect.arrayContaining([expect.any(Number)]) } : {}),
      ...("aim" in figure ? { aim: expect.any(Number), met: expect.any(Boolean) } : {}),
      ...("note" in figure ? { note: expect.any(String) } : {}),
    });
  }
  const named = new Map(figures.map(({ figure, value }) => [figure, value]));
  expect([...named.keys()]).toEqual(
    expect.arrayContaining(["time, 40 hosts", "wall time", "observations", "start to first act"]),
  );
  // Eight hosts are staged, cordoned, remediated, put back into service and released, and their 48 workloads move.
  expect(named.get("acts on the platform")).toBeGreaterThanOrEqual(8 * 5 + 48);
});

test("refuses a part that does not exist", async () => {
  await expect(bench("speed")).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("no part speed") });
});

test("a table names each part once and says whether an aim is met", () => {
  const lines = figureTable([
    { part: "preview", figure: "added", value: 2.5, unit: "s", aim: 3, runs: [2, 2.5, 4] },
    { part: "preview", figure: "memory", value: 301, unit: "MB", aim: 300 },
    { part: "plan", figure: "time", value: 1234.5, unit: "s", note: "alone" },
  ]);
  expect(lines).toEqual([
    "preview",
    "  added     2.5 s  met: under 3 s        of 2, 2.5, 4",
    "  memory   301 MB  MISSED: under 300 MB",
    "plan",
    "  time    1,235 s                        alone",
  ]);
});

test("a median is the middle, or the mean of the two in the middle", () => {
  expect([median([3]), median([9, 1, 2]), median([4, 1, 2, 9])]).toEqual([3, 2, 3]);
});
