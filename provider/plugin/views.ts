import { own } from "../core/own.ts";
import { movesOf } from "../core/plan.ts";
import type { HostLevels } from "../lifecycle/hosts.ts";
import type { PlanDocument } from "../lifecycle/render/document.ts";

/** What a row says of a host. Only the level is kept; the rest is shown while it is pending. */
export interface HostView {
  readonly level: string;
  readonly wave?: number;
  /** Migrations in its turn, back to it included. */
  readonly moves?: number;
  readonly why?: string;
}

/** One row of an operation: what it was and what it will be, or is. */
export interface ViewChange {
  readonly op: "same" | "create" | "update" | "delete";
  readonly host: string;
  readonly before?: HostView;
  readonly after?: HostView;
  /** Why it is not as it should be: the row fails. */
  readonly failure?: string;
}

/** Up to so many hosts each has a row; of more, those that change. */
const MOST_ROWS = 200;

/** Rows of a preview: `wanted` is the level that each host should have. `had`: level by host of the rows that there are. */
export function foreseen(
  had: Readonly<HostLevels>,
  wanted: Readonly<HostLevels>,
  forecast: PlanDocument | undefined,
): ViewChange[] {
  const parts = new Map(forecast?.hosts.map((row) => [row.host, row.part]));
  const few = isFew(wanted);
  const there = Object.entries(wanted).flatMap(([host, level]): ViewChange[] => {
    const part = parts.get(host);
    const pending =
      part === undefined
        ? {}
        : { wave: part.wave, moves: movesOf(part).length, why: part.why.trim() || "next in order" };
    return changeOf(host, own(had, host), { level, ...pending }, few || part !== undefined);
  });
  return [...there, ...departed(had, wanted)];
}

/** Rows of what is so after an operation. `failures`: by host, why it is not at its level. */
export function settled(
  had: Readonly<HostLevels>,
  now: Readonly<HostLevels>,
  was: Readonly<HostLevels>,
  failures: ReadonlyMap<string, string>,
): ViewChange[] {
  const few = isFew(now);
  const there = Object.entries(now).flatMap(([host, level]): ViewChange[] => {
    const failure = failures.get(host);
    const before = own(had, host);
    if (failure !== undefined && before !== undefined)
      return [{ op: "update", host, before: { level: before }, after: { level }, failure }];
    if (failure !== undefined) return [{ op: "create", host, after: { level }, failure }];
    return changeOf(host, before, { level }, few || own(was, host) !== level);
  });
  return [...there, ...departed(had, now)];
}

/** Rows that are not as they were when they were saved; a host that has left takes its row with it. */
export function refreshed(had: Readonly<HostLevels>, now: Readonly<HostLevels>): ViewChange[] {
  const changed = Object.entries(had).flatMap(([host, level]): ViewChange[] => {
    const seen = own(now, host);
    return seen === undefined || seen === level
      ? []
      : [{ op: "update", host, before: { level }, after: { level: seen } }];
  });
  return [...changed, ...departed(had, now)];
}

/** Every row goes. */
export function departed(had: Readonly<HostLevels>, now: Readonly<HostLevels> = {}): ViewChange[] {
  return Object.entries(had)
    .filter(([host]) => own(now, host) === undefined)
    .map(([host, level]) => ({ op: "delete", host, before: { level } }));
}

/** `worth`: a host that has no row yet gets one. */
function changeOf(host: string, before: string | undefined, after: HostView, worth: boolean): ViewChange[] {
  if (before === undefined) return worth ? [{ op: "create", host, after }] : [];
  if (before !== after.level) return [{ op: "update", host, before: { level: before }, after }];
  return [{ op: "same", host, before: { level: before }, after: { level: before } }];
}

const isFew = (hosts: Readonly<HostLevels>): boolean => Object.keys(hosts).length <= MOST_ROWS;
