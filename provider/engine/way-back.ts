import { type Baseline, baselineKey } from "../core/baseline.ts";
import { complianceOf } from "../core/compliance.ts";
import { isRollError } from "../core/errors.ts";
import type { Fleet, Host } from "../core/fleet.ts";
import type { Policy } from "../core/policy.ts";
import type { Driver, WayBack } from "./ports.ts";

/**
 * The driver as a policy wants it. With `onRegress: "rollback"` a host that could not go back is blocked, with the reason, before anything moves, and
 * staging makes sure of it once more. Any other policy, or a platform without a way back: the same driver.
 */
export function withWayBack(driver: Driver, { onRegress }: Pick<Policy, "onRegress">): Driver {
  const { wayBack } = driver;
  if (onRegress !== "rollback" || wayBack === undefined) return driver;
  const scout = new Scout(wayBack);
  return {
    ...driver,
    observe: async (baseline, signal) => scout.over(await driver.observe(baseline, signal), baseline, signal),
    stage: async (host, baseline, context) => {
      await driver.stage(host, baseline, context);
      await wayBack.secure(host, context);
    },
  };
}

/** Asks once for each host as it stands: what a way back takes is dear to find out, and changes with the packages only. */
class Scout {
  readonly #wayBack: WayBack;
  readonly #known = new Map<string, { readonly key: string; readonly missing: string | undefined }>();

  constructor(wayBack: WayBack) {
    this.#wayBack = wayBack;
  }

  async over(fleet: Fleet, baseline: Baseline, signal: AbortSignal | undefined): Promise<Fleet> {
    const hosts = await Promise.all(
      fleet.hosts.map(async (host) => {
        const missing = mayStart(host, fleet) ? await this.#missing(host, baseline, signal) : undefined;
        return missing === undefined ? host : blocked(host, missing);
      }),
    );
    return { ...fleet, hosts };
  }

  async #missing({ id, level, wanted, bootId }: Host, baseline: Baseline, signal: AbortSignal | undefined) {
    const key = [level, wanted, bootId, baselineKey(baseline)].join(" ");
    const known = this.#known.get(id);
    if (known?.key === key) return known.missing;
    try {
      const missing = await this.#wayBack.missing(id, baseline, signal);
      this.#known.set(id, { key, missing });
      return missing;
    } catch (error) {
      // It has just fallen silent: the next look says so, and staging asks for certain.
      if (isRollError(error) && error.kind === "unavailable") return undefined;
      throw error;
    }
  }
}

/** One that is out already is finished, whatever its way back. */
function mayStart(host: Host, { scheme }: Fleet): boolean {
  return host.state === "up" && host.mark === undefined && complianceOf(host, scheme).compliance === "drifted";
}

function blocked(host: Host, missing: string): Host {
  const reason = `it could not be taken back (policy.onRegress): ${missing}`;
  return { ...host, finding: { compliance: "blocked", reason } };
}
