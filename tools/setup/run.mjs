// @ts-check
import { spawn } from "node:child_process";

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} deadline  Seconds; the process is ended then and `why` says so.
 *
 * @typedef {object} RunResult
 * @property {boolean} ok
 * @property {string} out  Standard output and standard error as they came.
 * @property {string} why  Empty when ok, else one line: the telling one of what it said, or that the deadline passed.
 *
 * @typedef {(command: string, args: readonly string[], options: RunOptions) => Promise<RunResult>} Run
 */

const graceMs = 5_000;

/**
 * Runs a command to its end, quietly. Never throws: a command that cannot start is a result too.
 * @type {Run}
 */
export function run(command, args, { cwd, env, deadline }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: env ?? process.env, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let late = false;
    const deadlineTimer = setTimeout(() => {
      late = true;
      child.kill("SIGTERM");
      setTimeout(() => child.kill("SIGKILL"), graceMs).unref();
    }, deadline * 1_000);

    // Ended from outside, set-up leaves no build running behind it.
    const endWithChild = () => {
      child.kill("SIGTERM");
      process.exit(143);
    };
    process.once("SIGTERM", endWithChild);

    /** @param {boolean} ok @param {string} why */
    const end = (ok, why) => {
      clearTimeout(deadlineTimer);
      process.off("SIGTERM", endWithChild);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ ok, out, why: ok ? "" : why });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        out += text;
      });
    }
    child.on("error", (error) => {
      const missing = /** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT";
      end(false, missing ? `${command} was not found` : error.message);
    });
    child.on("exit", (code, signal) => {
      // The pipes may stay open in a grandchild: what has been said by now is what counts.
      setImmediate(() => {
        if (late) end(false, `no end within ${deadline} s`);
        else end(code === 0, tellingLine(out) ?? (signal ? `ended by ${signal}` : `exit code ${code}`));
      });
    });
  });
}

/**
 * The line that says most: npm's first error line, else the last line. Colours are left out.
 * @param {string} text
 */
export function tellingLine(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with a control character.
  const lines = text.replace(/\u001b\[[0-9;]*m/g, "").split("\n");
  const said = lines.map((line) => line.trim()).filter((line) => line !== "");
  const npmError = /^npm error (?!code |errno |syscall |path |dest )(\S.*)$/;
  return said.map((line) => npmError.exec(line)?.[1]).find((line) => line !== undefined) ?? said.at(-1);
}
