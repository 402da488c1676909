/** Milliseconds of a minute. */
export const MINUTE = 60_000;

/** Samples of a workload that are left out after the end of each of its moves: caches are cold, neighbours disturbed. */
export const SETTLE = MINUTE;

/** Length of the second, disjoint window that has to confirm a suspicion, minutes. */
export const CONFIRM_MINUTES = 5;

/** One-sided level of the confirmation: 1 - 0.999. */
export const CONFIRM_LEVEL = 0.001;

/** One-sided error budget of a roll for each of latency and errors, split over its hosts and looks. */
const BUDGET = 0.02;

/** What the verdict on a host depends on besides what was seen. */
export interface ImpactSettings {
  /** Loss of median latency at which a host is convicted: 0.1 is 10 %. Half of it convicts the patch, pooled over hosts. */
  readonly tolerance: number;
  /** Hosts of this roll that are judged in one way or the other; the error budget is split over them. */
  readonly hosts: number;
  /** Minutes of full load at which is looked, rising. `looksOf` gives them. */
  readonly looks: readonly number[];
  /** Minutes of full load before which no host passes. Default 0. */
  readonly passNotBefore?: number;
}

/** Looks of a host, as far as its soak reaches: 5, 10 and 20 minutes of full load; 40 and 60 as well for a canary. */
export function looksOf(role: "canary" | "judged", soakMinutes: number): readonly number[] {
  const all = role === "canary" ? [5, 10, 20, 40, 60] : [5, 10, 20];
  const looks = all.filter((minutes) => minutes <= soakMinutes);
  // A shorter soak is looked at once, at its end; whether that is data enough is for the minimum rules to say.
  return looks.length > 0 ? looks : [soakMinutes];
}

/** A canary does not pass before the look at 20 minutes, or its last one. */
export function passNotBefore(role: "canary" | "judged", looks: readonly number[]): number {
  return role === "canary" ? Math.min(20, looks.at(-1) ?? 0) : 0;
}

/** One-sided level of one look. */
export function lookLevel({ hosts, looks }: ImpactSettings): number {
  return BUDGET / (Math.max(1, looks.length) * Math.max(1, hosts));
}
