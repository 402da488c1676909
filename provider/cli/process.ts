import { spawn } from "node:child_process";
import { writeSync } from "node:fs";
import { surroundings } from "../wiring.ts";
import { runCommand } from "./program.ts";
import type { CliWorld } from "./world.ts";

/** The command of this process: arguments, environment and signals are its own. */
export async function main(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", endQuietly);
  const code = await runCommand(process.argv.slice(2), realWorld());
  // An interrupted roll may still hold timers; everything else ends by itself.
  if (code === 130) process.exit(code);
  process.exitCode = code;
}

function realWorld(): CliWorld {
  return {
    env: process.env,
    cwd: process.cwd(),
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
    open: openInBrowser,
    around: (project, say, stop) => surroundings({ project, say, stop }),
    onInterrupt(callback) {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, callback);
      return () => {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, callback);
      };
    },
  };
}

/** By the desktop's own command; it goes on when this process has ended. */
function openInBrowser(path: string, failed: () => void): void {
  const [command = "", ...args] = { darwin: ["open"], win32: ["cmd", "/c", "start", ""] }[
    process.platform as string
  ] ?? ["xdg-open"];
  const child = spawn(command, [...args, path], { detached: true, stdio: "ignore" });
  child.on("error", failed);
  child.on("exit", (code) => {
    if (code !== 0) failed();
  });
  child.unref();
}

/** A reader who has gone, as in `rolling-patch show | head`, is no error of ours. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0);
  writeSync(2, `rolling-patch: the output cannot be written (${error.code})\n`);
  process.exit(7);
}
