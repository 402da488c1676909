// @ts-check
import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { buildWhenNeeded } from "./setup/build.mjs";
import { contextOf, privatePath, withPath } from "./setup/context.mjs";
import { installDependencies } from "./setup/dependencies.mjs";
import { installExamples } from "./setup/examples.mjs";
import { withLock } from "./setup/lock.mjs";
import { findNode } from "./setup/node.mjs";
import { findPulumi } from "./setup/pulumi.mjs";
import { SetUpError, sayTo, seconds } from "./setup/say.mjs";
import { remember } from "./toolchain.mjs";

/**
 * Makes this clone ready to run: Node.js, npm packages, the Pulumi CLI, `dist`, the examples. Does only what is not done yet,
 * says what and how long it took. Throws SetUpError with what to install when it cannot.
 * @param {{write?: (line: string) => void, quiet?: boolean}} [options]  quiet: says only what takes time.
 */
export async function setUp({ write = console.log, quiet = false } = {}) {
  const start = Date.now();
  const say = sayTo(write);
  const context = contextOf(say);
  const wait = (/** @type {string} */ holder) => say.line(`waiting for ${holder}, which is setting up this clone`);
  await withLock(privatePath(context.root, "set-up.lock"), wait, () => steps(context, quiet));
  if (!quiet) say.line(`ready after ${seconds(start)}`);
}

/** @param {import("./setup/context.mjs").Context} context @param {boolean} quiet */
async function steps(context, quiet) {
  /** @template {{note: string}} T @param {string} name @param {(context: any) => Promise<T>} work */
  const step = async (name, work) => {
    const start = Date.now();
    const done = await work(context);
    if (!quiet) context.say.line(`${name.padEnd(12)} ${done.note} (${seconds(start)})`);
    return done;
  };

  const { node } = await step("Node.js", findNode);
  context.env = withPath(context.env, dirname(node));
  await step("npm packages", installDependencies);
  const { folder } = await step("Pulumi CLI", findPulumi);
  const { errors } = await step("dist", buildWhenNeeded);
  if (errors !== "") context.say.line(`dist has type errors (all of them: npm run check)\n${head(errors, 5)}`);
  await step("examples", installExamples);
  remember({ node, pulumiBinDir: folder });
}

/** @param {string} text @param {number} lines */
function head(text, lines) {
  return text.trimEnd().split("\n").slice(0, lines).join("\n");
}

/** Runs set-up and ends the process with one readable message when it cannot go on. @param {Parameters<typeof setUp>[0]} [options] */
export async function setUpOrExit(options) {
  try {
    await setUp(options);
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    console.error(`set-up: ${error.message}`);
    process.exit(1);
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await setUpOrExit();
