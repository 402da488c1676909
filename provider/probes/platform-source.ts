import { isRollError, RollError } from "../core/errors.ts";
import { SLICE } from "../core/impact/samples.ts";
import type { Probe } from "../core/probe.ts";
import type { Driver, Fleet } from "../engine/ports.ts";
import type { Roster } from "./roster.ts";
import { LOOK_BACK, PATIENCE, type Reading, type Source } from "./source.ts";

/** What the platform measures, of the workloads of a probe. Throws `invalid` where it measures nothing. */
export function platformSource(
  probe: Extract<Probe, { kind: "platform" }>,
  driver: Pick<Driver, "measure" | "clock">,
  roster: Roster,
): Source {
  if (driver.measure === undefined) {
    throw new RollError("invalid", `The probe "${probe.name}" asks the platform, but this platform measures nothing.`, {
      hint: "Use a probe of another kind, http or tcp for example.",
    });
  }
  const end = new AbortController();
  let begun: number | undefined;
  let trouble: string | undefined;
  return {
    follow(fleet: Fleet) {
      begun ??= fleet.at;
      roster.follow(fleet);
    },
    async read(asked): Promise<Reading> {
      const now = driver.clock.now();
      const since = Math.max(asked, (begun ?? now) - LOOK_BACK);
      const workloads = new Set(roster.members.map(({ id }) => id));
      try {
        const found =
          (await driver.measure?.(since, { workloads, rate: 1_000 / Math.max(1, roster.every) }, end.signal)) ?? [];
        trouble = undefined;
        return {
          slices: found.map((slice) => ({ ...slice, probe: probe.name })),
          until: Math.floor(now / SLICE) * SLICE,
        };
      } catch (error) {
        if (!isRollError(error)) throw error;
        trouble = `probe "${probe.name}": the platform does not tell what it measures: ${error.message}`;
        return { slices: [], until: Math.floor((now - PATIENCE) / SLICE) * SLICE };
      }
    },
    get notes() {
      return [...roster.notes, ...(trouble === undefined ? [] : [trouble])];
    },
    close: () => end.abort(),
  };
}
