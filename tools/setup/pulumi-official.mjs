// @ts-check
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fillOnce } from "./cache.mjs";
import { pins } from "./pins.mjs";
import { SetUpError } from "./say.mjs";

const version = pins.pulumi.install;
const cacheName = `pulumi-official-${version}`;

/** What officialFromNpm has installed before. @type {import("./pulumi.mjs").Way} */
export async function officialCached({ cache }) {
  const folder = binFolder(join(cache, cacheName));
  return existsSync(folder) ? found(folder) : { why: "" };
}

/**
 * The official npm package `pulumi`. It holds no CLI: it downloads the bundle the first time that it is run.
 * @type {import("./pulumi.mjs").Way}
 */
export async function officialFromNpm(context) {
  try {
    const folder = await fillOnce({
      root: context.cache,
      name: cacheName,
      line: context.say.line,
      fill: (to) => install(context, to),
    });
    return found(binFolder(folder));
  } catch (error) {
    if (error instanceof SetUpError) return { why: error.message };
    throw error;
  }
}

/** @param {import("./context.mjs").Context} context @param {string} folder */
async function install({ run, say, env }, folder) {
  const wanted = `pulumi@${version}`;
  const name = `Pulumi CLI from the npm package ${wanted}`;
  await say.slow(name, async () => {
    const args = ["install", "--prefix", folder, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", wanted];
    const installed = await run("npm", args, { cwd: folder, env, deadline: 180 });
    if (!installed.ok)
      throw new SetUpError(`${name}: npm install failed (${installed.why}): npm and its package registry are needed`);
    const script = join(folder, "node_modules", "pulumi", "run.js");
    const downloaded = await run("node", [script, "version"], {
      cwd: folder,
      env: { ...env, PULUMI_HOME: folder, PULUMI_VERSION: version, PULUMI_SKIP_UPDATE_CHECK: "true" },
      deadline: 300,
    });
    if (!downloaded.ok || !existsSync(binFolder(folder))) {
      throw new SetUpError(
        `${name}: its download of the CLI failed (${downloaded.why}): Pulumi's download site must be reachable`,
      );
    }
  });
}

/** Where the package puts the bundle, in the folder given as PULUMI_HOME. @param {string} folder */
function binFolder(folder) {
  return join(folder, "versions", version, "bin");
}

/** @param {string} folder */
function found(folder) {
  return { folder, note: `${version}, the official npm package` };
}
