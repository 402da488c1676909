import { closeSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "../engine/folders.ts";

/** Bytes of the beginning and of the end that are kept of an output. */
const HEAD = 256 * 1024;
const TAIL = 768 * 1024;

/**
 * A file for what a program says, for its owner's eyes only, of bounded size: the beginning as it comes, the end when it is over.
 * A disk that is full costs the file, not the program.
 */
export class KeptOutput {
  readonly path: string;
  #file: number | undefined;
  #written = 0;
  #left = 0;
  #tail: Buffer[] = [];
  #tailSize = 0;

  constructor(path: string) {
    this.path = path;
    this.#try(() => {
      makeFolder(dirname(path), 0o700);
      this.#file = openSync(path, "w", 0o600);
    });
  }

  heard(chunk: Buffer): void {
    const room = Math.max(0, HEAD - this.#written);
    if (room > 0) this.#write(chunk.subarray(0, room));
    this.#written += chunk.length;
    const rest = chunk.subarray(room);
    if (rest.length === 0) return;
    this.#tail.push(rest);
    this.#tailSize += rest.length;
    while (this.#tailSize - (this.#tail[0]?.length ?? 0) >= TAIL) {
      const gone = this.#tail.shift()?.length ?? 0;
      this.#tailSize -= gone;
      this.#left += gone;
    }
  }

  /** The path, if there is a file. `last`: a line of ours at its end. */
  end(last: string): string | undefined {
    if (this.#left > 0) this.#write(Buffer.from(`\n… ${this.#left} bytes left out …\n`));
    for (const chunk of this.#tail) this.#write(chunk);
    this.#write(Buffer.from(`\n${last}\n`));
    const file = this.#file;
    this.#try(() => file !== undefined && closeSync(file));
    return file === undefined ? undefined : this.path;
  }

  #write(bytes: Buffer): void {
    const file = this.#file;
    if (file !== undefined) this.#try(() => writeSync(file, bytes));
  }

  #try(work: () => unknown): void {
    try {
      work();
    } catch {
      // What it said is a help for people; the roll does not depend on it.
    }
  }
}
