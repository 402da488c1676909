import { type Baseline, baselineKey } from "../../../core/baseline.ts";
import { onHost, STATE } from "../on-host.ts";
import type { Shell } from "../ssh/shell.ts";
import { APT, GLANCE, INSPECTION, listsFor } from "./apt.ts";
import { type Inspection, readGlance, readInspection } from "./facts.ts";
import { kernelPackage, type LevelReading, levelFrom } from "./level.ts";
import { RPM_GLANCE, RPM_INSPECTION } from "./rpm.ts";

export type { LevelReading } from "./level.ts";

/** Longest that the dear part may take, process milliseconds: lists are fetched. */
const INSPECTION_TIMEOUT = 180_000;

const byFamily = (deb: string, rpm: string): string =>
  `${APT}\nif command -v dpkg-query >/dev/null 2>&1; then\n${deb}\nelse\n${rpm}\nfi`;
const LOOK = byFamily(GLANCE, RPM_GLANCE);

/** Remembers the dear part of readings while nothing has changed. */
export class LevelCache {
  readonly #inspections = new Map<string, { readonly key: string; readonly of: Inspection }>();

  /** What is remembered of a host under this key, or what `read` comes to. */
  async inspection(host: string, key: string, read: () => Promise<Inspection>): Promise<Inspection> {
    const known = this.#inspections.get(host);
    if (known?.key === key) return known.of;
    const of = await read();
    this.#inspections.set(host, { key, of });
    return of;
  }
}

/** Reads how a host stands against a baseline. Changes nothing but lists of ours in the state folder. */
export async function readLevel(
  shell: Shell,
  host: string,
  baseline: Baseline,
  { signal, cache = new LevelCache() }: { readonly signal?: AbortSignal; readonly cache?: LevelCache } = {},
): Promise<LevelReading> {
  const names = Object.keys(baseline.packages ?? {});
  const lists = listsFor(baseline, STATE);
  const facts = readGlance(await onHost(shell, host, LOOK, [lists, ...names], { ...(signal && { signal }) }));
  const wanted = [...names, ...(baseline.kernel === undefined ? [] : [kernelPackage(facts.family, baseline.kernel)])];
  const script = facts.family === "deb" ? APT + INSPECTION : APT + RPM_INSPECTION;
  const inspect = async (whole: string): Promise<Inspection> => {
    const args = [lists, baseline.distribution ?? "", whole, ...wanted];
    const text = await onHost(shell, host, script, args, {
      timeout: INSPECTION_TIMEOUT,
      ...(signal && { signal }),
    });
    return readInspection(text, baseline.distribution !== undefined);
  };
  const seen = await cache.inspection(host, `${facts.key} ${baselineKey(baseline)}`, async () => {
    const first = await inspect(baseline.packages === undefined ? "all" : "some");
    // The host's own lists may be old: only fresh ones can say that there is no such version.
    const isBlocked = levelFrom(baseline, facts, first).finding?.compliance === "blocked";
    return isBlocked && baseline.distribution === undefined ? inspect("fresh") : first;
  });
  return levelFrom(baseline, facts, seen);
}
