import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { runCommand } from "../../provider/cli/program.ts";
import type { CliWorld } from "../../provider/cli/world.ts";
import type { InputsAsWritten } from "../../provider/core/inputs.ts";
import { type FleetSpecInput, type MemoryFleet, memoryFleet } from "../../provider/drivers/simulated/index.ts";
import { openJournal } from "../../provider/engine/journal.ts";
import type { Clock, Driver } from "../../provider/engine/ports.ts";
import { inputsDigest } from "../../provider/lifecycle/inputs-file.ts";
import { lifecycle } from "../../provider/lifecycle/lifecycle.ts";
import { PartialFailure } from "../../provider/lifecycle/partial.ts";
import type { Props } from "../../provider/lifecycle/props.ts";
import type { Surroundings } from "../../provider/lifecycle/surroundings.ts";
import { smallFleet } from "../support/fleets.ts";
import { noGates } from "../support/gates.ts";
import { VirtualTime } from "../support/virtual-time.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Fleet seconds per second of a process. */
const FASTER = 20;

/** A project folder, an embedded fleet in virtual time, and commands that run on them as they would in a shell. */
export class CliRig {
  readonly folder = mkdtempSync(join(tmpdir(), "rp-cli-"));
  readonly time: VirtualTime;
  readonly fleet: MemoryFleet;
  readonly env: Record<string, string> = {};
  /** Called when a command installs its handler for Ctrl-C. */
  interrupts: (() => void)[] = [];
  /** Pages that were shown in a browser. */
  readonly opened: string[] = [];
  /** Tells what a command has printed so far. */
  printed: (text: string) => void = () => {};
  #processes = 0;

  constructor(spec: FleetSpecInput = smallFleet(), existing?: { time: VirtualTime; fleet: MemoryFleet }) {
    this.time = existing?.time ?? new VirtualTime();
    this.fleet = existing?.fleet ?? memoryFleet(spec, this.time.clock(FASTER));
    onTestFinished(() => rmSync(this.folder, { recursive: true }));
  }

  /** Writes a file of the project; returns its name. */
  write(name: string, content: unknown): string {
    writeFileSync(join(this.folder, name), typeof content === "string" ? content : JSON.stringify(content));
    return name;
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }

  /** Writes an inputs file; returns its name. */
  inputs(change: Partial<InputsAsWritten> = {}): string {
    return this.write("inputs.json", `${JSON.stringify(this.declared(change), null, 2)}\n`);
  }

  declared(change: Partial<InputsAsWritten> = {}): InputsAsWritten {
    const target = { kind: "simulated", file: "fleet.db" } as const;
    return { target, baseline: { version: "8.0.3" }, policy: {}, owner: "shop/prod/fleet", ...change };
  }

  digest(name: string): string {
    return inputsDigest(this.read(name));
  }

  /** One command, to its end. */
  run(...args: string[]): Promise<Ran> {
    return this.time.run(this.start(...args));
  }

  /** One command; `time.run` lets it happen. */
  async start(...args: string[]): Promise<Ran> {
    const seen = { out: "", err: "" };
    const code = await runCommand(args, this.#world(seen));
    return { code, ...seen };
  }

  /** One `pulumi up`; the error text when it ended early. `olds`: what was saved before. */
  async up(inputs: InputsAsWritten, stop = new AbortController().signal, olds: Props = {}): Promise<string> {
    const around = this.around(() => {}, stop);
    try {
      await this.time.run(lifecycle(around).update(olds, JSON.parse(JSON.stringify(inputs))));
      return "done";
    } catch (error) {
      if (error instanceof PartialFailure) return error.message;
      throw error;
    }
  }

  around(say: Surroundings["say"], stop: AbortSignal): Surroundings {
    this.#processes += 1;
    const { driver } = this.fleet;
    const clock: Clock = this.time.clock();
    const wall = (): string => new Date(this.time.now()).toISOString();
    return {
      openDriver: async (): Promise<Driver> => ({ ...driver, close: () => {} }),
      openJournal: () => openJournal(join(this.folder, ".rolling-patch"), { wall }),
      openMeter: () => undefined,
      checks: { run: async ({ name }) => ({ name, passed: true, evidence: "ok" }) },
      gates: noGates,
      process: clock,
      wall,
      say,
      files: { folder: ".rolling-patch", planOut: undefined, typed: (path) => path, write: () => {} },
      holder: `tester@rig, process ${this.#processes}`,
      instance: `process-${this.#processes}`,
      newRunId: () => `run-${this.#processes}`,
      stop,
    };
  }

  #world(seen: { out: string; err: string }): CliWorld {
    const print = (stream: "out" | "err", text: string): void => {
      seen[stream] += `${text}\n`;
      this.printed(text);
    };
    return {
      env: this.env,
      cwd: this.folder,
      out: (text) => print("out", text),
      err: (text) => print("err", text),
      open: (path) => this.opened.push(path),
      around: (_project, say, stop) => this.around(say, stop),
      onInterrupt: (callback) => {
        this.interrupts.push(callback);
        return () => {
          this.interrupts = this.interrupts.filter((one) => one !== callback);
        };
      },
    };
  }
}
