import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { SLICE } from "../../provider/core/impact/samples.ts";
import type { Served } from "./known-service.ts";
import { measuring, real, SCALE, samplesOf } from "./measuring.ts";

const of = (port: number, more: object) => ({ kind: "http", url: `http://127.0.0.1:${port}/{workload}`, ...more });
const cleanUps: (() => void)[] = [];
const clean = (end: () => void): void => void cleanUps.push(end);
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

const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
};

describe.each(["new", "kept"] as const)("against a service that keeps a record, %s connections", (connection) => {
  test("quantiles and bad slices are those of the service", async () => {
    const { port, outage, record } = await service();
    const { slices: told, fleetTime } = measuring(of(port, { connection, timeout: "400ms" }), names(12), clean);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    await real(1_800);
    outage({ workloads: ["w3", "w4", "w5"], status: 503 });
    await real(700);
    outage({ workloads: ["w6"], status: 0 });
    await real(700);
    outage({ workloads: [] });
    await real(1_500);
    const slices = await told();
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
  const { slices: told } = measuring(of(port, { timeout: "5s" }), ["w0"], clean);
  const closed = closedLoop(`http://127.0.0.1:${port}/w0`);
  await real(1_000);
  child.kill("SIGSTOP");
  const stopped = Date.now();
  await real(1_500);
  const stall = Date.now() - stopped;
  child.kill("SIGCONT");
  await real(1_000);
  const flattered = await closed.stop();
  const slices = await told();
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
  const { slices: told } = measuring(of(port, { timeout: "300ms" }), ["w0", "w1"], clean);
  await real(800);
  child.kill("SIGSTOP");
  const stopped = Date.now();
  await real(1_500);
  const stall = Date.now() - stopped;
  child.kill("SIGCONT");
  await real(900);
  const slices = await told();
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
