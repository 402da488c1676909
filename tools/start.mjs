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
 * can be typed again. `npm start -- --bad-patch`: the same with a patch that makes the service slower, and stops itself.
 */
const fleet = "examples/quickstart/fleet.db";
const spec = "examples/quickstart/fleet.json";
const isBad = process.argv.includes("--bad-patch");
/** What the bad patch does to every host that boots it. */
const slower = { kind: "costs-latency", percent: 30, count: "always" };
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
await (isBad ? badPatch() : goodPatch());

async function goodPatch() {
  await step("What is not at the level, and what a roll would do", [pulumi("preview", "--diff")]);
  await step("The roll: one safe step after another", [pulumi("up", "--yes")]);
  await step(`Behind the stack's back somebody puts ${drifting.host} on ${drifting.level}`, [
    rollingPatch("sim", "drift", "--file", fleet, drifting.host, drifting.level),
  ]);
  await step("The stack sees it: only this host, and the roll that would bring it back", [pulumi("preview", "--diff")]);

  say(`
Done in ${seconds(start)}. What to look at:
  examples/quickstart/index.ts      the whole program
  ${spec.padEnd(32)}  what the fleet is made of

What to try next, here in this folder:
  npm start -- --bad-patch                                     a patch that makes the service slower, and stops itself
  npm run pulumi -- up                                         bring the drifted host back
  npm run rolling-patch -- sim show --file ${fleet}
  npm run rolling-patch -- runs                                what was done, run by run
  npm run rolling-patch -- report --open                       the newest run as a page
  change \`version\` in examples/quickstart/index.ts, then:
  npm run pulumi -- preview --diff                             the plan for the new level
  npm run pulumi -- destroy                                    forget the fleet; hosts stay as they are
  npm start                                                    all of it again, from a new fleet`);
}

async function badPatch() {
  await step("The service is measured while the roll goes on", [pulumi("config", "set", "probed", "true")]);
  await step(`What nobody knows yet: this patch makes the service ${slower.percent} % slower`, [
    rollingPatch("sim", "fault", "--file", fleet, JSON.stringify(slower)),
  ]);
  await step("The roll: watch, patch one host, give its load back step by step, compare. It stops by itself", [
    fails(pulumi("up", "--yes", "--skip-preview")),
  ]);
  await step("The patched host is empty again, everything else is as it was", [
    rollingPatch("sim", "show", "--file", fleet, "--events", "0"),
  ]);
  await step("Nobody rolls this patch again by accident", [fails(pulumi("preview"))]);

  say(`
Done in ${seconds(start)}. What to try next, here in this folder:
  npm run rolling-patch -- status                              what stands in the way
  npm run rolling-patch -- show                                what was done, act for act
  npm run rolling-patch -- report --open                       the evidence as a page
  declare a better patch: change \`version\` in examples/quickstart/index.ts, then npm run pulumi -- up
  npm start                                                    a patch that does no harm`);
}

/**
 * @typedef {{typed: string, command: string, args: readonly string[], fails?: true}} Command
 */

/** One that has to fail: that is what is shown. @param {Command} command @returns {Command} */
function fails(command) {
  return { ...command, fails: true };
}

/** Prints a heading, then each command and what it says. Ends the demo when one fails. @param {string} title @param {Command[]} commands */
async function step(title, commands) {
  say(`\n── ${title}`);
  for (const { typed, command, args, fails: shall = false } of commands) {
    const begun = Date.now();
    say(`$ ${typed}\n`);
    const code = await handOver(command, args, { cwd: repository, env });
    say(`\n(${seconds(begun)})`);
    if ((code !== 0) === shall) continue;
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
  return { typed: `npm run rolling-patch -- ${args.map(quoted).join(" ")}`, command: node, args: [...flags, ...args] };
}

/** As a shell reads it back. @param {string} text */
function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text}'`;
}

/** A terminal gets colours and a moving display; a log gets lines. */
function plain() {
  return process.stdout.isTTY ? [] : ["--color", "never"];
}

/** @param {string} text */
function say(text) {
  console.log(text);
}
