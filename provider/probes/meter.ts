import type { Workload } from "../core/fleet.ts";
import type { Probe } from "../core/probe.ts";
import { capsOf } from "../core/probe-rules.ts";
import type { Clock, Driver, Meter } from "../engine/ports.ts";
import type { Line } from "./line.ts";
import { commandLine } from "./line-command.ts";
import { httpLine } from "./line-http.ts";
import { tcpLine } from "./line-tcp.ts";
import { platformSource } from "./platform-source.ts";
import { prometheusSource } from "./prometheus-source.ts";
import { Roster } from "./roster.ts";
import { Sampler } from "./sampler.ts";
import type { Source } from "./source.ts";

/** What probes need of the world. */
export interface MeterPorts {
  readonly driver: Pick<Driver, "clock" | "measure">;
  /** Process time. */
  readonly process: Clock;
  /** Wall clock, milliseconds since 1970: what a Prometheus server goes by. */
  wall(): number;
  /** Where credentials are. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * A meter of all probes together; undefined without any. Nothing is sent before it follows a fleet. Throws a RollError `invalid` for a
 * probe that this platform cannot serve.
 */
export function openMeter(probes: readonly Probe[], ports: MeterPorts): Meter | undefined {
  if (probes.length === 0) return undefined;
  const caps = capsOf(probes);
  return meterOf(probes.map((probe, index) => sourceOf(probe, caps[index] ?? 0, ports)));
}

/** Tells slices only up to where every source has told its own, so that whoever asks for what came later misses none. */
export function meterOf(sources: readonly Source[]): Meter {
  return {
    follow(fleet) {
      for (const source of sources) source.follow(fleet);
    },
    async slices(since) {
      const readings = await Promise.all(sources.map((source) => source.read(since)));
      const until = Math.min(...readings.map((one) => one.until));
      return readings
        .flatMap(({ slices }) => slices.filter(({ at }) => at >= since && at < until))
        .sort((a, b) => a.at - b.at);
    },
    get notes() {
      return sources.flatMap(({ notes }) => notes);
    },
    close() {
      for (const source of sources) source.close();
    },
  };
}

function sourceOf(probe: Probe, cap: number, { driver, process, wall, environment }: MeterPorts): Source {
  const { clock } = driver;
  switch (probe.kind) {
    case "prometheus":
      return prometheusSource(probe, { clock, process, wall, environment }, new Roster(probe, cap));
    case "platform":
      return platformSource(probe, driver, new Roster(probe, cap));
    default: {
      // The cap is in real seconds, the interval in those of the fleet.
      const roster = new Roster(probe, cap / clock.scale);
      const { name, timeout } = probe;
      return new Sampler({ name, clock, roster, timeout, open: (workload) => lineOf(probe, workload, process) });
    }
  }
}

function lineOf(probe: Exclude<Probe, { kind: "prometheus" | "platform" }>, workload: Workload, process: Clock): Line {
  switch (probe.kind) {
    case "http":
      return httpLine(probe, workload);
    case "tcp":
      return tcpLine(probe, workload, process);
    case "command":
      return commandLine(probe, workload, process);
  }
}
