import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../tools/setup/context.mjs";
import { type Figure, medianOf } from "./figures.ts";
import type { SshCost } from "./ssh-process.ts";

export interface SshSize {
  readonly hosts: number;
  readonly rounds: number;
  /** Upper bounds that the project sets itself. */
  readonly aims?: { readonly seconds?: number; readonly memoryMB?: number };
}

const FLAGS = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];

/** Hosts reached over SSH in parallel, one connection each, by a fresh process each time; one process stands in for all of them. */
export async function sshPart(sizes: readonly SshSize[]): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "ssh-bench-"));
  const script = (name: string): string => join(repository, "bench", name);
  const hosts = spawn(process.execPath, [...FLAGS, script("ssh-hosts.ts")], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const [line] = await once(hosts.stdout, "data");
    const { port, known } = JSON.parse(String(line));
    const [knownHosts, key] = [join(folder, "known_hosts"), join(folder, "key")];
    writeFileSync(knownHosts, `[127.0.0.1]:${port} ${known}\n`);
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    const observe = (count: number): SshCost => {
      const args = [...FLAGS, script("ssh-process.ts"), String(count), String(port), knownHosts, key];
      return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
    };
    return sizes.flatMap((size) =>
      figuresOf(
        size,
        Array.from({ length: size.rounds }, () => observe(size.hosts)),
      ),
    );
  } finally {
    hosts.stdin.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function figuresOf({ hosts, aims = {} }: SshSize, costs: readonly SshCost[]): Figure[] {
  const part = `ssh to ${hosts} hosts at once`;
  const seconds = aims.seconds === undefined ? {} : { aim: aims.seconds };
  const memory = aims.memoryMB === undefined ? {} : { aim: aims.memoryMB };
  const of = (name: keyof SshCost): number[] => costs.flatMap((cost) => cost[name] ?? []);
  return [
    { part, figure: "connect and first script", ...medianOf(of("firstSeconds")), unit: "s", ...seconds },
    { part, figure: "next script", ...medianOf(of("nextSeconds")), unit: "s" },
    ...(of("cpuSeconds").length === 0
      ? []
      : [{ part, figure: "processor time, start included", ...medianOf(of("cpuSeconds")), unit: "s" }]),
    ...(of("memoryMB").length === 0
      ? []
      : [{ part, figure: "peak memory of the controller", ...medianOf(of("memoryMB")), unit: "MB", ...memory }]),
  ];
}
