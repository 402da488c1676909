import { createSocket } from "node:dgram";
import { until } from "./until.ts";

/** What a guest says of itself in each answer. */
export interface Answer {
  readonly name: string;
  readonly bootId: string;
  /** Answers since it booted. */
  readonly counter: number;
  /** Seconds since it booted. */
  readonly uptime: number;
  /** What it was asked, or what that led to. */
  readonly said: string;
}

/** Port of its service, UDP and TCP. */
export const port = 7000;

/** A guest of the lab, as its user sees it: by its address, wherever it runs. */
export class Guest {
  readonly name: string;
  readonly address: string;

  constructor(name: string) {
    this.name = name;
    this.address = `10.77.0.${100 + Number(name.slice(1))}`;
  }

  /** Answer to one line, or undefined when none comes in time. */
  ask(line: string, milliseconds = 1_000): Promise<Answer | undefined> {
    const socket = createSocket("udp4");
    return new Promise<Answer | undefined>((resolve, reject) => {
      const late = setTimeout(resolve, milliseconds, undefined);
      socket.on("message", (text) => {
        clearTimeout(late);
        resolve(parseAnswer(text.toString()));
      });
      socket.on("error", reject);
      socket.send(line, port, this.address, (error) => error && reject(error));
    }).finally(() => socket.close());
  }

  /** Asks until it answers. */
  answers(line = "hello"): Promise<Answer> {
    return until(`${this.name} answers`, () => this.ask(line));
  }

  async bootId(): Promise<string> {
    return (await this.answers()).bootId;
  }

  /** Writes to memory all the time, so that there is always something left to copy. At most 16 MB; 0, 0 ends it. */
  async dirty(kbPerSecond: number, megabytes: number): Promise<void> {
    await this.answers(`dirty ${kbPerSecond} ${megabytes}`);
  }

  /** Writes a word to its disk. */
  async store(word: string): Promise<void> {
    await this.answers(`store ${word}`);
  }

  /** The word on its disk. */
  async load(): Promise<string> {
    return (await this.answers("load")).said;
  }
}

/** NAME BOOT-ID COUNTER UPTIME LINE, as guest/init.c writes it. */
export function parseAnswer(text: string): Answer {
  const [name = "", bootId = "", counter, uptime, ...said] = text.trim().split(" ");
  return { name, bootId, counter: Number(counter), uptime: Number(uptime), said: said.join(" ") };
}
