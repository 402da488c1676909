import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** Milliseconds between two looks: what is allocated after the last look before a process ends is missed. */
const LOOK_EVERY = 20;

/** Follows the memory of those descendants of a process whose command line matches. Linux: read from /proc. */
export class PeakMemory {
  #peak: number | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #root: number;
  readonly #command: RegExp;
  readonly #ignored = new Set<number>();
  readonly #watched = new Set<number>();

  constructor(root: number, command: RegExp) {
    this.#root = root;
    this.#command = command;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY);
  }

  /** The most that any one of them held at any moment, MB; undefined: none was seen. */
  get peakMB(): number | undefined {
    return this.#peak;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const pid of descendants(this.#root)) {
      if (this.#ignored.has(pid)) continue;
      if (!this.#watched.has(pid)) {
        const command = procFile(pid, "cmdline").split("\0").join(" ");
        // A wrapper's shell becomes something else by exec: only other programs are ignored for good.
        if (!this.#command.test(command) || !isNode(command)) {
          if (isNode(command)) this.#ignored.add(pid);
          continue;
        }
        this.#watched.add(pid);
      }
      this.#peak = Math.max(this.#peak ?? 0, peakMB(pid) ?? 0);
    }
  }
}

/** Most memory that a process held so far, MB; undefined where /proc does not tell. */
export function peakMB(pid: number): number | undefined {
  const kB = /^VmHWM:\s+(\d+) kB$/m.exec(procFile(pid, "status"))?.[1];
  return kB === undefined ? undefined : Math.round((Number(kB) * 1024) / 1e6);
}

/** From now on the peak of this process counts anew. */
export function resetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // No Linux: there is no peak to ask for either.
  }
}

const isNode = (command: string): boolean => /^\S*node(\.exe)? /.test(command);

function descendants(pid: number): number[] {
  const found: number[] = [];
  for (const thread of procFolder(pid, "task")) {
    const children = procFile(pid, `task/${thread}/children`)
      .split(" ")
      .filter((text) => text !== "")
      .map(Number);
    for (const child of children) found.push(child, ...descendants(child));
  }
  return found;
}

function procFolder(pid: number, name: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/${name}`);
  } catch {
    return [];
  }
}

function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}
