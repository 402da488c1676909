// @ts-check
import { spawn } from "node:child_process";

/**
 * Runs a command with this process's terminal and gives its exit code. Ctrl-C reaches the command from the terminal by itself and
 * is its own business; SIGTERM is passed on.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} [options]
 * @returns {Promise<number>}
 */
export function handOver(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: "inherit" });
    const stay = () => {};
    const passOn = () => child.kill("SIGTERM");
    process.on("SIGINT", stay);
    process.on("SIGTERM", passOn);
    const end = (/** @type {number} */ code) => {
      process.off("SIGINT", stay);
      process.off("SIGTERM", passOn);
      resolve(code);
    };
    child.on("error", (error) => {
      console.error(`${command} does not start: ${error.message}`);
      end(127);
    });
    child.on("exit", (code, signal) => end(code ?? (signal === "SIGINT" ? 130 : 1)));
  });
}
