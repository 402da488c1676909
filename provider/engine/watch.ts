import type { ImpactView } from "../core/decide/view.ts";
import { isRollError } from "../core/errors.ts";
import type { Fleet, Host, Workload } from "../core/fleet.ts";
import { type CountersSeen, type GuestSeen, type Limit, type Trip, watch } from "../core/impact/guards.ts";
import { SLICE, type Slice } from "../core/impact/samples.ts";
import { Samples } from "../core/impact/seen.ts";
import { own } from "../core/own.ts";
import type { RunEvent } from "../core/reduce.ts";
import type { RunMemory } from "../core/run.ts";
import { needsPatch } from "../core/verify.ts";
import type { Journal, Meter } from "./ports.ts";

/** A pause in what was measured that is longer makes a soak start over. */
const LONGEST_GAP = 60_000;
/** A slice that has not arrived so long after its end is a gap. */
const LATEST = 60_000;
/** Slices are forgotten this often, fleet time, when they are so much older than whatever is still asked about. */
const FORGETS_EVERY = 10 * 60_000;
const REMEMBERS = 60 * 60_000;
/** Soaks of hosts before that a verdict may compare with. */
const SOAKS = 4;
/** Guards are looked at this often, fleet time. */
export const GUARDS_EVERY = SLICE;

export interface WatchPorts {
  readonly meter: Meter;
  readonly journal: Pick<Journal, "slices" | "entries">;
  /** Id of the run. */
  readonly run: string;
  readonly limits: readonly Limit[];
  /** Puts slices where the next process finds them. */
  readonly keep: (slices: readonly Slice[]) => void;
}

/** What the service does while a roll is under way: keeps what the meter gives, and looks at the guards. */
export class Watch {
  readonly #meter: Meter;
  readonly #keep: (slices: readonly Slice[]) => void;
  readonly #limits: readonly Limit[];
  readonly #samples: Samples;
  readonly #places = new Map<string, string>();
  readonly #guests: GuestSeen[] = [];
  readonly #boots = new Map<string, string>();
  readonly #stopped = new Set<string>();
  readonly #problems = new Map<string, { at: number; what: string }[]>();
  readonly #counters = new Map<string, CountersSeen[]>();
  /** Up to when each host was guarded. */
  readonly #guarded = new Map<string, number>();
  #trips: Trip[] = [];
  #trouble: string | undefined;
  /** End of the newest slice. */
  #now = 0;
  #forgotten = 0;
  readonly #before: number;

  /** Goes on with what the journal kept of the run. */
  constructor({ meter, journal, run, limits, keep }: WatchPorts) {
    this.#meter = meter;
    this.#keep = keep;
    this.#limits = limits;
    const slices = journal.slices(run);
    const moves = journal.entries(run).flatMap(({ kind, at, data }) => {
      const { act } = data as { act?: { name: string; workload: string } };
      return kind === "did" && act?.name === "migrate" ? [{ workload: act.workload, at }] : [];
    });
    this.#samples = new Samples(slices, moves);
    this.#now = slices.reduce((last, { at }) => Math.max(last, at + SLICE), 0);
    this.#before = this.#now;
  }

  /** A host in its soak was not watched for a while, or the reference window was interrupted: both start over. */
  interrupted({ impact, hosts }: RunMemory, fleet: Fleet): RunEvent[] {
    if (impact === undefined || fleet.at - this.#before <= LONGEST_GAP) return [];
    const { reference } = impact;
    const again = reference !== undefined && reference.until === undefined && fleet.at > reference.from;
    const soaks = Object.entries(hosts).filter(
      ([, one]) => one.fullSince !== undefined && !one.passed.includes("soak"),
    );
    return [
      ...(again ? [{ kind: "reference" as const, moment: "began" as const, at: fleet.at }] : []),
      ...soaks.map(([host]) => ({ kind: "full load" as const, host, at: fleet.at })),
    ];
  }

  /** After every observation: where workloads are, which guests booted, what hosts count. */
  follow(fleet: Fleet, run: RunMemory): void {
    this.#meter.follow(fleet);
    for (const workload of fleet.workloads) {
      this.#followMove(workload, fleet.at);
      this.#followBoot(workload, fleet.at);
    }
    const watched = guarded(run);
    for (const host of fleet.hosts) if (watched.has(host.id)) this.#followState(host, fleet.at);
    for (const { id, errors } of fleet.hosts) {
      const seen = this.#counters.get(id) ?? [];
      if (errors === undefined || seen.at(-1)?.counters.errors === errors) continue;
      seen.push({ at: fleet.at, counters: { errors } });
      this.#counters.set(id, seen);
    }
  }

  /**
   * Takes what was measured since, and looks at the guards. True: one of them has something to say that it had not. `at`: fleet time; what
   * has not arrived a minute after it was due never will, so that silence ends what waits for data.
   */
  async take(run: RunMemory, at: number): Promise<boolean> {
    const slices = await this.#meter.slices(this.#now).catch(gap);
    if (slices.length > 0) {
      this.#keep(slices);
      for (const slice of slices) this.#samples.add(slice);
      this.#now = slices.reduce((last, { at }) => Math.max(last, at + SLICE), this.#now);
    }
    this.#now = Math.max(this.#now, SLICE * Math.floor((at - LATEST) / SLICE));
    this.#forget(run);
    return this.#guard(run);
  }

  /** What no verdict can still ask about goes: a roll of a night would fill the memory. The journal has it. */
  #forget({ impact, hosts }: RunMemory): void {
    if (impact === undefined || this.#now < this.#forgotten + FORGETS_EVERY) return;
    this.#forgotten = this.#now;
    const { reference, undisturbed, watched } = impact;
    const soaks = Object.values(hosts).flatMap(({ fullSince }) => fullSince ?? []);
    const begun = reference !== undefined && reference.until === undefined ? [reference.from] : [];
    const asked = undisturbed.filter(({ kind }, index) => kind === "baseline" || index >= undisturbed.length - SOAKS);
    this.#samples.keepOnly(asked, Math.min(this.#now, ...soaks, ...begun, ...Object.values(watched)) - REMEMBERS);
  }

  /** Some host takes load or has it back, and is guarded. */
  isOn(run: RunMemory): boolean {
    return guarded(run).size > 0;
  }

  /** For a decision; trips are handed over once. */
  view(probed: ReadonlySet<string>): ImpactView {
    const trips = this.#trips;
    this.#trips = [];
    const trouble = this.#trouble === undefined ? {} : { trouble: this.#trouble };
    return { seen: this.#samples, now: this.#now, probed, trips, ...trouble };
  }

  close(): void {
    this.#meter.close();
  }

  #followMove({ id, host, state }: Workload, at: number): void {
    const before = this.#places.get(id);
    if (state !== "running") return;
    this.#places.set(id, host);
    if (before !== undefined && before !== host) this.#samples.moved({ workload: id, at });
  }

  /** A host that was proven and is gone, below the level or degraded again. */
  #followState(host: Host, at: number): void {
    if (host.held) return;
    const what =
      host.state === "up"
        ? (host.problem ?? (needsPatch(host) ? `it is at ${host.evidence} instead of ${host.wanted}` : undefined))
        : `it is ${host.state}`;
    if (what === undefined) return;
    const seen = this.#problems.get(host.id) ?? [];
    seen.push({ at, what });
    this.#problems.set(host.id, seen.slice(-20));
  }

  /** Boots, each once. One after we had it stopped was to be expected. */
  #followBoot({ id, state, bootId }: Workload, at: number): void {
    if (state !== "running") this.#stopped.add(id);
    if (state !== "running" || bootId === undefined || this.#boots.get(id) === bootId) return;
    const expected = this.#stopped.delete(id) ? { expected: true } : {};
    this.#boots.set(id, bootId);
    this.#guests.push({ workload: id, at, bootId, ...expected });
  }

  #on(host: string): string[] {
    return [...this.#places].flatMap(([id, at]) => (at === host ? [id] : []));
  }

  /** Hosts that take load or have it back, until they are no longer watched. */
  #guard(run: RunMemory): boolean {
    const { impact, hosts } = run;
    if (impact === undefined) return false;
    const touched = new Set([...Object.keys(hosts), ...Object.keys(impact.watched)]);
    const trouble = this.#trouble;
    this.#trouble = undefined;
    for (const [host, from] of guarded(run)) {
      if (run.convicted.includes(host)) continue;
      const since = Math.max(from, this.#guarded.get(host) ?? from);
      const reference = impact.undisturbed.filter(({ to }) => to <= (own(impact.patched, host) ?? 0)).at(-1);
      if (reference === undefined) continue;
      const workloads = own(hosts, host)?.homes ?? this.#on(host);
      const found = watch({
        ...{ host, workloads, from, since, touched, reference },
        now: this.#now,
        seen: this.#samples,
        guests: this.#guests,
        counters: this.#counters.get(host) ?? [],
        limits: this.#limits,
        problems: this.#problems.get(host) ?? [],
      });
      this.#guarded.set(host, this.#now);
      this.#trips.push(...found.trips);
      this.#trouble ??= found.trouble?.sentence;
    }
    return this.#trips.length > 0 || (trouble === undefined) !== (this.#trouble === undefined);
  }
}

/** Hosts whose guards are on, and since when. */
function guarded({ impact, hosts }: RunMemory): ReadonlyMap<string, number> {
  const found = new Map<string, number>(Object.entries(impact?.watched ?? {}));
  for (const [host, memory] of Object.entries(hosts)) {
    const from = own(impact?.patched, host);
    if (from !== undefined && memory.passed.includes("verify")) found.set(host, memory.fullSince ?? from);
  }
  return found;
}

/** A platform that does not answer measures nothing: a gap, which is none of the roll's errors. */
function gap(error: unknown): readonly Slice[] {
  if (isRollError(error) && error.kind === "unavailable") return [];
  throw error;
}
