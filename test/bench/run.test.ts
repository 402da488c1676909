import { expect, test } from "vitest";
import { figureTable, median } from "../../bench/figures.ts";
import { bench, smallBench } from "./support.ts";

test("says the machine and every figure as one object a line", async () => {
  const named = /^(plan$|roll of 8 hosts|resume of a killed roll of 40 hosts|report of 8 hosts|ssh to 3 hosts)/;
  const values = await smallBench(["plan", "roll", "report", "resume", "ssh"], named);
  expect([...values.keys()]).toEqual(
    expect.arrayContaining([
      "time, 40 hosts",
      "wall time",
      "observations",
      "start to first act",
      "size of the page",
      "next script",
    ]),
  );
  // Eight hosts are staged, cordoned, remediated, put back into service and released, and their 48 workloads move.
  expect(values.get("acts on the platform")).toBeGreaterThanOrEqual(8 * 5 + 48);
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
