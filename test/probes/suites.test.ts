import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type SuiteInput, suite } from "../../provider/core/suite.ts";
import { processClock } from "../../provider/engine/clock.ts";
import { suiteRunner } from "../../provider/probes/suites.ts";
import { isAlive } from "../e2e/support/processes.ts";
import { waitFor } from "../e2e/support/wait.ts";

/** A folder, and suites of a shell script that run in it. */
function place() {
  const folder = mkdtempSync(join(tmpdir(), "rp-suites-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "reports"));
  const runner = suiteRunner(processClock(), join(folder, "kept"), folder);
  const run = (
    script: string,
    more: Partial<SuiteInput> = {},
    round: 1 | 2 = 1,
    signal = new AbortController().signal,
  ) =>
    runner.run(
      suite.parse({ name: "The Shop", command: ["sh", "-c", `cd ${folder}; ${script}`], ...more }),
      { run: "run-1", moment: "canary", round },
      signal,
    );
  return { folder, run };
}

const red = '<testsuite name="s"><testcase name="adds"><failure/></testcase><testcase name="b"/></testsuite>';
const green = '<testsuite name="s"><testcase name="adds"/></testsuite>';

describe("the exit code", () => {
  test("counts where there is no report; what it said is kept, for its owner's eyes only", async () => {
    const { folder, run } = place();
    expect(await run("echo fine")).toEqual({
      failing: [],
      output: join(folder, "kept/output/run-1-the-shop-canary.log"),
    });
    const bad = await run("echo so far so good; echo out of milk >&2; exit 3", {}, 2);
    expect(bad.broken).toMatch(/^exit code 3 after \d+ ms: .*out of milk/);
    expect(bad.output).toBe(join(folder, "kept/output/run-1-the-shop-canary-again.log"));
    expect(statSync(bad.output ?? "").mode & 0o777).toBe(0o600);
    expect(readFileSync(bad.output ?? "", "utf8")).toMatch(/so far so good\n[\s\S]*out of milk\n\nexit code 3/);
  });

  test("is worse than a report in which nothing fails", async () => {
    const { run } = place();
    const result = await run(`printf '%s' '${green}' > reports/a.xml; exit 1`, { junit: "reports/*.xml" });
    expect(result.broken).toMatch(/^exit code 1 after \d+ ms, though none of its 1 reported tests failed/);
  });

  test("a program that is not there", async () => {
    const { run } = place();
    expect((await run("", { command: ["no-such-suite-here"] })).broken).toMatch(/no such program/);
  });
});

describe("reports", () => {
  test("JUnit: failing tests by name, only from files that were written anew, whatever the exit code", async () => {
    const { folder, run } = place();
    writeFileSync(join(folder, "reports", "old.xml"), red.replace("adds", "old"));
    const both = `printf '%s' '${red}' > reports/a.xml; printf '%s' '${green}' > reports/b.xml`;
    expect(await run(both, { junit: "reports/*.xml" })).toMatchObject({ failing: ["s adds"] });
    const again = await run(`printf '%s' '${green}' > reports/a.xml`, { junit: "reports/*.xml" });
    expect(again).toMatchObject({ failing: [] });
    expect(again.broken).toBeUndefined();
  });

  test.each([
    ["echo '<testsuite>' > reports/a.xml", /reports\/a\.xml: line 1: /],
    ["true", /no file reports\/\*\.xml was written/],
  ])("JUnit that is broken or missing is said, and the exit code counts: %s", async (script, expected) => {
    const { run } = place();
    const fine = await run(script, { junit: "reports/*.xml" });
    expect(fine).toMatchObject({ failing: [], note: expect.stringMatching(expected) });
    expect(fine.broken).toBeUndefined();
    const bad = await run(`${script}; exit 1`, { junit: "reports/*.xml" });
    expect(bad).toMatchObject({ note: expect.stringMatching(expected), broken: expect.stringMatching(/^exit code 1/) });
  });

  test("TAP from its standard output; what it says on the other one is none", async () => {
    const { run } = place();
    const result = await run("echo 1..2; echo ok 1; echo noise >&2; echo not ok 2 - adds; exit 1", { tap: true });
    expect(result).toMatchObject({ failing: ["adds"] });
    expect((await run("echo hello", { tap: true })).note).toMatch(/cannot be used \(it holds no tests\)/);
  });
});

test("names of tests are one line each, and hold no secret", async () => {
  const { run } = place();
  const result = await run("echo 1..1; echo 'not ok 1 - logs in with password=hunter2 \u001b[31mred'", { tap: true });
  expect(result.failing).toEqual(["logs in with password=… red"]);
});

describe("bounds", () => {
  test("a suite that never ends is killed with all that it has started, at its deadline", async () => {
    const { folder, run } = place();
    const script = "sleep 300 & echo $! > child; trap '' TERM INT; echo begun; sleep 300";
    const result = await run(script, { timeout: "500ms" });
    expect(result.broken).toMatch(/^it had not ended after 1 s and was killed: begun/);
    const child = Number(readFileSync(join(folder, "child"), "utf8"));
    await waitFor("the end of its child", () => !isAlive(child));
  });

  test("an output of any size is kept in part: its beginning and its end", async () => {
    const { run } = place();
    const result = await run("echo FIRST; head -c 5000000 /dev/zero | tr '\\0' x; echo LAST");
    const kept = readFileSync(result.output ?? "", "utf8");
    expect(kept.length).toBeLessThan(1_300_000);
    expect(kept).toMatch(/^FIRST\n[\s\S]*bytes left out[\s\S]*LAST\n\nexit code 0/);
  });

  test("an abort cancels it", async () => {
    const { folder, run } = place();
    const stop = new AbortController();
    const running = run("echo $$ > me; sleep 300", {}, 1, stop.signal);
    const pid = await waitFor("the suite", () => {
      try {
        return Number(readFileSync(join(folder, "me"), "utf8")) || undefined;
      } catch {
        return undefined;
      }
    });
    stop.abort();
    await expect(running).rejects.toMatchObject({ kind: "cancelled" });
    await waitFor("its end", () => !isAlive(pid));
  });

  test("it gets the variables that are named, and no others", async () => {
    const { run } = place();
    process.env.RP_SUITE_TOKEN = "t0k";
    process.env.RP_OTHER = "other";
    onTestFinished(() => {
      delete process.env.RP_SUITE_TOKEN;
      delete process.env.RP_OTHER;
    });
    const result = await run("env", { env: ["RP_SUITE_TOKEN", "RP_NOT_SET"] });
    const said = readFileSync(result.output ?? "", "utf8");
    expect(said).toMatch(/RP_SUITE_TOKEN=t0k/);
    expect(said).toMatch(/ROLLING_PATCH_MOMENT=canary/);
    expect(said).not.toMatch(/RP_OTHER|RP_NOT_SET/);
  });
});
