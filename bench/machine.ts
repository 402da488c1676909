import { execFileSync } from "node:child_process";
import { cpus, loadavg, platform, release, totalmem } from "node:os";
import { repository } from "../tools/setup/context.mjs";
import { toolchain } from "../tools/toolchain.mjs";

/** Where and when figures were made, and how busy the machine was then. */
export interface Machine {
  readonly date: string;
  readonly commit: string;
  readonly node: string;
  readonly pulumi: string;
  readonly system: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Processes at work in the last minute, on average, before the first figure. */
  readonly load: number;
}

export function thisMachine(): Machine {
  const { env } = toolchain();
  return {
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
    commit: said("git", ["describe", "--always", "--dirty", "--exclude=*"]),
    node: process.version,
    pulumi: said("pulumi", ["version"], env),
    system: `${platform()} ${release()}`,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

function said(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  try {
    return execFileSync(command, args, {
      cwd: repository,
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown";
  }
}
