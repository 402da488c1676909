import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { closingLine, sum, tally, writeTally } from "../../tools/tally.mjs";

const folder = mkdtempSync(join(tmpdir(), "tally-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let reports = 0;
const good = { checks: 2, failedChecks: 0, vitestCode: 0 };

test("a good run", () => {
  expect(closingLine(tally({ ...good, results: report({ passed: 40 }) }))).toBe("42 passed, 0 failed");
});

test("skipped tests are said", () => {
  expect(closingLine(tally({ ...good, results: report({ passed: 40, skipped: 3 }) }))).toBe(
    "42 passed, 0 failed, 3 skipped",
  );
});

test("failed tests and checks are counted", () => {
  const results = report({ passed: 40, failed: 2 });
  expect(tally({ checks: 2, failedChecks: 1, vitestCode: 1, results })).toMatchObject({ passed: 41, failed: 3 });
});

test("a file that fails before its first test is a failure", () => {
  const results = report({ passed: 40, broken: 1 });
  expect(tally({ ...good, vitestCode: 1, results })).toMatchObject({ failed: 1 });
});

test("an error outside of any test is a failure", () => {
  expect(tally({ ...good, vitestCode: 1, results: report({ passed: 40 }) })).toMatchObject({ failed: 1 });
});

test("no test at all is a failure", () => {
  expect(tally({ ...good, results: report({ passed: 0 }) })).toMatchObject({ failed: 1 });
});

test("no report is a failure", () => {
  expect(tally({ ...good, results: join(folder, "none.json") })).toMatchObject({ passed: 2, failed: 1 });
});

test("the parts of a run are summed, and one that left no tally has failed", () => {
  const [first, second] = [join(folder, "first.json"), join(folder, "second.json")];
  writeTally({ passed: 40, failed: 0, skipped: 1 }, first);
  writeTally({ passed: 12, failed: 2, skipped: 0 }, second);
  expect(sum([first, second])).toEqual({ passed: 52, failed: 2, skipped: 1 });
  expect(sum([first, join(folder, "none.json")])).toEqual({ passed: 40, failed: 1, skipped: 1 });
});

function report({ passed = 0, failed = 0, skipped = 0, broken = 0 }): string {
  const path = join(folder, `${++reports}.json`);
  const file = (status: string, tests: string[]) => ({
    status,
    assertionResults: tests.map((each) => ({ status: each })),
  });
  const testResults = [file("passed", ["passed"]), ...Array(failed).fill(file("failed", ["failed", "passed"]))];
  testResults.push(...Array(broken).fill(file("failed", [])));
  const counts = { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped, numTodoTests: 0 };
  writeFileSync(path, JSON.stringify({ ...counts, testResults }));
  return path;
}
