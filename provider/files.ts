import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { RollError } from "./core/errors.ts";
import { makeFolder } from "./engine/folders.ts";

/** The folder of the Pulumi project: the nearest one with a Pulumi.yaml (a program may be in a folder below), else where we are. */
export function projectFolder(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"].some((name) => existsSync(join(folder, name)))) return folder;
    if (folder === dirname(folder)) return from;
  }
}

/**
 * Writes a file that only its owner may read, whole or not at all, with its folders. A folder of ours is kept out of version
 * control: what is in it belongs to one machine.
 */
export function writeOwn(project: string, path: string, text: string): void {
  const file = resolve(project, path);
  const folder = dirname(file);
  try {
    makeFolder(folder, 0o700);
    if (basename(folder) === ".rolling-patch" && !existsSync(resolve(folder, ".gitignore"))) {
      writeFileSync(resolve(folder, ".gitignore"), "*\n");
    }
    replaceFile(file, text);
  } catch (error) {
    const { code = "unknown error", syscall, path: at } = error as NodeJS.ErrnoException;
    const why = syscall === "mkdir" ? `the folder ${at} cannot be made, ${code}` : code;
    throw new RollError("failed", `${path} cannot be written (${why}).`, {
      hint: "Make room or change its rights, or name another folder with ROLLING_PATCH_DIR (for the plan, another file with ROLLING_PATCH_PLAN_OUT).",
      cause: error,
    });
  }
}

function replaceFile(file: string, text: string): void {
  const fresh = `${file}.${process.pid}`;
  try {
    writeFileSync(fresh, text, { mode: 0o600 });
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
