// @ts-check
import { rmSync } from "node:fs";
import { join } from "node:path";
import { handOver } from "./hand-over.mjs";
import { privatePath, repository } from "./setup/context.mjs";
import { seconds } from "./setup/say.mjs";
import { setUpOrExit } from "./setup.mjs";
import { parts, tally, writeTally } from "./tally.mjs";
import { toolchain } from "./toolchain.mjs";

/**
 * `npm test`: set-up, then format, lint and types, then every test in one vitest run, whose summary ends the output.
 *
 *     npm test -- test/core -t spread   only these tests, without the checks; arguments are vitest's
 *     npm run test:full                 more seeds, more kill moments, and the lab of real hosts as well
 *     npm run check                     only format, lint and types
 */
const args = process.argv.slice(2);
const full = take("--full");
const checksOnly = take("--checks");

await setUpOrExit();
const { node, env } = toolchain(full ? { ...process.env, ROLLING_PATCH_FULL: "1" } : process.env);
const results = privatePath(repository, "test-results.json");
rmSync(results, { force: true });

const checks = args.length > 0 ? [] : [await check("format and lint", biome()), await check("types", tsc())];
const failedChecks = checks.filter((code) => code !== 0).length;
const tests = checksOnly ? 0 : await vitest();
if (failedChecks > 0) console.error(`\n${failedChecks} of ${checks.length} checks failed: see above`);
writeTally(tally({ checks: checks.length, failedChecks, vitestCode: tests, results }), parts.test);
// All of it: rolls over real hosts too, where they can be had.
const isWhole = full && !checksOnly && args.length === 0;
const lab = isWhole ? await handOver(node, [join("tools", "lab.mjs"), "--full"], { cwd: repository, env }) : 0;
process.exitCode = failedChecks > 0 ? 1 : tests || lab;

/** @param {string} flag */
function take(flag) {
  const at = args.indexOf(flag);
  if (at >= 0) args.splice(at, 1);
  return at >= 0;
}

/** @param {string} name @param {string[]} command */
async function check(name, command) {
  const start = Date.now();
  const code = await handOver(node, command, { cwd: repository, env });
  console.log(`check: ${name} ${code === 0 ? "passed" : "FAILED"} (${seconds(start)})`);
  return code;
}

function biome() {
  const colours = process.stdout.isTTY ? [] : ["--colors=off"];
  return [join("node_modules", "@biomejs", "biome", "bin", "biome"), "ci", ...colours, "."];
}

function tsc() {
  const memory = privatePath(repository, "check.tsbuildinfo");
  return [join("node_modules", "typescript", "bin", "tsc"), "--noEmit", "--incremental", "--tsBuildInfoFile", memory];
}

function vitest() {
  const report = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  return handOver(node, [join("node_modules", "vitest", "vitest.mjs"), "run", ...report, ...args], {
    cwd: repository,
    env,
  });
}
