// @ts-check
import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pins } from "./pins.mjs";
import { builtCached, builtFromModules } from "./pulumi-built.mjs";
import { officialCached, officialFromNpm } from "./pulumi-official.mjs";
import { SetUpError } from "./say.mjs";
import { atLeast, bareVersion } from "./versions.mjs";

/**
 * One way to a Pulumi CLI with its Node.js language host. It gives the folder that holds `pulumi`, or one line that says why it
 * cannot.
 *
 * @typedef {{folder: string, note: string} | {why: string}} Found
 * @typedef {(context: import("./context.mjs").Context) => Promise<Found>} Way
 */

/** Those that only look, what an earlier run has put into the cache included. @type {readonly Way[]} */
const looks = [onPath, officialCached, builtCached];

/** Those that fetch and build. @type {readonly Way[]} */
const installs = [officialFromNpm, builtFromModules];

/**
 * The first way that works, in the order in which they stand. When none does, the error has a line for each that was tried.
 * @param {import("./context.mjs").Context} context
 * @param {{looks: readonly Way[], installs: readonly Way[]}} [ways]
 */
export async function findPulumi(context, ways = { looks, installs }) {
  const looked = await firstOf(ways.looks, context, () => {});
  if ("folder" in looked) return looked;
  for (const reason of looked.reasons) context.say.line(reason);
  const installed = await firstOf(ways.installs, context, context.say.line);
  if ("folder" in installed) return installed;
  const advice = `install the Pulumi CLI ${pins.pulumi.least} or newer, or Go ${pins.go.least} or newer, and run this again`;
  const reasons = [...looked.reasons, ...installed.reasons].map((reason) => `  ${reason}`);
  throw new SetUpError(["no Pulumi CLI:", ...reasons, advice].join("\n"));
}

/**
 * @param {readonly Way[]} ways
 * @param {import("./context.mjs").Context} context
 * @param {(reason: string) => void} failed
 * @returns {Promise<{folder: string, note: string} | {reasons: string[]}>}
 */
async function firstOf(ways, context, failed) {
  const reasons = [];
  for (const way of ways) {
    const found = await way(context);
    if ("folder" in found) return found;
    if (found.why === "") continue;
    reasons.push(found.why);
    failed(found.why);
  }
  return { reasons };
}

/** The user's own CLI. @type {Way} */
export async function onPath({ run, env }) {
  const pulumi = which("pulumi", env);
  if (pulumi === undefined) return { why: "Pulumi CLI on PATH: there is none" };
  const asked = await run(pulumi, ["version"], { env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" }, deadline: 30 });
  if (!asked.ok) return { why: `Pulumi CLI on PATH: ${pulumi} does not run (${asked.why}): reinstall it` };
  const version = bareVersion(asked.out);
  if (version === undefined || !atLeast(version, pins.pulumi.least)) {
    return { why: `Pulumi CLI on PATH: ${version ?? "unknown"} is older than ${pins.pulumi.least}: update it` };
  }
  const host = "pulumi-language-nodejs";
  if (!existsSync(join(dirname(realpathSync(pulumi)), executable(host))) && which(host, env) === undefined) {
    return { why: `Pulumi CLI on PATH: ${host} is missing beside it: reinstall the CLI with its language hosts` };
  }
  return { folder: dirname(pulumi), note: `${version} on PATH` };
}

/**
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 */
export function which(name, env) {
  return (env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, executable(name)))
    .find((path) => existsSync(path));
}

/** @param {string} name */
function executable(name) {
  return process.platform === "win32" ? `${name}.exe` : name;
}
