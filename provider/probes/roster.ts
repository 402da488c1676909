import type { Workload } from "../core/fleet.ts";
import type { Probe } from "../core/probe.ts";
import { asksForAddress, isMeant, sampleOf } from "../core/probe-rules.ts";
import type { Fleet } from "../engine/ports.ts";

interface Seen {
  readonly at: number;
  readonly host: string;
}

/** Changes of host that are remembered of each workload. */
const KEPT = 32;

/** Whom a probe measures, and where they are and were. */
export class Roster {
  readonly #probe: Probe;
  /** How many the cap allows. */
  readonly #most: number;
  readonly #seen = new Map<string, Seen[]>();
  #members: readonly Workload[] = [];
  #notes: readonly string[] = [];

  constructor(probe: Probe, most: number) {
    this.#probe = probe;
    this.#most = most;
  }

  /** Those that run now and are measured, in the order of their names. */
  get members(): readonly Workload[] {
    return this.#members;
  }

  get notes(): readonly string[] {
    return this.#notes;
  }

  follow(fleet: Fleet, first: ReadonlySet<string>): void {
    const probe = this.#probe;
    const meant = fleet.workloads.filter((one) => isMeant(probe.workloads, one));
    const able = asksForAddress(probe) ? meant.filter(({ address }) => address !== undefined) : meant;
    // The sample is taken of those that are stopped as well: it does not change when one stops for a while.
    const sample = sampleOf(able, this.#most, first);
    this.#members = sample.filter(({ state }) => state === "running");
    for (const { id, host } of this.#members) this.#see(id, { at: fleet.at, host });
    this.#notes = [
      ...(meant.length === 0 ? [`probe "${probe.name}" matches no workload now`] : []),
      ...(able.length < meant.length ? [lacking(probe, meant, able)] : []),
      ...(sample.length < able.length
        ? [
            `probe "${probe.name}": its cap allows ${sample.length} of ${able.length} workloads; always the same sample of them is measured`,
          ]
        : []),
    ];
  }

  /** Where the workload was, as far as has been seen. */
  hostAt(workload: string, time: number): string | undefined {
    const seen = this.#seen.get(workload);
    return (seen?.findLast(({ at }) => at <= time) ?? seen?.[0])?.host;
  }

  #see(workload: string, now: Seen): void {
    const seen = this.#seen.get(workload);
    if (seen === undefined) this.#seen.set(workload, [now]);
    else if (seen.at(-1)?.host !== now.host) {
      seen.push(now);
      if (seen.length > KEPT) seen.shift();
    }
  }
}

function lacking(probe: Probe, meant: readonly Workload[], able: readonly Workload[]): string {
  const without = meant.filter((one) => !able.includes(one)).map(({ id }) => id);
  const some = without.slice(0, 5).join(", ");
  return `probe "${probe.name}": the platform knows no address of ${without.length} of ${meant.length} workloads, which are not measured (${some}${without.length > 5 ? ", …" : ""})`;
}
