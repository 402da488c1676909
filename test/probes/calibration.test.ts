import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { SLICE, type Slice } from "../../provider/core/impact/samples.ts";
import { type ProbeInput, probe as schema } from "../../provider/core/probe.ts";
import { fleetClock, processClock, wallNow } from "../../provider/engine/clock.ts";
import type { Fleet, Meter } from "../../provider/engine/ports.ts";
import { openMeter } from "../../provider/probes/meter.ts";
import type { Served } from "./known-service.ts";

/** Fleet seconds per real one: a slice is half a second. */
const SCALE = 10;

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

type Child = ChildProcessByStdio<Writable, Readable, null>;

async function service() {
  const script = fileURLToPath(new URL("known-service.ts", import.meta.url));
  const flags = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];
  const child: Child = spawn(process.execPath, [...flags, script], { stdio: ["pipe", "pipe", "inherit"] });
  cleanUps.push(() => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout });
  const answer = async (): Promise<string> => String((await once(lines, "line"))[0]);
  const port: number = JSON.parse(await answer());
  return {
    child,
    port,
    outage: (of: object) => child.stdin.write(`${JSON.stringify(of)}\n`),
    async record(): Promise<Served[]> {
      child.stdin.write("record\n");
      return JSON.parse(await answer());
    },
  };
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `w${index}`);

function measuring(port: number, workloads: readonly string[], more: Partial<ProbeInput> = {}) {
  const since = Date.now();
  const clock = fleetClock({ scale: SCALE, since, epoch: 0 });
  const url = `http://127.0.0.1:${port}/{workload}`;
  const probe = schema.parse({ kind: "http", name: "shop", workloads: "all", url, cap: 10_000, ...more });
  const meter = openMeter([probe], { driver: { clock }, process: processClock(), wall: wallNow, environment: {} });
  if (meter === undefined) throw new Error("no meter");
  cleanUps.push(() => meter.close());
  meter.follow(fleetOf(clock.now(), workloads));
  return { meter, clock, fleetTime: (wall: number) => (wall - since) * SCALE };
}

function fleetOf(at: number, workloads: readonly string[]): Fleet {
  const running = { host: "h1", state: "running", demand: {}, pinned: false } as const;
  const list = workloads.map((id) => ({ id, ...running }));
  return { target: "t", at, scheme: "release", hosts: [], workloads: list, migration: { fixed: 0, perGiB: 0 } };
}

const real = (ms: number): Promise<void> => processClock().sleep(ms);
const samplesOf = (slices: readonly Slice[]) => slices.flatMap(({ samples }) => samples);

const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
};

/** All slices up to now, once the last of them is whole. */
async function slicesUpTo(meter: Meter, until: number): Promise<readonly Slice[]> {
  for (;;) {
    const slices = await meter.slices(0);
    if ((slices.at(-1)?.at ?? 0) + SLICE >= until) return slices;
    await real(20);
  }
}

describe.each(["new", "kept"] as const)("against a service that keeps a record, %s connections", (connection) => {
  test("quantiles and bad slices are those of the service", async () => {
    const { port, outage, record } = await service();
    const { meter, clock, fleetTime } = measuring(port, names(12), { connection, timeout: "400ms" });
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    await real(1_800);
    outage({ workloads: ["w3", "w4", "w5"], status: 503 });
    await real(700);
    outage({ workloads: ["w6"], status: 0 });
    await real(700);
    outage({ workloads: [] });
    await real(1_500);
    const slices = await slicesUpTo(meter, Math.floor((clock.now() - SLICE) / SLICE) * SLICE);
    const served = await record();
    // A loaded machine notices late what has happened; never early: that would be flattery.
    const late = 25 + (4 * delay.percentile(99)) / 1e6;

    const [from, to] = [slices[0]?.at ?? 0, (slices.at(-1)?.at ?? 0) + SLICE];
    const within = served.filter(({ arrived }) => fleetTime(arrived) >= from && fleetTime(arrived) < to);
    expect(samplesOf(slices).length).toBeGreaterThan(300);
    // Requests at the ends may fall on the other side for one of the two.
    expect(Math.abs(samplesOf(slices).length - within.length)).toBeLessThan(0.1 * within.length);

    const good = samplesOf(slices).filter((one) => one !== null);
    const took = within.filter(({ status }) => status === 200).map((one) => one.took);
    for (const share of [0.1, 0.5, 0.9, 0.99]) {
      const [measured, true_] = [quantile(good, share), quantile(took, share)];
      expect(measured, `quantile ${share}`).toBeGreaterThan(0.97 * true_);
      // On the one connection that is kept, the requests after a slow one wait for it, as they would for anybody.
      if (connection === "new" || share <= 0.5) expect(measured, `quantile ${share}`).toBeLessThan(1.1 * true_ + late);
    }

    const wrong = slices.filter((slice) => {
      const failed = slice.samples.some((one) => one === null);
      const near = (margin: number) =>
        served.some(
          ({ workload, arrived, status }) =>
            workload === slice.workload &&
            status !== 200 &&
            fleetTime(arrived) >= slice.at - margin &&
            fleetTime(arrived) < slice.at + SLICE + margin,
        );
      // A request arrives later than it was due, on a kept connection once those before it are done with; near the edge of a slice either is right.
      const margin = (late + (connection === "kept" ? 400 : 50)) * SCALE;
      return failed ? !near(margin) : near(-margin);
    });
    expect(wrong).toEqual([]);
    expect(new Set(slices.filter(({ samples }) => samples.includes(null)).map(({ workload }) => workload))).toEqual(
      new Set(["w3", "w4", "w5", "w6"]),
    );
  });
});

test("a service that stands still is not flattered, as it is by whoever waits for an answer before asking again", async () => {
  const { port, child } = await service();
  const { meter, clock } = measuring(port, ["w0"], { timeout: "5s" });
  const closed = closedLoop(`http://127.0.0.1:${port}/w0`);
  await real(1_000);
  child.kill("SIGSTOP");
  const stopped = Date.now();
  await real(1_500);
  const stall = Date.now() - stopped;
  child.kill("SIGCONT");
  await real(1_000);
  const flattered = await closed.stop();
  const slices = await slicesUpTo(meter, Math.floor((clock.now() - SLICE) / SLICE) * SLICE);
  const samples = samplesOf(slices).filter((one) => one !== null);
  // A request each 100 ms: so many were due while the service still had to stand for longer than that.
  for (const limit of [200, 500, 1_000]) {
    const due = Math.floor((stall - limit) / 100) - 1;
    expect(samples.filter((one) => one > limit).length, `more than ${limit} ms`).toBeGreaterThanOrEqual(due);
  }
  expect(flattered.filter((one) => one > 500).length).toBeLessThanOrEqual(2);
  expect(quantile(samples, 0.75)).toBeGreaterThan(4 * quantile(flattered, 0.75));
});

test("a service that stands still for longer than the deadline fails, in every request that was due", async () => {
  const { port, child } = await service();
  const { meter, clock } = measuring(port, ["w0", "w1"], { timeout: "300ms" });
  await real(800);
  child.kill("SIGSTOP");
  const stopped = Date.now();
  await real(1_500);
  const stall = Date.now() - stopped;
  child.kill("SIGCONT");
  await real(900);
  const slices = await slicesUpTo(meter, Math.floor((clock.now() - SLICE) / SLICE) * SLICE);
  const failed = samplesOf(slices).filter((one) => one === null).length;
  expect(failed).toBeGreaterThanOrEqual(2 * (Math.floor((stall - 300) / 100) - 1));
  expect(failed).toBeLessThanOrEqual(2 * (Math.ceil((stall + 500) / 100) + 1));
});

/** Asks, waits for the answer, pauses, asks again: what most scripts do. */
function closedLoop(url: string): { stop(): Promise<number[]> } {
  const took: number[] = [];
  let going = true;
  const ended = (async () => {
    while (going) {
      const begun = performance.now();
      await new Promise<void>((resolve, reject) => {
        get(url, { agent: false }, (response) => response.resume().once("end", resolve)).once("error", reject);
      });
      took.push(performance.now() - begun);
      await real(100);
    }
  })();
  return {
    async stop() {
      going = false;
      await ended;
      return took;
    },
  };
}
