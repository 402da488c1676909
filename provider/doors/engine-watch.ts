import { readFileSync } from "node:fs";
import { connect } from "node:net";

export interface EngineWatchOptions {
  /** Where the engine listens, `host:port`; undefined: not known, only the parents are watched. */
  readonly address: string | undefined;
  /** Milliseconds between two looks. Default 1000. */
  readonly every?: number;
  /** The process that is the engine, as far as it can be told; another answer later means that it has died. */
  readonly parent?: () => string;
}

/** Looks in a row in which nobody listens at the engine's address. */
const SILENT_LOOKS = 3;

/**
 * Watches whether the engine lives, and calls back once when it has died: our parents change then, and nobody listens at its
 * address any more. A slow answer proves nothing. Does not keep the process alive. Returns what ends the watch.
 */
export function watchEngine(
  { address, every = 1_000, parent = engineProcess }: EngineWatchOptions,
  died: () => void,
): () => void {
  const before = parent();
  let silent = 0;
  let looking = false;
  const timer = setInterval(async () => {
    if (looking) return;
    looking = true;
    silent = (await isRefused(address)) ? silent + 1 : 0;
    looking = false;
    if (silent < SILENT_LOOKS && parent() === before) return;
    clearInterval(timer);
    died();
  }, every);
  timer.unref();
  return () => clearInterval(timer);
}

/** The engine's address is the last argument of the dynamic provider's process. */
export function engineAddress(argv: readonly string[]): string | undefined {
  const last = argv.at(-1) ?? "";
  return /^[\w.[\]:-]+:\d+$/.test(last) ? last : undefined;
}

/** Our parent; where that is the shell script that wraps dynamic providers, its parent as well, since the script outlives the engine. */
function engineProcess(): string {
  const parent = process.ppid;
  return isWrapper(parent) ? `${parent} of ${parentOf(parent)}` : `${parent}`;
}

function isWrapper(pid: number): boolean {
  return procFile(pid, "cmdline").includes("pulumi-resource-");
}

/** Field 4 of the stat line; the name before it may hold spaces and parentheses. */
function parentOf(pid: number): string {
  const stat = procFile(pid, "stat");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? "";
}

/** Empty where there is no /proc: the address is then watched alone. */
function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}

function isRefused(address: string | undefined): Promise<boolean> {
  if (address === undefined) return Promise.resolve(false);
  const colon = address.lastIndexOf(":");
  return new Promise((resolve) => {
    const socket = connect({
      host: address.slice(0, colon).replace(/^\[|\]$/g, ""),
      port: Number(address.slice(colon + 1)),
    });
    socket.setTimeout(2_000);
    const settle = (refused: boolean): void => {
      socket.destroy();
      resolve(refused);
    };
    socket.once("connect", () => settle(false));
    socket.once("timeout", () => settle(false));
    socket.once("error", (error: NodeJS.ErrnoException) => settle(error.code === "ECONNREFUSED"));
  });
}
