// @ts-check
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { privatePath, repository, withPath } from "./setup/context.mjs";

/**
 * @typedef {object} Toolchain
 * @property {string} node  A Node.js that is new enough.
 * @property {string} pulumiBinDir  Holds the Pulumi CLI; its Node.js language host is there too or on PATH.
 * @property {NodeJS.ProcessEnv} env  Of child processes: both first on PATH, no update checks, no plugin downloads.
 */

const place = privatePath(repository, "toolchain.json");

/**
 * The tools that set-up found or installed for this clone. Throws when set-up has not run yet.
 * @param {NodeJS.ProcessEnv} [env]  What to build on.
 * @returns {Toolchain}
 */
export function toolchain(env = process.env) {
  const { node, pulumiBinDir } = remembered();
  const path = withPath(env, dirname(node), pulumiBinDir);
  return {
    node,
    pulumiBinDir,
    env: {
      ...path,
      // Last: some distributions of the CLI lack the dynamic provider's executable, which the npm package has.
      PATH: [path.PATH, join(repository, "node_modules", "@pulumi", "pulumi")].join(delimiter),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    },
  };
}

/**
 * Keeps what set-up found for `toolchain()`.
 * @param {{node: string, pulumiBinDir: string}} found
 */
export function remember(found) {
  const temporary = `${place}.${process.pid}`;
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(temporary, JSON.stringify(found));
  renameSync(temporary, place);
}

/** @returns {{node: string, pulumiBinDir: string}} */
function remembered() {
  const found = existsSync(place) ? JSON.parse(readFileSync(place, "utf8")) : undefined;
  if (found && existsSync(found.node) && existsSync(join(found.pulumiBinDir, pulumiName))) return found;
  throw new Error("the tools are not set up for this clone yet: run `npm run setup`");
}

const pulumiName = process.platform === "win32" ? "pulumi.exe" : "pulumi";
