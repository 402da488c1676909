import { type Baseline, baselineKey } from "../core/baseline.ts";
import type { Fleet } from "../core/fleet.ts";
import type { Policy } from "../core/policy.ts";
import { emptyRecord, type FleetRecord } from "../core/record.ts";
import type { Target } from "../core/target.ts";
import type { Driver } from "../engine/ports.ts";
import { withWayBack } from "../engine/way-back.ts";
import type { Surroundings } from "./surroundings.ts";

/** What one look at a target shows: the live fleet and its small memory. */
export interface Look {
  readonly fleet: Fleet;
  /** The empty record if there is none yet. */
  readonly record: FleetRecord;
  /** Fleet seconds per real second. */
  readonly scale: number;
  /** The platform takes no host back to a former level. */
  readonly noWayBack?: true;
}

/**
 * Looks at targets, once for each target and baseline: read, check and diff of one process share what was seen. A changed
 * baseline takes a second look, since `wanted` is the platform's answer to a baseline (a range of packages, a certified image).
 * A look that failed is shared as well: a target that does not answer is asked once.
 */
export class Looks {
  readonly #surroundings: Pick<Surroundings, "openDriver">;
  readonly #seen = new Map<string, Promise<Look>>();

  constructor(surroundings: Pick<Surroundings, "openDriver">) {
    this.#surroundings = surroundings;
  }

  /** Throws RollErrors: `invalid`, `unavailable`, `denied`, `failed`. */
  look(target: Target, baseline: Baseline, policy: Regress = {}): Promise<Look> {
    const key = `${JSON.stringify(target)} ${baselineKey(baseline)} ${policy.onRegress === "rollback"}`;
    const seen = this.#seen.get(key) ?? this.#look(target, baseline, policy);
    this.#seen.set(key, seen);
    return seen;
  }

  /** What was seen no longer counts: something was done, or is about to be decided on live facts. */
  forget(): void {
    this.#seen.clear();
  }

  async #look(target: Target, baseline: Baseline, policy: Regress): Promise<Look> {
    const driver = await this.#surroundings.openDriver(target);
    try {
      return await lookWith(driver, baseline, policy);
    } finally {
      driver.close();
    }
  }
}

/** The part of a policy that a look depends on: hosts without a way back are blocked where one is wanted. */
export type Regress = Partial<Pick<Policy, "onRegress">>;

/** One look through a driver that is open already. */
export async function lookWith(
  driver: Driver,
  baseline: Baseline,
  { onRegress = "drain" }: Regress = {},
): Promise<Look> {
  const fleet = await withWayBack(driver, { onRegress }).observe(baseline);
  const stored = await driver.record.read();
  return {
    fleet,
    record: stored?.record ?? emptyRecord,
    scale: driver.clock.scale,
    ...(driver.wayBack === undefined ? { noWayBack: true } : {}),
  };
}

/** That part of a policy as it was declared or saved, whatever else is not known of it. */
export function regressOf(policy: unknown): Regress {
  const asked = typeof policy === "object" && policy !== null && "onRegress" in policy ? policy.onRegress : undefined;
  return asked === "rollback" ? { onRegress: asked } : {};
}
