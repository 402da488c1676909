import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import type { Check } from "../core/check.ts";
import { type Answer, failed, type Question, since } from "./answer.ts";
import { tail } from "./evidence.ts";
import { intoArgument } from "./host.ts";

/** All that a command gets of our environment: credentials never. */
const INHERITED = ["PATH", "HOME", "LANG"] as const;
/** Bytes of output that are kept, and characters of it that are shown. */
const KEPT = 4_096;
const SHOWN = 240;
/** How long output may still arrive from a process that has left the command's group, milliseconds. */
const LINGER = 200;

/**
 * Passes when the program exits with 0. It runs without a shell, in a process group of its own that is killed whole at
 * the timeout, on abort, and when the program itself has ended.
 */
export async function askCommand(check: Extract<Check, { kind: "command" }>, question: Question): Promise<Answer> {
  const [program = "", ...rest] = check.command;
  const name = intoArgument(program, question.host);
  if ("problem" in name) return failed(name.problem);
  const args: string[] = [];
  for (const argument of rest) {
    const substituted = intoArgument(argument, question.host);
    if ("problem" in substituted) return failed(substituted.problem);
    args.push(substituted.text);
  }
  return run(name.text, args, question);
}

/** Runs a program to its end, or until the signal kills all that it has started. */
export async function run(program: string, args: readonly string[], question: Question): Promise<Answer> {
  const { clock, signal } = question;
  const started = clock.now();
  const child = start(program, args, question.host);
  if (typeof child === "string") return failed(child);
  const output = collect(child);
  const kill = (): void => killGroup(child);
  signal.addEventListener("abort", kill, { once: true });
  const end = await ended(child);
  signal.removeEventListener("abort", kill);
  kill();
  await drained(child, question);
  const said = output();
  const words = signal.aborted && child.signalCode !== null ? "killed" : end;
  const text = `${words} after ${since(clock, started)}${said === "" ? "" : `: ${tail(said, SHOWN)}`}`;
  return { passed: child.exitCode === 0, evidence: text };
}

/** The started program, or why it could not be started. */
function start(program: string, args: readonly string[], host: string | undefined): ChildProcess | string {
  const inherited = INHERITED.flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]]]));
  const env = { ...Object.fromEntries(inherited), ...(host === undefined ? {} : { ROLLING_PATCH_HOST: host }) };
  try {
    return spawn(program, args, { shell: false, detached: true, env, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    return `cannot start ${JSON.stringify(program)}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Gathers the last bytes of both outputs, as they arrive. */
function collect(child: ChildProcess): () => string {
  let kept = Buffer.alloc(0);
  const keep = (chunk: Buffer): void => {
    kept = Buffer.concat([kept, chunk]).subarray(-KEPT);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return () => kept.toString("utf8");
}

function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(`cannot start ${JSON.stringify(child.spawnfile)}: ${startProblem(error)},`));
    child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : `ended by ${signal}`));
  });
}

function startProblem(error: Error): string {
  const code = "code" in error ? error.code : "";
  if (code === "ENOENT") return "no such program";
  return code === "EACCES" ? "not executable" : error.message;
}

/** Output that was written before the end is read; a process that fled from the group does not keep us waiting. */
async function drained(child: ChildProcess, { clock }: Question): Promise<void> {
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null && !stream.closed);
  const enough = new AbortController();
  const closed = Promise.all(streams.map((stream) => new Promise((resolve) => stream?.once("close", resolve))));
  await Promise.race([closed, clock.sleep(LINGER, enough.signal).catch(() => {})]);
  enough.abort();
  for (const stream of streams) stream?.destroy();
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, constants.signals.SIGKILL);
  } catch {
    // Nobody is left in it.
  }
}
