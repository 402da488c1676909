import type { ApprovalGate } from "../../provider/core/approval.ts";
import { isRollError, type RollError } from "../../provider/core/errors.ts";
import { type Inputs, type InputsAsWritten, inputs as inputsSchema } from "../../provider/core/inputs.ts";
import {
  createWorld,
  type FleetSpecInput,
  memoryStore,
  parseFleetSpec,
  settle,
  simulatedDriver,
  type World,
} from "../../provider/drivers/simulated/index.ts";
import { Table } from "../../provider/drivers/simulated/world-table.ts";
import { type ApprovalRequest, requestApproval } from "../../provider/engine/approve.ts";
import type { GatePorts, HookMessage, HookRunner, SuiteRunner } from "../../provider/engine/gate-ports.ts";
import { memoryJournal } from "../../provider/engine/journal.ts";
import type { News } from "../../provider/engine/news.ts";
import type { CheckRunner, Clock, Driver, Journal } from "../../provider/engine/ports.ts";
import { type RollResult, roll } from "../../provider/engine/roll.ts";
import { windowsFor } from "../../provider/engine/windows.ts";
import { openMeter } from "../../provider/probes/meter.ts";
import { noGates } from "./gates.ts";
import { VirtualTime } from "./virtual-time.ts";

/** Fleet seconds in one second of process time, as on an embedded fleet: heartbeats would rule the test otherwise. */
const SCALE = 60;

export interface RigOptions {
  readonly fleet: FleetSpecInput;
  readonly version?: string;
  readonly policy?: InputsAsWritten["policy"];
  readonly checks?: InputsAsWritten["checks"];
  /** Asks checks for real; default: by the script below. */
  readonly runner?: (process: Clock) => CheckRunner;
  /** Checks that fail, and from which asking on (1: from the first); the others pass. */
  readonly failing?: Readonly<Record<string, number>>;
  readonly suites?: InputsAsWritten["suites"];
  readonly probes?: InputsAsWritten["probes"];
  /** Which tests of a suite fail, run after run; the last one repeats. A text: the suite fails as a whole, for this reason. */
  readonly red?: Readonly<Record<string, readonly (readonly string[] | string)[]>>;
  readonly hooks?: InputsAsWritten["hooks"];
  readonly silences?: InputsAsWritten["silences"];
  readonly notify?: InputsAsWritten["notify"];
  /** Other hands of the gates than those that always succeed. */
  readonly gates?: Partial<GatePorts>;
  /** Goes on from here instead of from `fleet`. */
  readonly from?: Snapshot;
  /** Told what the roll tells. */
  readonly hear?: (news: News) => void;
  /** Told after every event in the world. */
  readonly watch?: (world: World) => void;
}

/** A fleet, and what a script of checks remembers, at one moment. */
export interface Snapshot {
  readonly world: World;
  readonly asked: ReadonlyMap<string, number>;
}

export type Outcome =
  | { readonly kind: "ended"; readonly result: RollResult }
  | { readonly kind: "error"; readonly error: RollError }
  | { readonly kind: "killed" };

export interface UpOptions {
  readonly policy?: InputsAsWritten["policy"];
  readonly version?: string;
  readonly owner?: string;
  /** Names that the resource had before: the state of the stack knows them. */
  readonly formerly?: readonly string[];
  readonly journal?: Journal;
  /** Wraps the driver of this process: where crashes come from. */
  readonly through?: (driver: Driver) => Driver;
  /** Settles when this process dies. */
  readonly killed?: Promise<void>;
  readonly stop?: AbortSignal;
}

/** One embedded fleet in virtual time, and any number of processes that roll it. */
export class Rig {
  readonly time: VirtualTime;
  readonly world: World;
  readonly news: News[] = [];
  readonly journal: Journal = memoryJournal(() => "2026-01-05T08:00:00Z");
  readonly #options: RigOptions;
  readonly #store: ReturnType<typeof memoryStore>;
  readonly #checks: CheckRunner;
  readonly #asked: Map<string, number>;
  #ups = 0;

  constructor(options: RigOptions) {
    this.#options = options;
    this.time = new VirtualTime(options.from?.world.now);
    this.#asked = new Map(options.from?.asked);
    this.#checks = scripted(options.failing ?? {}, this.#asked);
    this.world =
      options.from === undefined
        ? createWorld(parseFleetSpec(options.fleet), this.time.now())
        : copyOf(options.from.world);
    this.#store = memoryStore(this.world, options.watch);
  }

  /** Another process's hands on the same fleet. */
  driver(): Driver {
    return simulatedDriver({ store: this.#store, clock: this.time.clock() });
  }

  inputs(options: UpOptions = {}): Inputs {
    return inputsSchema.parse({
      target: { kind: "simulated", file: "fleet.db" },
      baseline: { version: options.version ?? this.#options.version ?? "8.0.3" },
      policy: { ...this.#options.policy, ...options.policy },
      checks: this.#options.checks ?? [],
      suites: this.#options.suites ?? [],
      probes: this.#options.probes ?? [],
      hooks: this.#options.hooks ?? [],
      silences: this.#options.silences ?? [],
      notify: this.#options.notify ?? [],
      owner: options.owner ?? "project/stack/fleet",
    });
  }

  /** One `pulumi up`: a process of its own. Starts at once; use `time.run` to let it happen. */
  start(options: UpOptions = {}): Promise<Outcome> {
    this.#ups += 1;
    const inputs = this.inputs(options);
    const inner = this.driver();
    const driver = options.through?.(inner) ?? inner;
    const process = this.time.clock(1 / SCALE);
    const meter = openMeter(inputs.probes, { driver, process, wall: () => 0, environment: {} });
    const rolled = roll(
      {
        driver,
        process,
        checks: this.#options.runner?.(process) ?? this.#checks,
        gates: {
          ...noGates,
          suites: redSuites(this.#options.red ?? {}, this.#asked),
          hooks: this.#hooks(),
          ...this.#options.gates,
        },
        meter,
        journal: options.journal ?? this.journal,
        wall: () => new Date(this.time.now()).toISOString(),
        tell: (news) => {
          this.news.push(news);
          this.#options.hear?.(news);
        },
        windows: windowsFor(inputs.policy.windows, inputs.policy.freeze),
      },
      {
        inputs,
        inputsDigest: "digest",
        owners: [inputs.owner, ...(options.formerly ?? [])],
        newRunId: `run-${this.#ups}`,
        holder: `tester@rig, process ${this.#ups}`,
        instance: `process-${this.#ups}`,
        stop: options.stop ?? new AbortController().signal,
      },
    )
      .finally(() => meter?.close())
      .then(
        (result): Outcome => ({ kind: "ended", result }),
        (error: unknown): Outcome => {
          if (isRollError(error)) return { kind: "error", error };
          throw error;
        },
      );
    const killed = options.killed?.then((): Outcome => ({ kind: "killed" }));
    if (killed === undefined) return rolled;
    rolled.catch(() => {});
    return Promise.race([killed, rolled]);
  }

  /** Every message that a hook got, as it came. */
  readonly told: HookMessage[] = [];

  #hooks(): HookRunner {
    return {
      run: async (hook, message) => {
        this.told.push(message);
        return this.#checks.run(hook as never, undefined, new AbortController().signal);
      },
    };
  }

  /** `rolling-patch approve`, from any machine. */
  approve(gate: ApprovalGate, by: string): Promise<ApprovalRequest> {
    return this.time.run(requestApproval(this.driver().record, gate, by, new Date(this.time.now()).toISOString()));
  }

  /** One `pulumi up` to its end. */
  up(options: UpOptions = {}): Promise<Outcome> {
    return this.time.run(this.start(options));
  }

  /** The way it ended; throws when it did not end by itself. */
  async end(options: UpOptions = {}): Promise<RollResult> {
    const outcome = await this.up(options);
    if (outcome.kind === "ended") return outcome.result;
    throw outcome.kind === "error" ? outcome.error : new Error("the process was killed");
  }

  /** The fleet as it is now, for other rigs to go on from. */
  snapshot(): Snapshot {
    return { world: copyOf(this.world), asked: new Map(this.#asked) };
  }

  levels(): Record<string, string> {
    settle(this.world, this.time.now());
    return Object.fromEntries([...this.world.hosts.values()].map((host) => [host.id, host.running]));
  }
}

/** Rows are values and never change: a copy of their tables is a copy of the world. */
function copyOf(world: World): World {
  const copy = <Row extends { readonly id: string }>(rows: Iterable<Row>): Table<Row> => {
    const table = new Table<Row>();
    for (const row of rows) table.put(row);
    return table;
  };
  return {
    ...world,
    hosts: copy(world.hosts.values()),
    workloads: copy(world.workloads.values()),
    tasks: copy(world.tasks.values()),
    faults: copy(world.faults.values()),
    events: world.events.slice(-1),
  };
}

function redSuites(red: NonNullable<RigOptions["red"]>, asked: Map<string, number>): SuiteRunner {
  return {
    run: async ({ name }) => {
      const times = asked.get(`suite ${name}`) ?? 0;
      asked.set(`suite ${name}`, times + 1);
      const script = red[name] ?? [];
      const now = script[Math.min(times, script.length - 1)] ?? [];
      return typeof now === "string" ? { failing: [], broken: now } : { failing: now };
    },
  };
}

function scripted(failing: Readonly<Record<string, number>>, asked: Map<string, number>): CheckRunner {
  return {
    run: async ({ name }) => {
      const times = (asked.get(name) ?? 0) + 1;
      asked.set(name, times);
      const passed = times < (failing[name] ?? Number.POSITIVE_INFINITY);
      return { name, passed, evidence: passed ? "ok" : "HTTP 503, expected 200" };
    },
  };
}
