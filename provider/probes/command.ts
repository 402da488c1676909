import type { Check } from "../core/check.ts";
import { type Answer, failed, type Question, since } from "./answer.ts";
import { tail } from "./evidence.ts";
import { intoArgument } from "./host.ts";
import { onHostAtHand } from "./on-host.ts";
import { runProgram } from "./program.ts";

/** Characters of its output that are shown. */
const SHOWN = 240;

/**
 * Passes when the program exits with 0. It runs without a shell, in a process group of its own that is killed whole at
 * the timeout, on abort, and when the program itself has ended. On a host it runs as the platform runs programs there.
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
  return check.on === "host" ? runThere([name.text, ...args], question) : run(name.text, args, question);
}

/** The same on the host at hand. */
async function runThere(program: readonly string[], question: Question): Promise<Answer> {
  const { clock } = question;
  const started = clock.now();
  const ran = await onHostAtHand(program, question);
  if ("problem" in ran) return failed(ran.problem);
  const said = `${ran.stdout}\n${ran.stderr}`.trim();
  const text = `exit code ${ran.code} after ${since(clock, started)}${said === "" ? "" : `: ${tail(said, SHOWN)}`}`;
  return { passed: ran.code === 0, evidence: text };
}

/** Runs a program to its end, or until the signal kills all that it has started. */
export async function run(program: string, args: readonly string[], question: Question): Promise<Answer> {
  const { clock, signal, host } = question;
  const started = clock.now();
  const extra = host === undefined ? {} : { ROLLING_PATCH_HOST: host };
  const { code, words, said } = await runProgram({ program, args, extra }, clock, signal);
  const text = `${words} after ${since(clock, started)}${said === "" ? "" : `: ${tail(said, SHOWN)}`}`;
  return { passed: code === 0, evidence: text };
}
