// @ts-check
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { handOver } from "./hand-over.mjs";
import { obstacles } from "./lab/obstacles.mjs";
import { privatePath, repository } from "./setup/context.mjs";
import { setUpOrExit } from "./setup.mjs";
import { closingLine, parts, tally, writeTally } from "./tally.mjs";
import { toolchain } from "./toolchain.mjs";

/**
 * `npm run test:lab`: builds a lab of real KVM hosts, tests on it, takes it away whatever happens. Arguments are vitest's.
 * Where it cannot run it says why and skips; with CI=true that is a failure.
 *
 *     npm run test:lab -- test/lab/hosts.lab.ts -t kernel
 *     npm run test:lab -- --full            more moments of death
 */
const folder = join(repository, "test", "lab");
const results = privatePath(repository, "lab-results.json");
const args = process.argv.slice(2).filter((arg) => arg !== "--full");
const isFull = process.argv.includes("--full");

// Not the one that somebody has put up by hand, which would be taken away.
process.env.ROLLING_PATCH_LAB_NAME ??= "tested";

for (const file of [results, parts.lab]) rmSync(file, { force: true });
const reasons = obstacles();
if (reasons.length > 0) skip(reasons);
await setUpOrExit({ quiet: true });

// Ctrl-C and SIGTERM are passed on while a command runs; they must not end this process before the lab is taken away.
let isStopped = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    isStopped = true;
  });
}

let code = 1;
try {
  code = (await lab("build/build.sh")) || (await lab("lab.sh", "down")) || (await lab("lab.sh", "up", "0"));
  if (code === 0 && !isStopped) code = await tests();
} finally {
  // Not with handOver: a second Ctrl-C reaches the whole foreground group, and this must go on nevertheless.
  const down = spawnSync("setsid", ["--wait", join(folder, "lab.sh"), "down"], { stdio: "inherit" });
  if (code === 0 && down.status !== 0) code = 1;
}
if (isStopped && code === 0) code = 130;
const counted = tally({ checks: 0, failedChecks: 0, vitestCode: code, results });
writeTally(counted, parts.lab);
console.log(`lab: ${closingLine(counted)}`);
process.exitCode = code;

/** @param {string} script @param {...string} words */
function lab(script, ...words) {
  return handOver(join(folder, script), words, { cwd: repository });
}

/** In the client's network, where hosts and guests are to be seen. */
function tests() {
  const { node, env } = toolchain(isFull ? { ...process.env, ROLLING_PATCH_FULL: "1" } : process.env);
  const client = `/run/netns/${process.env.ROLLING_PATCH_LAB_NAME}-cli`;
  const report = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  const vitest = [join("node_modules", "vitest", "vitest.mjs"), "run", "--config", "vitest.lab.config.ts", ...report];
  return handOver("nsenter", [`--net=${client}`, node, ...vitest, ...args], { cwd: repository, env });
}

/** @param {readonly string[]} reasons @returns {never} */
function skip(reasons) {
  const isFailure = process.env.CI === "true";
  console.log(
    `lab: ${isFailure ? "FAILED" : "SKIPPED"}: real KVM hosts cannot be had here\n${reasons.map((one) => `  - ${one}`).join("\n")}`,
  );
  if (isFailure) writeTally({ passed: 0, failed: 1, skipped: 0 }, parts.lab);
  process.exit(isFailure ? 1 : 0);
}
