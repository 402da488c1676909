// @ts-check
import { rmSync } from "node:fs";
import { join } from "node:path";
import { demoEnvironment, demoSettings, demoStack, demoState } from "./demo.mjs";
import { handOver } from "./hand-over.mjs";
import { repository } from "./setup/context.mjs";
import { seconds } from "./setup/say.mjs";
import { setUpOrExit } from "./setup.mjs";
import { toolchain } from "./toolchain.mjs";

/**
 * `npm start`: the main job on the embedded fleet, from nothing. Every step stands under the command that does it, in a form that
 * can be typed again.
 */
const fleet = "examples/quickstart/fleet.db";
const spec = "examples/quickstart/fleet.json";
/** `npm start -- --bad-patch`: then a patch that costs latency stops itself. */
const isBad = process.argv.includes("--bad-patch");
const bad = "8.0.5";
const drifting = { host: "node-05", level: "8.0.2" };

await setUpOrExit();
const start = Date.now();
const env = demoEnvironment();
const { node } = toolchain();

say(`
The demo keeps everything in this folder: the fleet in ${fleet}, the state of its stack in
.rolling-patch/pulumi. A Pulumi account or backend of yours is neither needed nor touched.`);

await step("A fleet: 8 hosts and about 60 workloads that live on by themselves in one file", [
  rollingPatch("sim", "create", "--file", fleet, "--spec", spec, "--force"),
  rollingPatch("sim", "show", "--file", fleet),
]);
// Only now: a demo in another terminal, which the step above would not disturb, has its state there.
for (const old of [demoState, demoSettings]) rmSync(old, { recursive: true, force: true });
demoEnvironment();
await step("A stack that declares the patch level of this fleet", [pulumi("stack", "init", demoStack)]);
await step("What is not at the level, and what a roll would do", [pulumi("preview", "--diff")]);
await step("The roll: one safe step after another", [pulumi("up", "--yes")]);
await step(`Behind the stack's back somebody puts ${drifting.host} on ${drifting.level}`, [
  rollingPatch("sim", "drift", "--file", fleet, drifting.host, drifting.level),
]);
await step("The stack sees it: only this host, and the roll that would bring it back", [pulumi("preview", "--diff")]);
if (isBad) {
  await step(`A bad patch: ${bad} makes every service a quarter slower, and nobody knows`, [
    pulumi("config", "set", "version", bad),
    pulumi("preview", "--diff"),
  ]);
  await step(
    "The roll: it stops itself at the first host, and takes the load off it again",
    [pulumi("up", "--yes")],
    true,
  );
  await step("Every host but one is as it was", [rollingPatch("sim", "show", "--file", fleet)]);
  await step("Nothing goes on before a person has decided", [pulumi("preview", "--diff")], true);
}

say(`
Done in ${seconds(start)}. What to look at:
  examples/quickstart/index.ts      the whole program
  ${spec.padEnd(32)}  what the fleet is made of

What to try next, here in this folder:
  npm run pulumi -- up                                         bring the drifted host back
  npm run rolling-patch -- sim show --file ${fleet}
  npm run rolling-patch -- runs                                what was done, run by run
  npm run pulumi -- config set version 8.0.4
  npm run pulumi -- preview --diff                             the plan for the new level
  npm run rolling-patch -- report --open                       the report of the newest run
  npm start -- --bad-patch                                     a bad patch stops itself at the first host
  npm run pulumi -- destroy                                    forget the fleet; hosts stay as they are
  npm start                                                    all of it again, from a new fleet`);

/**
 * @typedef {{typed: string, command: string, args: readonly string[]}} Command
 */

/**
 * Prints a heading, then each command and what it says. Ends the demo when one does not end as it should.
 * @param {string} title @param {Command[]} commands @param {boolean} fails whether the last one has to fail
 */
async function step(title, commands, fails = false) {
  say(`\n── ${title}`);
  for (const { typed, command, args } of commands) {
    const begun = Date.now();
    say(`$ ${typed}\n`);
    const code = await handOver(command, args, { cwd: repository, env });
    say(`\n(${seconds(begun)})`);
    if ((code !== 0) === (fails && typed === commands.at(-1)?.typed)) continue;
    console.error(`\nnpm start stopped: \`${typed}\` ended with exit code ${code}; what it said stands above.`);
    process.exit(1);
  }
}

/** @param {...string} args @returns {Command} */
function pulumi(...args) {
  return { typed: `npm run pulumi -- ${args.join(" ")}`, command: "pulumi", args: [...args, ...plain()] };
}

/** @param {...string} args @returns {Command} */
function rollingPatch(...args) {
  const script = join("dist", "provider", "cli", "bin.js");
  const flags = ["--disable-warning=ExperimentalWarning", script];
  return { typed: `npm run rolling-patch -- ${args.join(" ")}`, command: node, args: [...flags, ...args] };
}

/** A terminal gets colours and a moving display; a log gets lines. */
function plain() {
  return process.stdout.isTTY ? [] : ["--color", "never"];
}

/** @param {string} text */
function say(text) {
  console.log(text);
}
