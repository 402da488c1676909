import type { Act } from "../core/act.ts";
import type { Fleet } from "../core/fleet.ts";

/**
 * Migrations in flight are booked at both ends: what can be neither planned nor started while they are, may be once they have
 * landed. Waiting for that has an end, whatever keeps moving.
 */
export class Landing {
  /** Longest wait in a row, fleet time. */
  readonly #patience: number;
  #until: number | undefined;
  #awaited = "";

  constructor(patience: number) {
    this.#patience = patience;
  }

  /** Starts to wait for what is in flight now, or goes on; returns it, empty when there is nothing (any more) to wait for. */
  wait(fleet: Fleet, acts: readonly Act[]): string[] {
    const flights = flightsOf(fleet, acts);
    if (flights.length > 0) this.#until ??= fleet.at + this.#patience;
    if (flights.length === 0 || fleet.at >= (this.#until ?? 0)) return [];
    this.#awaited = flights.join("\n");
    return flights;
  }

  /** The very same are waited for already: looking again at what was impossible then is no use. */
  isAwaiting(fleet: Fleet, acts: readonly Act[]): boolean {
    return this.#awaited !== "" && fleet.at < (this.#until ?? 0) && flightsOf(fleet, acts).join("\n") === this.#awaited;
  }

  /** Whatever it was waited for, it is possible now. */
  over(): void {
    this.#until = undefined;
    this.#awaited = "";
  }
}

/** Migrations that the platform shows, and those of ours that it does not show yet. */
function flightsOf({ workloads }: Fleet, acts: readonly Act[]): string[] {
  const seen = workloads.filter((one) => one.state === "running" && one.movingTo !== undefined);
  const known = new Set(seen.map(({ id }) => id));
  const begun = acts.flatMap((act) =>
    act.name === "migrate" && !known.has(act.workload) ? [`${act.workload} → ${act.to}`] : [],
  );
  return [...seen.map(({ id, movingTo }) => `${id} → ${movingTo}`), ...begun];
}
