import { describe, expect, test } from "vitest";
import type { Fleet, Workload } from "../../provider/core/fleet.ts";
import type { Probe } from "../../provider/core/probe.ts";
import { probe as probeSchema } from "../../provider/core/probe.ts";
import type { FleetClock } from "../../provider/engine/ports.ts";
import type { Line, Reply } from "../../provider/probes/line.ts";
import { Roster } from "../../provider/probes/roster.ts";
import { Sampler } from "../../provider/probes/sampler.ts";
import { VirtualTime } from "../support/virtual-time.ts";

const tcp = probeSchema.parse({ kind: "tcp", name: "web", workloads: "all", address: "{workload}", port: 1 });

const workload = (id: string, host = "h1", more: Partial<Workload> = {}): Workload => ({
  id,
  host,
  state: "running",
  demand: {},
  pinned: false,
  ...more,
});
const fleet = (at: number, workloads: Workload[]): Fleet => ({
  target: "t",
  at,
  scheme: "release",
  hosts: [],
  workloads,
  migration: { fixed: 0, perGiB: 0 },
});

interface Options {
  /** What an answer takes, ms, by the moment at which the request was sent. */
  readonly takes?: (workload: string, sent: number) => number | "never";
  readonly every?: number;
  readonly timeout?: number;
  readonly cap?: number;
  readonly scale?: number;
  readonly probe?: Probe;
}

/** A sampler on virtual time, and a service that answers as it is told. */
function rig({ takes = () => 10, every = 1_000, timeout = 2_000, cap = 100, scale = 1, probe = tcp }: Options = {}) {
  const time = new VirtualTime(0);
  const clock: FleetClock = time.clock(scale);
  const sent: { readonly workload: string; readonly at: number }[] = [];
  const closed: string[] = [];
  let open = 0;
  const line = ({ id }: Workload): Line => ({
    async ask(signal): Promise<Reply> {
      sent.push({ workload: id, at: clock.now() });
      open += 1;
      const span = takes(id, clock.now());
      const wait = span === "never" ? Number.POSITIVE_INFINITY : span * clock.scale;
      const late = await clock.sleep(Math.min(wait, 1e9), signal).then(
        () => false,
        () => true,
      );
      open -= 1;
      return late ? { ok: false, why: "no answer in time" } : { ok: true };
    },
    close: () => closed.push(id),
  });
  const roster = new Roster({ ...probe, every } as Probe, cap);
  const sampler = new Sampler({ name: "web", clock, roster, timeout, open: line });
  const follow = (...workloads: Workload[]) => sampler.follow(fleet(clock.now(), workloads));
  return { time, clock, sampler, sent, closed, follow, open: () => open };
}

const samplesOf = (slices: readonly { readonly samples: readonly (number | null)[] }[]) =>
  slices.flatMap(({ samples }) => samples);

describe("a sampler", () => {
  test("sends to every workload once a second, spread over it, and gives whole slices only", async () => {
    const { time, sampler, sent, follow } = rig();
    await time.pass(2_300);
    follow(workload("a"), workload("b"), workload("c"));
    await time.pass(30_000);
    const { slices, until } = await sampler.read(0);
    expect(until).toBe(30_000);
    expect(slices).toHaveLength(3 * 5);
    expect(slices.map(({ at }) => at)).toEqual([5, 10, 15, 20, 25].flatMap((at) => Array(3).fill(at * 1_000)));
    expect(slices.every(({ probe, host, samples }) => probe === "web" && host === "h1" && samples.length === 5)).toBe(
      true,
    );
    expect(samplesOf(slices).every((one) => one === 10)).toBe(true);
    expect(new Set(sent.map(({ at }) => at % 1_000)).size).toBe(3);
    expect((await sampler.read(20_000)).slices).toHaveLength(6);
    sampler.close();
  });

  test("sends on schedule while nobody answers: a stop of the server shows in every request due meanwhile", async () => {
    // Stands still from second 10 to 11.5 (nothing is answered before its end); answers at once else.
    const stall = (_: string, now: number) => (now >= 10_000 && now < 11_500 ? 11_500 - now + 1 : 1);
    const { time, sampler, sent, follow } = rig({ takes: stall, every: 100 });
    follow(workload("a"));
    await time.pass(20_000);
    const { slices } = await sampler.read(10_000);
    const slow = samplesOf(slices).filter((one) => one !== null && one > 5);
    expect(slow).toHaveLength(15);
    expect(Math.max(...slow.map(Number))).toBeGreaterThan(1_400);
    expect(sent.filter(({ at }) => at >= 10_000 && at < 11_500)).toHaveLength(15);
    sampler.close();
  });

  test("an answer after the deadline is a failure, counted from when the request was due; nothing is sent twice", async () => {
    const { time, sampler, sent, follow, open } = rig({ takes: (_, now) => (now < 10_000 ? "never" : 1) });
    follow(workload("a"));
    await time.pass(9_000);
    // Requests of the last two seconds are still on their way: their slice is not told yet.
    expect((await sampler.read(0)).until).toBe(5_000);
    await time.pass(11_000);
    const { slices } = await sampler.read(0);
    expect(slices.filter(({ at }) => at === 5_000).map(({ samples }) => samples)).toEqual([
      [null, null, null, null, null],
    ]);
    expect(slices.filter(({ at }) => at >= 10_000).every(({ samples }) => samples.every((one) => one === 1))).toBe(
      true,
    );
    expect(new Set(sent.map(({ at }) => at)).size).toBe(sent.length);
    expect(open()).toBe(0);
    expect(sampler.notes.join()).toMatch(/failures among \d+ requests: 10 × no answer in time/);
    sampler.close();
  });

  test("follows moves: a slice is the host's on which the workload was at its end", async () => {
    const { time, sampler, follow } = rig();
    follow(workload("a", "h1"));
    await time.pass(12_000);
    follow(workload("a", "h2"));
    await time.pass(13_500);
    const { slices } = await sampler.read(0);
    const places = slices.map(({ at, host }) => [at, host]);
    expect(places.filter(([at]) => Number(at) >= 5_000)).toEqual([
      [5_000, "h1"],
      [10_000, "h2"],
      [15_000, "h2"],
      [20_000, "h2"],
    ]);
    sampler.close();
  });

  test("workloads come, stop and go; slices in which a request is missing are gaps", async () => {
    const { time, sampler, closed, follow } = rig();
    follow(workload("a"), workload("b"));
    await time.pass(12_000);
    follow(workload("a"), workload("b", "h1", { state: "stopped" }), workload("c"));
    await time.pass(13_100);
    const { slices } = await sampler.read(0);
    const of = (id: string) => slices.filter((one) => one.workload === id).map(({ at }) => at);
    expect(of("a").slice(-4)).toEqual([5_000, 10_000, 15_000, 20_000]);
    expect(of("b").filter((at) => at >= 10_000)).toEqual([]);
    expect(of("c")).toEqual([15_000, 20_000]);
    expect(closed).toEqual(["b"]);
    sampler.close();
    expect(closed.sort()).toEqual(["a", "b", "c"]);
  });

  test("a workload with another address is asked there", async () => {
    const byAddress = probeSchema.parse({ kind: "tcp", name: "web", workloads: "all", port: 1 });
    const { time, sampler, closed, follow } = rig({ probe: byAddress });
    follow(workload("a", "h1", { address: "10.0.0.1" }), workload("b"));
    await time.pass(7_000);
    follow(workload("a", "h1", { address: "10.0.0.2" }), workload("b"));
    await time.pass(7_000);
    expect(closed).toEqual(["a"]);
    expect(sampler.notes[0]).toBe(
      'probe "web": the platform knows no address of 1 of 2 workloads, which are not measured (b)',
    );
    sampler.close();
  });

  test("more than the cap allows: a sample, and it says so", async () => {
    const { time, sampler, follow } = rig({ cap: 0.8 });
    follow(...Array.from({ length: 9 }, (_, index) => workload(`w${index}`)));
    await time.pass(11_000);
    const { slices } = await sampler.read(0);
    expect(new Set(slices.map((one) => one.workload)).size).toBe(4);
    expect(sampler.notes.join()).toMatch(/its cap allows 4 of 9 workloads; always the same sample/);
    sampler.close();
  });

  test("first each is asked less often, still once in a slice; and it stays so", async () => {
    const { time, sampler, sent, follow } = rig({ cap: 4 });
    const all = Array.from({ length: 10 }, (_, index) => workload(`w${index}`));
    follow(...all.slice(0, 4));
    await time.pass(20_000);
    expect((await sampler.read(0)).slices.every(({ samples }) => samples.length === 5)).toBe(true);
    follow(...all);
    const before = sent.length;
    await time.pass(30_000);
    // Ten at four a second: every 2.5 s.
    expect(sent.length - before).toBeGreaterThan(115);
    expect(sent.length - before).toBeLessThan(125);
    const { slices } = await sampler.read(25_000);
    expect(slices.length).toBe(10 * 5);
    expect(slices.every(({ samples }) => samples.length === 2)).toBe(true);
    expect(sampler.notes).toEqual(['probe "web": its cap allows to ask 10 workloads every 2.5 s, not every 1 s']);
    follow(...all.slice(0, 3));
    await time.pass(11_000);
    expect((await sampler.read(50_000)).slices.every(({ samples }) => samples.length === 2)).toBe(true);
    sampler.close();
  });

  test("this machine stands still: gaps, not failures, and no flood afterwards", async () => {
    const { time, clock, sampler, sent, follow } = rig();
    follow(workload("a"), workload("b"));
    await time.pass(11_000);
    // All timers fire late, as after a sleep of the machine.
    let frozen = 0;
    const now = clock.now;
    Object.assign(clock, { now: () => now() + frozen });
    frozen = 600_000;
    await time.pass(20_000);
    expect(sent.length).toBeLessThan(2 * 40);
    const { slices } = await sampler.read(0);
    expect(slices.filter(({ at }) => at >= 10_000 && at < 610_000)).toEqual([]);
    expect(samplesOf(slices).every((one) => one === 10)).toBe(true);
    expect(slices.some(({ at }) => at > 615_000)).toBe(true);
    expect(sampler.notes.join()).toMatch(/could not be sent in time by this machine/);
    sampler.close();
  });

  test("on a fleet whose time goes faster the schedule is the fleet's, latencies and deadlines are real", async () => {
    const { time, sampler, sent, follow } = rig({
      scale: 10,
      takes: (_, now) => (now < 50_000 ? 20 : "never"),
      timeout: 300,
    });
    follow(workload("a"));
    await time.pass(10_000);
    expect(sent.length).toBeGreaterThanOrEqual(99);
    const { slices } = await sampler.read(0);
    expect(samplesOf(slices.filter(({ at }) => at < 45_000)).every((one) => one === 20)).toBe(true);
    expect(samplesOf(slices.filter(({ at }) => at >= 50_000)).every((one) => one === null)).toBe(true);
    sampler.close();
  });

  test("closed, it sends nothing, leaves nothing behind and stays closed", async () => {
    const { time, sampler, sent, follow, open } = rig({ takes: () => "never" });
    follow(workload("a"));
    await time.pass(3_000);
    const before = sent.length;
    sampler.close();
    await time.pass(5_000);
    follow(workload("b"));
    await time.pass(5_000);
    expect(sent.length).toBe(before);
    expect(open()).toBe(0);
  });
});
