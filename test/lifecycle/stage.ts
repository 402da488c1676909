import { isDeepStrictEqual } from "node:util";
import type { RollError } from "../../provider/core/errors.ts";
import type { FleetRecord } from "../../provider/core/record.ts";
import { heardBy, type Voice } from "../../provider/doors/speech.ts";
import {
  type Fault,
  type FaultInput,
  type FleetSpecInput,
  fault,
  memoryFleet,
} from "../../provider/drivers/simulated/index.ts";
import { addFault } from "../../provider/drivers/simulated/world-faults.ts";
import { block, drift, operatorGives, operatorTakes } from "../../provider/drivers/simulated/world-operator.ts";
import { memoryJournal } from "../../provider/engine/journal.ts";
import type { Driver } from "../../provider/engine/ports.ts";
import type { Checked } from "../../provider/lifecycle/check.ts";
import { type Lifecycle, lifecycle, memoryOf } from "../../provider/lifecycle/lifecycle.ts";
import { PartialFailure } from "../../provider/lifecycle/partial.ts";
import type { Props } from "../../provider/lifecycle/props.ts";
import type { Surroundings } from "../../provider/lifecycle/surroundings.ts";
import { openMeter } from "../../provider/probes/meter.ts";
import { noGates } from "../support/gates.ts";
import { VirtualTime } from "../support/virtual-time.ts";

export const owner = "shop/prod/fleet";

/** What Pulumi has saved of the resource. */
export interface Saved {
  readonly id: string;
  readonly inputs: Props;
  readonly outputs: Props;
}

/** One run of the engine over the resource. */
export interface Turn {
  readonly failures: Checked["failures"];
  readonly inputs: Props;
  /** `same`: no step. */
  readonly step: "same" | "create" | "update" | "replace" | "failed";
  readonly partial?: PartialFailure;
}

export interface StageOptions {
  readonly refresh?: boolean;
}

/** An embedded fleet, and a stand-in for the engine that declares it: every preview and every `up` is a process of its own. */
export class Stage {
  readonly time = new VirtualTime();
  readonly fleet: ReturnType<typeof memoryFleet>;
  readonly said: { readonly text: string; readonly severity: string }[] = [];
  readonly progress: string[] = [];
  readonly files = new Map<string, string>();
  /** Calls that reached the platform, by name. */
  readonly calls: string[] = [];
  /** What opening the target throws now. */
  trouble: RollError | undefined;
  stop = new AbortController();
  saved: Saved | undefined;
  #runs = 0;
  readonly #refresh: boolean;
  readonly #journal = memoryJournal(() => "2026-01-05T08:00:00Z");

  constructor(spec: FleetSpecInput, { refresh = true }: StageOptions = {}) {
    this.fleet = memoryFleet(spec, this.time.clock());
    this.#refresh = refresh;
  }

  /** `pulumi preview`: nothing is saved. */
  async preview(declared: Props): Promise<Turn> {
    const { turn } = await this.#plan(this.process(), declared);
    return turn;
  }

  /** `pulumi up --skip-preview`. */
  async up(declared: Props): Promise<Turn> {
    const provider = this.process();
    const { turn, refreshed } = await this.#plan(provider, declared);
    if (turn.step === "failed") return turn;
    const { inputs } = turn;
    if (turn.step === "same") {
      this.saved = refreshed === undefined ? undefined : { ...refreshed, inputs };
      return turn;
    }
    try {
      const applied = await this.time.run(
        refreshed === undefined ? provider.create(inputs) : provider.update(refreshed.outputs, inputs),
      );
      this.saved = { id: refreshed?.id ?? applied.id, inputs, outputs: applied.outs };
      return turn;
    } catch (error) {
      if (!(error instanceof PartialFailure)) throw error;
      // What the engine keeps: the inputs of the last good update, the new outputs.
      this.saved = { id: error.id, inputs: refreshed?.inputs ?? inputs, outputs: error.properties };
      return { ...turn, partial: error };
    }
  }

  async destroy(): Promise<void> {
    await this.time.run(this.process().delete(this.saved?.outputs ?? {}));
    this.saved = undefined;
  }

  /** A new process of the provider. */
  process(): Lifecycle {
    return lifecycle(this.around());
  }

  /** A new process of the plugin, whose rolls take no time. */
  pluginProcess(stop: AbortSignal): (voice: Voice) => Lifecycle {
    const around = { ...this.around(), stop };
    const memory = memoryOf(around);
    return (voice) => {
      const at = lifecycle(heardBy(around, voice), memory);
      return {
        ...at,
        create: (news) => this.time.run(at.create(news)),
        update: (olds, news) => this.time.run(at.update(olds, news)),
        delete: (saved) => this.time.run(at.delete(saved)),
      };
    };
  }

  around(): Surroundings {
    this.#runs += 1;
    const run = this.#runs;
    return {
      openDriver: async () => {
        if (this.trouble !== undefined) throw this.trouble;
        return this.#counted(this.fleet.driver);
      },
      openJournal: () => ({ ...this.#journal, close: () => {} }),
      checks: { run: async ({ name }) => ({ name, passed: true, evidence: "ok" }) },
      gates: noGates,
      openMeter: (probes, driver) =>
        openMeter(probes, { driver, process: this.time.clock(), wall: () => 0, environment: {} }),
      process: this.time.clock(),
      wall: () => new Date(this.time.now()).toISOString(),
      say: (text, severity = "info") => this.said.push({ text, severity }),
      progress: (text) => this.progress.push(text),
      files: {
        folder: ".rolling-patch",
        planOut: undefined,
        typed: (path) => `/project/${path}`,
        write: (path, text) => this.files.set(path, text),
      },
      holder: `tester@stage, process ${run}`,
      instance: `process-${run}`,
      newRunId: () => `run-${run}`,
      stop: this.stop.signal,
    };
  }

  /** Everything that was said since the last call. */
  hear(): string {
    return this.said
      .splice(0)
      .map(({ text, severity }) => (severity === "warning" ? `warning: ${text}` : text))
      .join("\n");
  }

  drift(host: string, level: string): void {
    this.fleet.store.run(this.time.clock(), (world) => drift(world, host, level));
  }

  operator(does: "takes" | "gives", host: string): void {
    this.fleet.store.run(this.time.clock(), (world) => (does === "takes" ? operatorTakes : operatorGives)(world, host));
  }

  block(host: string, reason: string): void {
    this.fleet.store.run(this.time.clock(), (world) => block(world, host, reason));
  }

  fault(input: FaultInput): void {
    const parsed: Fault = fault.parse(input);
    this.fleet.store.run(this.time.clock(), (world) => addFault(world, parsed));
  }

  async record(): Promise<FleetRecord | undefined> {
    return (await this.fleet.driver.record.read())?.record;
  }

  async #plan(provider: Lifecycle, declared: Props): Promise<{ turn: Turn; refreshed: Saved | undefined }> {
    const refreshed = await this.#refreshed(provider);
    const { inputs, failures } = await provider.check(refreshed?.inputs ?? {}, json(declared));
    mustBeJson(inputs);
    if (failures.length > 0) return { turn: { failures, inputs, step: "failed" }, refreshed };
    if (refreshed === undefined) return { turn: { failures, inputs, step: "create" }, refreshed };
    const { changes, replaces } = provider.diff(refreshed.outputs, inputs);
    return {
      turn: { failures, inputs, step: replaces.length > 0 ? "replace" : changes ? "update" : "same" },
      refreshed,
    };
  }

  async #refreshed(provider: Lifecycle): Promise<Saved | undefined> {
    if (this.saved === undefined || !this.#refresh) return this.saved;
    const { props, inputs } = await provider.read(this.saved.outputs);
    mustBeJson(props);
    return { id: this.saved.id, inputs, outputs: props };
  }

  #counted(driver: Driver): Driver {
    const counted = <T extends object>(of: T, prefix = ""): T =>
      new Proxy(of, {
        get: (target, key) => {
          const value: unknown = Reflect.get(target, key);
          if (typeof value === "function") {
            return (...args: unknown[]) => {
              this.calls.push(`${prefix}${String(key)}`);
              return value.apply(target, args);
            };
          }
          const isPort = (key === "record" || key === "actors") && typeof value === "object" && value !== null;
          return isPort ? counted(value, `${key}.`) : value;
        },
      });
    return counted(driver);
  }
}

/** What a program declares, with the provider's text as Pulumi adds it. */
export function declare(policy?: Props, more: Props = {}): Props {
  return {
    target: { kind: "simulated", file: "fleet.db" },
    baseline: { version: "8.0.3" },
    ...(policy === undefined ? {} : { policy }),
    owner,
    __provider: "exports.handler = …",
    ...more,
  };
}

/** The engine takes nothing but JSON. */
function mustBeJson(value: unknown): void {
  if (!isDeepStrictEqual(json(value), value)) throw new Error(`not plain JSON: ${JSON.stringify(value)}`);
}

function json<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
