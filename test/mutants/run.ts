import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "..", "..");

/** What a worker found: absent where nothing was wrong. `seed`: of the first thing that was, where it draws lots. */
export interface Noticed {
  readonly why?: string;
  readonly seed?: number | null;
}

/** Runs a worker of this folder with one mutant in place (`""`: the sources as they are), in a process of its own. */
export async function noticed(mutant: string, worker: string, args: readonly string[], timeout = 0): Promise<Noticed> {
  const node = ["--disable-warning=ExperimentalWarning", "--import", "./test/mutants/loader.mjs"];
  const { stdout } = await run(process.execPath, [...node, `test/mutants/${worker}.ts`, ...args], {
    cwd: ROOT,
    env: { ...process.env, MUTANT: mutant },
    timeout,
  });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");
}
