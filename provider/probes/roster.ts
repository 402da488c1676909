import { readable } from "../core/duration.ts";
import type { Workload } from "../core/fleet.ts";
import type { Probe } from "../core/probe.ts";
import { type Share, shareOf } from "../core/probe-rules.ts";
import type { Fleet } from "../engine/ports.ts";

interface Seen {
  readonly at: number;
  readonly host: string;
}

/** Changes of host that are remembered of each workload. */
const KEPT = 32;

/** Whom a probe measures, how often, and where they are and were. */
export class Roster {
  readonly #probe: Probe;
  readonly #perSecond: number;
  readonly #seen = new Map<string, Seen[]>();
  #members: readonly Workload[] = [];
  #every = 0;
  #notes: readonly string[] = [];

  /** @param perSecond requests per fleet second that the cap allows. */
  constructor(probe: Probe, perSecond: number) {
    this.#probe = probe;
    this.#perSecond = perSecond;
  }

  /** Those that run now and are measured, in the order of their names. */
  get members(): readonly Workload[] {
    return this.#members;
  }

  /** Fleet ms between two requests to one of them. */
  get every(): number {
    return this.#every;
  }

  get notes(): readonly string[] {
    return this.#notes;
  }

  follow(fleet: Fleet): void {
    const share = shareOf(this.#probe, this.#perSecond, fleet.workloads);
    // Once it had to be asked less often, it stays so: a pace that goes up and down helps nobody.
    this.#every = Math.max(this.#every, share.every);
    this.#members = share.measured.filter(({ state }) => state === "running");
    for (const { id, host } of this.#members) this.#see(id, { at: fleet.at, host });
    this.#notes = notesOf(this.#probe, share, this.#every);
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

function notesOf(probe: Probe, { meant, able, measured }: Share<Workload>, every: number): string[] {
  const lacking = meant.filter((one) => !able.includes(one)).map(({ id }) => id);
  const some = `${lacking.slice(0, 5).join(", ")}${lacking.length > 5 ? ", …" : ""}`;
  const isSlowed = "every" in probe && every > probe.every;
  return [
    ...(meant.length === 0 ? ["matches no workload now"] : []),
    ...(lacking.length === 0
      ? []
      : [
          `the platform knows no address of ${lacking.length} of ${meant.length} workloads, which are not measured (${some})`,
        ]),
    ...(measured.length < able.length
      ? [`its cap allows ${measured.length} of ${able.length} workloads; always the same sample of them is measured`]
      : []),
    ...(isSlowed
      ? [
          `its cap allows to ask ${measured.length} workloads every ${every / 1_000} s, not every ${readable(probe.every)}`,
        ]
      : []),
  ].map((text) => `probe "${probe.name}": ${text}`);
}
