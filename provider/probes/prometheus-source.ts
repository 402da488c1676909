import { isRollError } from "../core/errors.ts";
import { SLICE, type Slice } from "../core/impact/samples.ts";
import { own } from "../core/own.ts";
import type { Probe } from "../core/probe.ts";
import type { Clock, FleetClock } from "../engine/ports.ts";
import { evidence } from "./evidence.ts";
import { type Point, promQuery } from "./prometheus.ts";
import type { Roster } from "./roster.ts";
import { LOOK_BACK, PATIENCE, type Reading, type Source } from "./source.ts";

/** Slices that are asked for at all, and in one call. */
const MOST = 1_440;
const AT_ONCE = 240;

interface Ports {
  readonly clock: FleetClock;
  readonly process: Clock;
  wall(): number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * A sample per workload and slice: the value of a query at the end of the slice. Where there is none, or it is no number, is a gap.
 * With a query for failures, a slice in which some failed has a failure besides.
 */
export function prometheusSource(probe: Extract<Probe, { kind: "prometheus" }>, ports: Ports, roster: Roster): Source {
  const { clock, process, wall, environment } = ports;
  const end = new AbortController();
  let begun: number | undefined;
  let trouble: string | undefined;
  let ambiguous: string | undefined;

  /** What a query is worth for each workload at the end of each slice: by start of slice, by workload. */
  async function ask(query: string, first: number, last: number): Promise<Map<number, Map<string, number>>> {
    // Fleet time is the server's time, but for where both began and how fast they go.
    const now = clock.now();
    const offset = wall() - now / clock.scale;
    const at = (time: number): number => (time / clock.scale + offset) / 1_000;
    const range = { from: at(first + SLICE), to: at(last + SLICE), step: SLICE / 1_000 / clock.scale };
    const series = await promQuery(probe, query, range, { process, environment, signal: end.signal });
    const found = new Map<number, Map<string, number>>();
    const names = namesOf(roster);
    for (const { labels, points } of series) {
      const name = own(labels, probe.label) ?? "";
      const workload = names.get(name) ?? names.get(name.replace(/:\d+$/, ""));
      if (workload === undefined) continue;
      for (const point of points) put(found, first + SLICE * indexOf(point, range), workload, point.value);
    }
    return found;
  }

  function put(found: Map<number, Map<string, number>>, at: number, workload: string, value: number): void {
    const there = found.get(at) ?? new Map<string, number>();
    found.set(at, there);
    if (there.has(workload)) ambiguous = workload;
    else there.set(workload, value);
  }

  function sliceOf(
    at: number,
    workload: string,
    latency: number | undefined,
    failures: number | undefined,
  ): Slice | undefined {
    const host = roster.hostAt(workload, at + SLICE - 1);
    if (host === undefined) return undefined;
    const ms = latency === undefined ? Number.NaN : latency * (probe.unit === "s" ? 1_000 : 1);
    const samples = [
      ...(Number.isFinite(ms) && ms > 0 ? [Math.round(1_000 * ms) / 1_000] : []),
      ...(failures !== undefined && failures > 0 ? [null] : []),
    ];
    return samples.length === 0 ? undefined : { probe: probe.name, workload, host, at, samples };
  }

  async function slices(first: number, last: number): Promise<Slice[]> {
    const [latencies, failures] = await Promise.all([
      ask(probe.query, first, last),
      probe.failures === undefined ? new Map<number, Map<string, number>>() : ask(probe.failures, first, last),
    ]);
    const found: Slice[] = [];
    for (let at = first; at <= last; at += SLICE) {
      for (const { id } of roster.members) {
        const slice = sliceOf(at, id, latencies.get(at)?.get(id), failures.get(at)?.get(id));
        if (slice !== undefined) found.push(slice);
      }
    }
    return found;
  }

  return {
    follow(fleet) {
      begun ??= fleet.at;
      roster.follow(fleet);
    },
    async read(asked): Promise<Reading> {
      const since = Math.max(asked, (begun ?? asked) - LOOK_BACK);
      const until = Math.floor(clock.now() / SLICE) * SLICE;
      const first = Math.max(Math.ceil(since / SLICE) * SLICE, until - MOST * SLICE);
      if (first >= until || roster.members.length === 0) return { slices: [], until };
      try {
        const found: Slice[] = [];
        for (let from = first; from < until; from += AT_ONCE * SLICE)
          found.push(...(await slices(from, Math.min(until, from + AT_ONCE * SLICE) - SLICE)));
        trouble = undefined;
        return { slices: found, until };
      } catch (error) {
        if (!isRollError(error)) throw error;
        trouble = evidence(`probe "${probe.name}": ${error.message}`);
        return { slices: [], until: until - PATIENCE };
      }
    },
    get notes() {
      return [
        ...roster.notes,
        ...(trouble === undefined ? [] : [trouble]),
        ...(ambiguous === undefined
          ? []
          : [
              `probe "${probe.name}": the query has several series for ${ambiguous}, the first of them counts; sum them up \`by (${probe.label})\``,
            ]),
      ];
    },
    close: () => end.abort(),
  };
}

/** Workloads by whatever a label may call them. */
function namesOf(roster: Roster): Map<string, string> {
  const names = new Map<string, string>();
  for (const { id, address } of roster.members) if (address !== undefined) names.set(address, id);
  for (const { id } of roster.members) names.set(id, id);
  return names;
}

function indexOf({ time }: Point, { from, step }: { readonly from: number; readonly step: number }): number {
  return Math.round((time - from) / step);
}
