import type { Window } from "../core/decide/window.ts";
import { RollError } from "../core/errors.ts";
import type { Fleet } from "../core/fleet.ts";
import type { QuietHours } from "../core/quiet.ts";
import type { Span } from "../core/run.ts";
import type { QuietSpan } from "../core/windows.ts";
import { freezeProblem, type WindowState, windowsFor } from "./windows.ts";

/** Spans ahead that are looked at: eight weeks of days. */
const AHEAD = 56;

/** Reads the quiet hours of workloads; what many of them have alike is looked up once, and again when its first span is over. */
export class QuietReader {
  readonly #known = new Map<string, { readonly since: number; readonly spans: readonly Span[] }>();

  /**
   * As a plan and a decision need them; undefined: no workload has any.
   * @throws RollError `invalid` for a span that cannot be read, naming the workload.
   */
  read(fleet: Fleet, window: Window): QuietHours | undefined {
    const having = fleet.workloads.filter(({ quiet = [], state }) => quiet.length > 0 && state === "running");
    if (having.length === 0) return undefined;
    const from = window.open ? fleet.at : (window.ahead[0]?.at ?? fleet.at);
    const spans = having.map(({ id, quiet = [] }) => [id, this.#spansOf(id, quiet, fleet.at)] as const);
    return { from, spans: Object.fromEntries(spans) };
  }

  #spansOf(id: string, quiet: readonly QuietSpan[], at: number): readonly Span[] {
    const key = JSON.stringify(quiet);
    const known = this.#known.get(key);
    if (known !== undefined && known.since <= at && at < (known.spans[0]?.until ?? Number.POSITIVE_INFINITY))
      return known.spans;
    for (const span of quiet) {
      const problem = freezeProblem(span);
      if (problem !== undefined) throw new RollError("invalid", `Quiet hours of ${id}: ${problem}.`);
    }
    const spans = closedAfter(windowsFor([], [...quiet]), at);
    this.#known.set(key, { since: at, spans });
    return spans;
  }
}

/** The spans from a moment on in which it is closed; what is beyond sight counts as a part of the last one. */
function closedAfter(windowAt: (fleetTime: number) => WindowState, fleetTime: number): Span[] {
  const spans: Span[] = [];
  for (let at = fleetTime; ; ) {
    const { open, changesAt } = windowAt(at);
    const isLast = changesAt === undefined || spans.length + 1 >= AHEAD;
    if (!open) spans.push(isLast ? { from: at } : { from: at, until: changesAt });
    if (changesAt === undefined || (!open && isLast)) return spans;
    at = changesAt;
  }
}
