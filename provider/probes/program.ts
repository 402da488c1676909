import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { own } from "../core/own.ts";
import type { Clock } from "../engine/ports.ts";

/** All that a program gets of our environment unless more is named: credentials never. */
const INHERITED = ["PATH", "HOME", "LANG"] as const;
/** Bytes of output that are kept. */
const KEPT = 4_096;
/** How long output may still arrive from a process that has left the program's group, milliseconds. */
const LINGER = 200;

export interface Program {
  readonly program: string;
  readonly args: readonly string[];
  /** Names of environment variables that it gets besides the usual ones. */
  readonly env?: readonly string[];
  /** Variables that it gets whatever our environment says. */
  readonly extra?: Readonly<Record<string, string>>;
  /** What it reads from its standard input; nothing by default. */
  readonly stdin?: string;
  /** Told what it says, as it comes. */
  heard?(chunk: Buffer, stream: "out" | "err"): void;
}

export interface ProgramEnd {
  /** Its exit code; null: it did not start, or a signal ended it. */
  readonly code: number | null;
  /** "exit code 1", "killed", "cannot start …": for a sentence. */
  readonly words: string;
  /** The last bytes of what it said. */
  readonly said: string;
}

/**
 * Runs a program without a shell, in a process group of its own that is killed whole when the signal aborts and when the
 * program itself has ended. Never throws for what the program does.
 */
export async function runProgram(asked: Program, clock: Clock, signal: AbortSignal): Promise<ProgramEnd> {
  const child = start(asked);
  if (typeof child === "string") return { code: null, words: child, said: "" };
  const said = collect(child, asked);
  const kill = (): void => killGroup(child);
  if (signal.aborted) kill();
  signal.addEventListener("abort", kill, { once: true });
  feed(child, asked.stdin);
  const end = await ended(child);
  signal.removeEventListener("abort", kill);
  kill();
  await drained(child, clock);
  const words = signal.aborted && child.signalCode !== null ? "killed" : end;
  return { code: child.exitCode, words, said: said() };
}

/** The started program, or why it could not be started. */
function start({ program, args, env = [], extra = {}, stdin }: Program): ChildProcess | string {
  const names = [...INHERITED, ...env];
  const inherited = names.flatMap((key) => {
    const value = own(process.env, key);
    return value === undefined ? [] : [[key, value]];
  });
  try {
    return spawn(program, args, {
      shell: false,
      detached: true,
      env: { ...Object.fromEntries(inherited), ...extra },
      stdio: [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
  } catch (error) {
    return `cannot start ${JSON.stringify(program)}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** A program that does not read what it is given, or has ended, is no error. */
function feed(child: ChildProcess, text: string | undefined): void {
  child.stdin?.on("error", () => {});
  child.stdin?.end(text);
}

/** Gathers the last bytes of both outputs, as they arrive. */
function collect(child: ChildProcess, asked: Program): () => string {
  let kept = Buffer.alloc(0);
  const keep = (stream: "out" | "err") => (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]).subarray(-KEPT);
    asked.heard?.(chunk, stream);
  };
  child.stdout?.on("data", keep("out"));
  child.stderr?.on("data", keep("err"));
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
async function drained(child: ChildProcess, clock: Clock): Promise<void> {
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
