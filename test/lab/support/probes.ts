import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { onTestFinished } from "vitest";
import type { Guest } from "./guest.ts";
import { until } from "./until.ts";
import type { GuestRecord } from "./watch.ts";

/** Probes that run, until they are asked what they saw. They end with the test in any case. */
export class Probes {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  #output = "";

  private constructor(guests: readonly Guest[]) {
    const prober = join(import.meta.dirname, "prober.ts");
    const targets = guests.map(({ name, address }) => `${name}=${address}`);
    const flags = ["--disable-warning=ExperimentalWarning", prober];
    this.#child = spawn(process.execPath, [...flags, ...targets], { stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#output += text;
    });
  }

  /** Opens a session to each of these running guests, and begins to ask them. */
  static async start(guests: readonly Guest[]): Promise<Probes> {
    const probes = new Probes(guests);
    onTestFinished(() => {
      probes.#child.kill("SIGKILL");
    });
    await until("probes have a session to every guest", async () => probes.#output.startsWith("probing"));
    return probes;
  }

  /** Ends them; what they saw, by the guest's name. */
  async stop(): Promise<Record<string, GuestRecord>> {
    this.#child.stdin.end();
    await once(this.#child, "close");
    const records: GuestRecord[] = JSON.parse(this.#output.replace("probing\n", ""));
    return Object.fromEntries(records.map((record) => [record.guest, record]));
  }
}

/** What every guest must have been spared, as a list of breaches: a restart, a broken session, silence for more than 3 s. */
export function breaches(records: Readonly<Record<string, GuestRecord>>, maxGapMs = 3_000): string[] {
  return Object.values(records).flatMap(({ guest, boots, tcpBroken, maxUdpGapMs }) => [
    ...(boots.length === 1 ? [] : [`${guest} answered with ${boots.length} boot ids`]),
    ...(tcpBroken === undefined ? [] : [`the session with ${guest} broke: ${tcpBroken}`]),
    ...(maxUdpGapMs < maxGapMs ? [] : [`${guest} was silent for ${maxUdpGapMs} ms`]),
  ]);
}
