import { expect, test } from "vitest";
import { smallBench } from "../bench/support.ts";

test("the benchmark of a preview works on a tiny fleet, beside a stack that does nothing", async () => {
  const values = await smallBench(["preview"], /^preview of 8 hosts and 40 workloads$/);
  expect([...values.keys()]).toEqual(
    expect.arrayContaining(["preview", "added to one that does nothing", "ratio to one that does nothing"]),
  );
});
