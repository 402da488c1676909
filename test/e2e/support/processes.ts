import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { waitFor } from "./wait.ts";

/** How a command ended, and all that it said. */
export class Ended {
  readonly command: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** Standard output and standard error, as they came. */
  readonly output: string;

  constructor(command: string, code: number | null, signal: NodeJS.Signals | null, stdout: string, output: string) {
    this.command = command;
    this.code = code;
    this.signal = signal;
    this.stdout = stdout;
    this.output = output;
  }

  /** Throws with the whole output unless it ended well. */
  ok(): this {
    if (this.code !== 0) throw new Error(`${this.command} ended with ${this.code ?? this.signal}:\n${this.output}`);
    return this;
  }

  /** Throws with the whole output if it ended well or by a signal. */
  failed(): this {
    if (this.code === 0 || this.code === null)
      throw new Error(`${this.command} ended with ${this.code ?? this.signal}, not with an error:\n${this.output}`);
    return this;
  }
}

export interface StartOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Seconds after which it is killed and `ended` rejects. */
  readonly deadline?: number;
}

/** A command that runs, in a process group of its own. */
export class Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  readonly #command: string;
  readonly #child: ChildProcess;
  #stdout = "";
  #output = "";

  constructor(command: string, args: readonly string[], { cwd, env, deadline = 120 }: StartOptions) {
    this.#command = [command, ...args].join(" ");
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    this.pid = child.pid ?? 0;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#output += text;
    });
    this.ended = new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.kill("SIGKILL");
        reject(new Error(`${this.#command} has not ended after ${deadline} s:\n${this.#output}`));
      }, deadline * 1_000);
      // Not "close": what a killed command has started may hold its output open for long.
      child.on("error", reject);
      child.on("exit", (code, signal) => {
        clearTimeout(late);
        setImmediate(() => resolve(new Ended(this.#command, code, signal, this.#stdout, this.#output)));
      });
    });
    this.ended.catch(() => {});
  }

  /** What it has said so far. */
  get output(): string {
    return this.#output;
  }

  /** Until it has said this; the match. */
  said(pattern: RegExp, deadline = 60): Promise<RegExpExecArray> {
    const said = () => pattern.exec(this.#output) ?? undefined;
    const tell = () => this.#output;
    return this.during(waitFor(`"${pattern.source}" from ${this.#command}`, said, { deadline, tell }));
  }

  /** What is waited for must come before this command ends. */
  during<T>(wait: Promise<T>): Promise<T> {
    const over = this.ended.then(({ output }): never => {
      throw new Error(`${this.#command} ended too early:\n${output}`);
    });
    return Promise.race([wait, over]);
  }

  /** Signals this process alone, as a shell's `kill` does. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Signals its process group, as the terminal does on Ctrl-C. Providers have groups of their own. */
  interrupt(): void {
    process.kill(-this.pid, "SIGINT");
  }
}

/**
 * Living processes whose environment has this value under this name, with their command lines. Read from /proc: none are found
 * on systems without it.
 */
export function processesWith(name: string, value: string): { readonly pid: number; readonly command: string }[] {
  if (!existsSync("/proc/self/environ")) return [];
  const wanted = `${name}=${value}`;
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        if (!readFileSync(`/proc/${entry}/environ`, "utf8").split("\0").includes(wanted)) return [];
        const command = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0").join(" ").trim();
        return isAlive(Number(entry)) ? [{ pid: Number(entry), command }] : [];
      } catch {
        return []; // Gone, or not ours to look at.
      }
    });
}

/** Whether the process runs; one that has ended and waits for its parent to notice does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync("/proc/self/status") || !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
