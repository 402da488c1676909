// @ts-check
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { privatePath, repository } from "./setup/context.mjs";

/**
 * What a test run came to: counted from vitest's own report, so that no line of output has to be trusted.
 *
 * @typedef {object} Run
 * @property {number} checks        Format, lint and types: each counts as one test.
 * @property {number} failedChecks
 * @property {number} vitestCode    Its exit code.
 * @property {string} results       Its JSON report.
 *
 * @typedef {{passed: number, failed: number, skipped: number}} Tally
 */

/** Where each part of a CI run leaves its tally: `npm test` and `npm run test:lab`. */
export const parts = { test: privatePath(repository, "tally.json"), lab: privatePath(repository, "tally-lab.json") };

/** @param {Tally} counted @param {string} place */
export function writeTally(counted, place) {
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, JSON.stringify(counted));
}

/**
 * A file that fails before its first test, an error outside of any test and a run without any test each count as a failure.
 * @param {Run} run
 * @returns {Tally}
 */
export function tally({ checks, failedChecks, vitestCode, results }) {
  const report = existsSync(results) ? JSON.parse(readFileSync(results, "utf8")) : {};
  const broken = (report.testResults ?? []).filter(
    (/** @type {{status: string, assertionResults: {status: string}[]}} */ file) =>
      file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  const passedTests = report.numPassedTests ?? 0;
  let failed = (report.numFailedTests ?? 0) + broken;
  if (failed === 0 && (vitestCode !== 0 || passedTests === 0)) failed = 1;
  return {
    passed: passedTests + checks - failedChecks,
    failed: failed + failedChecks,
    skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
  };
}

/** The closing line of a CI run. @param {Tally} tally */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * The sum of these tallies. A part that left none has failed: it did not run to its end.
 * @param {readonly string[]} places
 * @returns {Tally}
 */
export function sum(places) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const place of places) {
    const one = existsSync(place) ? JSON.parse(readFileSync(place, "utf8")) : { passed: 0, failed: 1, skipped: 0 };
    total.passed += one.passed;
    total.failed += one.failed;
    total.skipped += one.skipped;
  }
  return total;
}

/** `node tools/tally.mjs`: prints the closing line of the last CI run; exit code 1 when anything failed or nothing ran. */
if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const last = sum(Object.values(parts));
  console.log(closingLine(last));
  process.exitCode = last.failed > 0 || last.passed === 0 ? 1 : 0;
}
