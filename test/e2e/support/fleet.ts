import {
  addFault,
  blockHost,
  createFleetFile,
  describeWorld,
  driftHost,
  type FaultInput,
  type FileStore,
  type FleetSpecInput,
  openFleetFile,
  operatorGives,
  operatorTakes,
  type WorldEvent,
} from "../../../provider/drivers/simulated/index.ts";
import { fleetClock } from "../../../provider/engine/clock.ts";
import { waitFor } from "./wait.ts";

export interface FastFleet {
  /** Levels by host; or how many hosts at 8.0.1. */
  readonly hosts?: number | Readonly<Record<string, string>>;
  /** Movable workloads of 8 GiB for each host. Default 2. */
  readonly perHost?: number;
  /** Fleet seconds per real second. Default 60: about a second for each host. */
  readonly scale?: number;
  readonly faults?: FleetSpecInput["faults"];
  /** Further fields of the host with this name. */
  readonly host?: Readonly<Record<string, Partial<FleetSpecInput["hosts"][number]>>>;
  readonly more?: readonly NonNullable<FleetSpecInput["workloads"]>[number][];
}

/**
 * Hosts esx-01 … of 64 GiB that patch and boot within a minute of fleet time. Fast by their own nature rather than by a high
 * scale, so that deadlines, which count in minutes, stay far away on a busy machine.
 */
export function fastFleet({ hosts = 4, perHost = 2, scale = 60, faults = [], host = {}, more = [] }: FastFleet = {}) {
  const levels =
    typeof hosts === "number"
      ? Object.fromEntries(Array.from({ length: hosts }, (_, n) => [named(n), "8.0.1"]))
      : hosts;
  return {
    scale,
    migration: { fixed: 1, perGiB: 0.25 },
    times: { stage: 2, stop: 2, start: 2 },
    hosts: Object.entries(levels).map(([id, level]) => {
      return { id, level, memory: 64, cpu: 32, patch: 20, boot: 10, ...host[id] };
    }),
    workloads: [
      ...Object.keys(levels).flatMap((id, n) =>
        Array.from({ length: perHost }, (_, k) => ({ id: `vm-${n + 1}${"abcdef"[k]}`, host: id, memory: 8, cpu: 2 })),
      ),
      ...more,
    ],
    faults: [...faults],
  } satisfies FleetSpecInput;
}

const named = (index: number): string => `esx-${String(index + 1).padStart(2, "0")}`;

/** The fleet file of a test, seen and changed by hand as its owner or an operator would. */
export class FleetFile {
  readonly path: string;
  readonly workloads: number;
  #store: FileStore | undefined;

  constructor(path: string, spec: FleetSpecInput) {
    createFleetFile(path, spec);
    this.path = path;
    this.workloads = spec.workloads?.length ?? 0;
  }

  /** Level that each host really runs. */
  levels(): Record<string, string> {
    return this.#look((world) =>
      Object.fromEntries(Array.from(world.hosts.values(), (host) => [host.id, host.running])),
    );
  }

  /** Hosts that are cordoned or bear a mark. */
  out(): string[] {
    return this.#look((world) =>
      Array.from(world.hosts.values())
        .filter((host) => host.cordoned || host.mark !== undefined)
        .map((host) => host.id),
    );
  }

  /** The fleet record, if there is one. */
  record() {
    return this.#look((world) => world.record?.record);
  }

  actors() {
    return this.#look((world) => world.actors);
  }

  describe() {
    return describeWorld(this.path, { events: 0 });
  }

  /** All that has happened, oldest first. */
  events(): WorldEvent[] {
    return this.#open().events(50_000);
  }

  /** What was done to hosts and workloads by calls of ours that had an effect, in order: "cordon esx-01", "migrate vm-1a esx-02". */
  acts(after = 0): string[] {
    return this.events()
      .filter((event) => event.by === "run" && (event.outcome === "done" || event.outcome === "begun"))
      .filter((event) => event.seq > after && (event.host !== undefined || event.workload !== undefined))
      .map((event) =>
        [event.what, event.workload ?? event.host, event.to].filter((part) => part !== undefined).join(" "),
      );
  }

  /** Number of the newest event. */
  get seq(): number {
    return this.#open().events(1)[0]?.seq ?? 0;
  }

  /** Until so many acts of ours have begun since the event `after`. */
  hasSeen(count: number, after = 0, deadline = 60): Promise<true> {
    return waitFor(`${count} acts on the fleet`, () => this.acts(after).length >= count, {
      deadline,
      tell: () => this.acts(after).join("\n"),
    });
  }

  /** Until this act has begun or is done: "remediate esx-02". */
  hasBegun(act: string, after = 0, deadline = 60): Promise<true> {
    return waitFor(`"${act}" on the fleet`, () => this.acts(after).includes(act), {
      deadline,
      tell: () => this.acts(after).join("\n"),
    });
  }

  drift(host: string, level: string): void {
    driftHost(this.path, host, level);
  }

  fault(fault: FaultInput): void {
    addFault(this.path, fault);
  }

  block(host: string, reason: string): void {
    blockHost(this.path, host, reason);
  }

  operatorTakes(host: string): void {
    operatorTakes(this.path, host);
  }

  operatorGives(host: string): void {
    operatorGives(this.path, host);
  }

  /**
   * What must hold whatever happened to the processes, as a list of breaches: those that the fleet itself has seen, workloads
   * lost or doubled, more hosts out at once than allowed.
   */
  breaches(maxUnavailable = 1): string[] {
    const { violations, workloads } = this.describe();
    const running = workloads.filter((one) => one.state === "running").length;
    return [
      ...violations,
      ...(running === this.workloads ? [] : [`${running} of ${this.workloads} workloads run`]),
      ...tooManyOut(this.events(), maxUnavailable),
    ];
  }

  close(): void {
    this.#store?.close();
    this.#store = undefined;
  }

  #open(): FileStore {
    this.#store ??= openFleetFile(this.path);
    return this.#store;
  }

  #look<T>(
    look: Parameters<FileStore["look"]>[1] extends (world: infer World) => unknown ? (world: World) => T : never,
  ): T {
    const store = this.#open();
    return store.look(fleetClock(store.clock), look);
  }
}

function tooManyOut(events: readonly WorldEvent[], most: number): string[] {
  const out = new Set<string>();
  const found: string[] = [];
  for (const { by, what, outcome, host } of events) {
    if (by !== "run" || outcome !== "done" || host === undefined) continue;
    if (what === "uncordon") out.delete(host);
    if (what === "cordon") out.add(host);
    if (out.size > most) found.push(`out at once: ${[...out].join(", ")}`);
  }
  return found;
}
