import { isRollError } from "../core/errors.ts";
import type { Ran } from "../engine/ports.ts";
import { type Answer, failed, type Question } from "./answer.ts";
import { tail } from "./evidence.ts";

/** Characters of what a program complains about that are shown. */
const SHOWN = 240;

/** Runs a program on the host at hand; `problem`: why it did not run to its end. Throws nothing else than bugs. */
export async function onHostAtHand(
  program: readonly string[],
  { host, signal, onHost }: Question,
): Promise<Ran | { readonly problem: string }> {
  if (onHost === undefined) return { problem: "this platform has no way to run a program on a host" };
  if (host === undefined) return { problem: "runs on the host at hand, but there is none" };
  try {
    return await onHost(host, program, signal);
  } catch (error) {
    if (!isRollError(error)) throw error;
    return { problem: signal.aborted ? `${program[0]} did not end on ${host}` : error.message };
  }
}

/** What a program prints on the host at hand; one that fails is a failed answer. */
export async function outputOf(
  program: readonly string[],
  question: Question,
): Promise<{ readonly stdout: string } | { readonly answer: Answer }> {
  const ran = await onHostAtHand(program, question);
  if ("problem" in ran) return { answer: failed(ran.problem) };
  if (ran.code === 0) return ran;
  const said = tail(ran.stderr.trim() || ran.stdout, SHOWN);
  return { answer: failed(`${program.join(" ")}: exit code ${ran.code}: ${said}`) };
}

/** What a program printed, as `parse` reads it; undefined: it is no such answer. */
export function readAs<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}
