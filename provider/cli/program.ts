import { Command, CommanderError, Option } from "commander";
import { type ApprovalGate, approvalGate } from "../core/approval.ts";
import { approve } from "./commands/approve.ts";
import { goOn } from "./commands/continue.ts";
import { exportRun, verify } from "./commands/export.ts";
import { formats, plan } from "./commands/plan.ts";
import { report as reportRun } from "./commands/report.ts";
import { restore } from "./commands/restore.ts";
import { runs } from "./commands/runs.ts";
import { type SchemaName, schema, schemas } from "./commands/schema.ts";
import { show } from "./commands/show.ts";
import { simBlock, simCreate, simDrift, simFault, simGive, simShow, simTake, simUnblock } from "./commands/sim.ts";
import { snapshot } from "./commands/snapshot.ts";
import { status } from "./commands/status.ts";
import { stop } from "./commands/stop.ts";
import { type ExitCode, exit, exitCodes } from "./exit.ts";
import { report } from "./failure.ts";
import { count, examples, gateName, inputs, kinds, schemaName } from "./options.ts";
import { packageVersion } from "./version.ts";
import type { CliWorld } from "./world.ts";

/** Runs one command line (without the program's name). Everything it prints goes through the world; returns the exit code. */
export async function runCommand(args: readonly string[], world: CliWorld): Promise<ExitCode> {
  let code: ExitCode = exit.ok;
  const program = build(world, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exit.ok : exit.usage;
    return report(world, error);
  }
}

type Ended = (code: ExitCode) => void;

function build(world: CliWorld, ended: Ended): Command {
  const program = new Command("rolling-patch")
    .description(
      "Looks after rolls that `pulumi up` started, and plans without one. Commands with --inputs work from any machine that has the platform's credentials; credentials come from the environment, never from a file.",
    )
    .version(packageVersion(), "-V, --version", "print the version")
    .enablePositionalOptions()
    .showHelpAfterError("(add --help for what there is)")
    .addHelpText("after", `\n${exitCodes()}`);
  planning(program, world, ended);
  rolling(program, world, ended);
  history(program, world, ended);
  simulation(program, world, ended);
  quiet(program, world);
  return program;
}

function planning(program: Command, world: CliWorld, ended: Ended): void {
  program
    .command("plan")
    .summary("what a roll would do, from a fleet snapshot or a live target")
    .description("Says what a roll would do. Touches nothing.")
    .option("--fleet <file>", "fleet snapshot to plan for (see `snapshot`); without it the live target of --inputs")
    .option("--inputs <file>", "inputs of a resource as JSON: target, level, policy")
    .option("--version <level>", "level to plan for; beats the one in the files")
    .option("--policy <json>", "policy to plan with, JSON or a file; its fields beat those of --inputs")
    .addOption(new Option("--json", "all of it as JSON (see `schema plan`)").conflicts(["markdown", "html", "format"]))
    .addOption(new Option("--markdown", "for a pull request").conflicts(["html", "format"]))
    .addOption(new Option("--html", "one page for a browser, with a timeline").conflicts("format"))
    .addOption(new Option("--format <format>", "the same by name; text if none is named").choices(formats))
    .option("--effort <number>", "how hard to search, as named in plan ids; default: as `up` does", count)
    .addHelpText(
      "after",
      examples(
        `plan --fleet fleet.json --version 8.0.3 --policy '{"pinned": "shutdown"}'`,
        "plan --fleet fleet.json --policy policy.json --html > plan.html",
        "plan --fleet fleet.json --inputs .rolling-patch/inputs-shop-prod-fleet.json --markdown",
      ),
    )
    .action(async (options) => ended(await plan(world, options)));
  program
    .command("snapshot")
    .summary("save what a target looks like")
    .description(
      "Saves what a target looks like now, for `plan --fleet`. Touches nothing. A bug report is one such file.",
    )
    .addOption(inputs())
    .option("--version <level>", "level to compare the hosts with; default: that of the inputs")
    .option("--output <file>", "where to write it; default: standard output")
    .option("--anonymize", "made-up names for hosts, workloads, domains, owners; no free texts")
    .addHelpText(
      "after",
      examples("snapshot --inputs .rolling-patch/inputs-shop-prod-fleet.json --anonymize --output fleet.json"),
    )
    .action(async (options) => ended(await snapshot(world, options)));
  program
    .command("schema")
    .summary("print the JSON schema of a kind of file")
    .description(`Prints the JSON schema of a kind of file:\n${kinds()}`)
    .argument("<kind>", `one of ${Object.keys(schemas).join(", ")}`, schemaName)
    .action((name: SchemaName) => ended(schema(world, name)));
}

function rolling(program: Command, world: CliWorld, ended: Ended): void {
  program
    .command("status")
    .summary("who works on a fleet, how far, and what stands in the way")
    .description(
      "Looks at a fleet: lease, run, hosts that are out, halt, stop flag. Watches the lease for three beats.",
    )
    .addOption(inputs())
    .option("--json", "print it as JSON")
    .action(async (options) => ended(await status(world, options)));
  program
    .command("stop")
    .summary("ask the run for a safe point")
    .description(
      "Asks the run that works on a fleet for a safe point: it finishes the acts in flight, starts no further host and ends as paused.",
    )
    .addOption(inputs())
    .option("--wait", "wait until it is there")
    .action(async (options) => ended(await stop(world, options)));
  program
    .command("approve")
    .summary("let a run pass the gate at which it waits")
    .description(
      "Lets a run pass the gate at which it waits for people (see `status`): writes who and when into the fleet record. A process that waits goes on by itself. One person counts once, from whatever machine.",
    )
    .argument("<gate>", `one of ${approvalGate.options.join(", ")}`, gateName)
    .addOption(inputs())
    .option("--as <name>", "who approves; default: the user who runs this")
    .addHelpText("after", examples("approve canary", 'approve canary --as "$GITHUB_ACTOR"'))
    .action(async (gate: ApprovalGate, options) => ended(await approve(world, gate, options)));
  program
    .command("continue")
    .summary("go on with a run, without Pulumi")
    .description(
      "Goes on with the newest run where it ended, without Pulumi: as a service, as a job, by hand. Ctrl-C or SIGTERM asks for a safe point.",
    )
    .addOption(inputs("inputs that the run was started with, any other file is refused"))
    .action(async (options) => ended(await goOn(world, options)));
  program
    .command("restore")
    .summary("give back what a dead run put aside")
    .description(
      "Gives back what a dead run put aside: hosts that are at the level or were never patched, workloads it had shut down, settings of other actors. Refuses while a run holds the lease.",
    )
    .addOption(inputs())
    .option("--host <names...>", "only these hosts, and these even if the run had failed them")
    .action(async (options) => ended(await restore(world, options)));
}

function history(program: Command, world: CliWorld, ended: Ended): void {
  program
    .command("runs")
    .summary("the runs that this machine's journal knows")
    .description("Lists the runs that the journal of this project knows, newest first.")
    .option("--json", "print them as JSON")
    .action((options) => ended(runs(world, options)));
  program
    .command("show")
    .summary("what one run did, act for act")
    .description("Shows one run from the journal of this project.")
    .argument("[run]", "its id, or how it starts; default: the newest")
    .option("--host <name>", "only what concerns this host")
    .option("--all", "every entry, intents and results apart")
    .option("--json", "one JSON object per line, as recorded")
    .action((run: string | undefined, options) => ended(show(world, run, options)));
  program
    .command("report")
    .summary("the report of a run: verdict, timeline, evidence")
    .description(
      "Writes the report of a run, ended or not, from the journal of this project: a page, markdown and JSON beside the journal, or the one form that is asked for.",
    )
    .argument("[run]", "its id, or how it starts; default: the newest")
    .option("--open", "show the page in a browser")
    .addOption(new Option("--json", "print it as JSON (see `schema report`)").conflicts(["markdown", "html", "open"]))
    .addOption(new Option("--markdown", "print it for a pull request").conflicts(["html", "open"]))
    .option("--html", "print it as one page that stands alone")
    .option("--out <file>", "where to write that form, the page if none is named; default: standard output")
    .action(async (run: string | undefined, options) => ended(await reportRun(world, run, options)));
  program
    .command("export")
    .summary("the journal of a run as hash-chained JSON lines")
    .description(
      "Writes the journal of a run as JSON lines, each with the SHA-256 over itself and the one before, and tells the head: keep it apart.",
    )
    .argument("[run]", "its id, or how it starts; default: the newest")
    .option("--out <file>", "where to write it; default: standard output")
    .action((run: string | undefined, options) => ended(exportRun(world, run, options)));
  program
    .command("verify")
    .summary("whether an exported journal is as it was written")
    .description(
      "Finds a single byte that was changed in an exported journal, and lines that are missing, doubled, moved or cut off. Exit code 8: it is not as it was written.",
    )
    .argument("<file>", "what `export` wrote")
    .option("--head <hash>", "the head that it must have, as `export` told it or a report names it")
    .action((path: string, options) => ended(verify(world, path, options)));
}

function simulation(program: Command, world: CliWorld, ended: Ended): void {
  const sim = program
    .command("sim")
    .summary("embedded fleets: simulated hosts and workloads in a file")
    .description("Works on an embedded fleet by hand.")
    .enablePositionalOptions();
  const command = (name: string, description: string): Command =>
    sim.command(name).description(description).requiredOption("--file <file>", "the fleet file");
  command("create", "Makes a fleet file of a spec (see `schema fleet`).")
    .requiredOption("--spec <file>", "what it is made of, JSON")
    .option("--force", "replace an existing fleet file")
    .action(async (options) => ended(await simCreate(world, options)));
  command("show", "Shows a fleet as its owner sees it, faults and lies included.")
    .option("--json", "print all of it as JSON")
    .option("--events <count>", "newest events to show", count, 10)
    .action((options) => ended(simShow(world, options)));
  command("drift", "Lets a host be at another level, behind everybody's back.")
    .argument("<host>")
    .argument("<level>")
    .action((host: string, level: string, options) => ended(simDrift(world, host, level, options)));
  command("block", "Lets the platform be unable to take a host to another level, and say why.")
    .argument("<host>")
    .argument("<reason>")
    .addHelpText("after", examples(`sim block --file fleet.db node-02 "its CPU is not supported any more"`))
    .action((host: string, reason: string, options) => ended(simBlock(world, host, reason, options)));
  command("unblock", "Takes away what blocks a host.")
    .argument("<host>")
    .action((host: string, options) => ended(simUnblock(world, host, options)));
  command("fault", "Lets the fleet misbehave from now on (see `schema faults`).")
    .argument("<faults>", "JSON, or a file that holds it: one fault or a list")
    .addHelpText("after", examples(`sim fault --file fleet.db '{"kind": "patch-fails", "host": "node-02"}'`))
    .action((faults: string, options) => ended(simFault(world, faults, options)));
  command("take", "Lets an operator take a host away.")
    .argument("<host>")
    .action((host: string, options) => ended(simTake(world, host, options)));
  command("give", "Lets the operator give it back.")
    .argument("<host>")
    .action((host: string, options) => ended(simGive(world, host, options)));
}

/** Nothing ends the process or writes past the world. */
function quiet(command: Command, world: CliWorld): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => world.out(text.trimEnd()),
    writeErr: (text) => world.err(text.trimEnd()),
    outputError: (text, write) => write(text.replace(/^error: /, "rolling-patch: ")),
  });
  for (const sub of command.commands) quiet(sub, world);
}
