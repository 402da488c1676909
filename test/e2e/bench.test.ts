import { expect, test } from "vitest";
import { bench, smallBench } from "../bench/support.ts";

test("the benchmark of a preview works on a tiny fleet, beside a stack that does nothing", async () => {
  const values = await smallBench(["preview"], /^preview of 8 hosts and 40 workloads$/);
  expect([...values.keys()]).toEqual(
    expect.arrayContaining(["preview", "added to one that does nothing", "ratio to one that does nothing"]),
  );
});

test("the benchmark of both doors says what each costs, one object a line", async () => {
  const { stdout } = await bench("doors", "--small", "--json");
  const [, ...costs] = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(costs.map(({ door, hosts }) => `${door} ${hosts}`)).toEqual(["dynamic 8", "plugin 8"]);
  for (const cost of costs)
    for (const key of ["startSeconds", "previewSeconds", "emptyPreviewSeconds"]) expect(cost[key]).toBeGreaterThan(0);
});
