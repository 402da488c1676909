import { type Baseline, baselineKey } from "../../../core/baseline.ts";
import { onHost, STATE } from "../on-host.ts";
import type { Shell } from "../ssh/shell.ts";
import { APT, GLANCE, INSPECTION, listsFor } from "./apt.ts";
import { type Inspection, readGlance, readInspection } from "./facts.ts";
import { type LevelReading, levelFrom } from "./level.ts";

export type { LevelReading } from "./level.ts";

/** Longest that the dear part may take, process milliseconds: lists are fetched. */
const INSPECTION_TIMEOUT = 180_000;

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
  const facts = readGlance(await onHost(shell, host, APT + GLANCE, [lists, ...names], { ...(signal && { signal }) }));
  const wanted = [...names, ...(baseline.kernel === undefined ? [] : [`linux-image-${baseline.kernel}`])];
  const inspect = async (whole: string): Promise<Inspection> => {
    const args = [lists, baseline.distribution ?? "", whole, ...wanted];
    const text = await onHost(shell, host, APT + INSPECTION, args, {
      timeout: INSPECTION_TIMEOUT,
      ...(signal && { signal }),
    });
    return readInspection(text, baseline.distribution !== undefined);
  };
  const seen = await cache.inspection(host, `${facts.key} ${baselineKey(baseline)}`, async () => {
    const first = await inspect(baseline.packages === undefined ? "all" : "some");
    // The host's own lists may be old: only fresh ones can say that there is no such version.
    const isBlocked = levelFrom("deb", baseline, facts, first).finding?.compliance === "blocked";
    return isBlocked && baseline.distribution === undefined ? inspect("fresh") : first;
  });
  return levelFrom("deb", baseline, facts, seen);
}
