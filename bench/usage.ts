import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** What a process has used so far. Linux: read from /proc. */
export interface Usage {
  /** Most memory that it held at any moment, MB. */
  readonly peakMB: number;
  /** Processor time of all its threads, seconds: hardly touched by what else the machine does. */
  readonly cpuSeconds: number;
}

/** Ticks of a second in /proc, on every Linux that Node.js runs on. */
const TICKS = 100;

/** Undefined where /proc does not tell, or the process is gone. */
export function usageOf(pid: number): Usage | undefined {
  const kB = /^VmHWM:\s+(\d+) kB$/m.exec(procFile(pid, "status"))?.[1];
  if (kB === undefined) return undefined;
  // The name of the program, in parentheses, may hold spaces: fields are counted from behind it.
  const fields = procFile(pid, "stat")
    .replace(/^.*\) /s, "")
    .split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { peakMB: Math.round((Number(kB) * 1024) / 1e6), cpuSeconds: ticks / TICKS };
}

/** From now on the peak of this process counts anew. */
export function resetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // No Linux: there is no peak to ask for either.
  }
}

/** Milliseconds between two looks: what is used after the last look before a process ends is missed. */
const LOOK_EVERY = 20;

/** Follows those Node.js processes among the descendants of a process whose command line matches. */
export class Watched {
  readonly #timer: NodeJS.Timeout;
  readonly #root: number;
  readonly #command: RegExp;
  readonly #ignored = new Set<number>();
  readonly #seen = new Map<number, Usage>();

  constructor(root: number, command: RegExp) {
    this.#root = root;
    this.#command = command;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY);
  }

  /** Of the one that used most; undefined: none was seen. */
  get most(): Usage | undefined {
    const all = [...this.#seen.values()];
    if (all.length === 0) return undefined;
    const most = (key: keyof Usage): number => Math.max(...all.map((usage) => usage[key]));
    return { peakMB: most("peakMB"), cpuSeconds: most("cpuSeconds") };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const pid of descendants(this.#root)) {
      if (this.#ignored.has(pid) || !(this.#seen.has(pid) || this.#matches(pid))) continue;
      const usage = usageOf(pid);
      if (usage !== undefined) this.#seen.set(pid, usage);
    }
  }

  /** A shell may become something else by exec; what is Node.js stays what it is. */
  #matches(pid: number): boolean {
    const command = procFile(pid, "cmdline").split("\0").join(" ");
    const isNode = /^\S*node(\.exe)? /.test(command);
    const matches = isNode && this.#command.test(command);
    if (isNode && !matches) this.#ignored.add(pid);
    return matches;
  }
}

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
