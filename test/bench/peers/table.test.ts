import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SMALL_INSTANCES } from "../../../bench/peers/instances.ts";
import { measure } from "../../../bench/peers/peers.ts";
import { SCHEDULERS } from "../../../bench/peers/schedulers.ts";
import { instanceTable, summary } from "../../../bench/peers/table.ts";
import { repository } from "../../../tools/setup/context.mjs";
import { bench } from "../support.ts";

const names = SCHEDULERS.map(({ name }) => name);

test("says every scheduler on every instance as one object a line", async () => {
  const { stdout } = await bench("peers", "--small", "--json");
  const rows = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(rows.map(({ instance, scheduler }) => [instance, scheduler])).toEqual(
    SMALL_INSTANCES.flatMap((instance) => names.map((name) => [instance.name, name])),
  );
  for (const row of rows) {
    expect(row).toMatchObject({ hosts: expect.any(Number), workloads: expect.any(Number), rolls: expect.any(Number) });
    expect(row.completed).toBeGreaterThanOrEqual(0);
    expect(row.ofCompleted === undefined).toBe(row.completed === 0);
  }
});

test("tables have a line for every scheduler, the one for the README a column for every instance shown", () => {
  const rows = measure(SMALL_INSTANCES[0] as (typeof SMALL_INSTANCES)[number]);
  const lines = instanceTable(rows);
  expect(lines.slice(2).map((line) => names.find((name) => line.trimStart().startsWith(`${name} `)))).toEqual(names);

  const shown = rows.map((row) => ({ ...row, instance: "small mix, 16 hosts at 70 %" }));
  expect(summary([rows, shown])).toEqual([
    expect.stringMatching(/^\| +\| small mix, 16 hosts at 70 % +\|$/),
    expect.stringMatching(/^\| -+ \| -+ \|$/),
    ...names.map((name) => expect.stringMatching(`^\\| ${name.replace(/[()]/g, "\\$&")} +\\| .+ \\|$`)),
  ]);
  expect(summary([rows])).toEqual([]);
});

test("the table kept in the README has the schedulers of today", () => {
  const text = readFileSync(join(repository, "README.md"), "utf8");
  const [, section = ""] = text.split("### Side by side with peers");
  const kept = (section.split("\n## ")[0] ?? "").split("\n").filter((line) => /^\| \w/.test(line));
  expect(kept.map((line) => line.split("|")[1]?.trim())).toEqual(names);
});
