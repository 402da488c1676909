// @ts-check
import { join } from "node:path";
import { handOver } from "./hand-over.mjs";
import { repository } from "./setup/context.mjs";
import { setUpOrExit } from "./setup.mjs";
import { toolchain } from "./toolchain.mjs";

/** `node tools/run.mjs SCRIPT ARGS…`: a script of this repository under a Node.js that is new enough, where the caller stands. */
await setUpOrExit({ quiet: true });
const [script = "", ...args] = process.argv.slice(2);
const { node, env } = toolchain();
// Needed up to Node.js 22.17 and harmless after.
const stripTypes = script.endsWith(".ts") ? ["--experimental-strip-types"] : [];
const flags = ["--disable-warning=ExperimentalWarning", ...stripTypes];
process.exitCode = await handOver(node, [...flags, join(repository, script), ...args], {
  cwd: process.env.INIT_CWD ?? process.cwd(),
  env,
});
