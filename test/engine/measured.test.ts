import { describe, expect, it } from "vitest";
import type { FaultInput, FleetSpecInput } from "../../provider/drivers/simulated/index.ts";
import { violations } from "../../provider/drivers/simulated/index.ts";
import { Rig, type RigOptions } from "../support/rig.ts";

/** Seven hosts behind the level with four workloads each, whose service varies little. */
function fleet(more: Partial<FleetSpecInput> = {}): FleetSpecInput {
  const names = Array.from({ length: 7 }, (_, index) => `h${index + 1}`);
  return {
    noise: "benign",
    hosts: names.map((id) => ({ id, memory: 64, cpu: 32, level: "8.0.1", patch: 120, boot: 60 })),
    workloads: names.flatMap((host) =>
      Array.from({ length: 4 }, (_, index) => ({ id: `${host}-w${index + 1}`, host, memory: 4, cpu: 1 })),
    ),
    ...more,
  };
}

const probes: NonNullable<RigOptions["probes"]> = [{ kind: "platform", name: "service", workloads: "all" }];
const policy = { canarySoak: "20m", judged: 1, reference: "10m" };

function rigOf(more: Partial<FleetSpecInput> = {}, options: Partial<RigOptions> = {}): Rig {
  return new Rig({ fleet: fleet(more), probes, policy, ...options });
}

const texts = (rig: Rig): string[] => rig.news.map(({ host, text }) => (host === undefined ? text : `${host} ${text}`));
const levels = (rig: Rig): string[] => [...rig.world.hosts.values()].map(({ running }) => running);
const workloadsOn = (rig: Rig, id: string): number =>
  [...rig.world.workloads.values()].filter(({ host }) => host === id).length;

describe("a measured roll", () => {
  it("that is asked to stop while a host is watched leaves it in service; the next up watches it anew", async () => {
    const stop = new AbortController();
    const rig = rigOf({}, { hear: ({ text }) => text.startsWith("all load is back") && stop.abort("stop") });
    const first = await rig.up({ stop: stop.signal });
    expect(first).toMatchObject({ kind: "ended", result: { ending: { kind: "paused", cause: "stop" } } });
    expect(rig.world.hosts.get("h1")).toMatchObject({ running: "8.0.3", cordoned: false });
    expect(JSON.stringify(first)).toContain("in service, to be watched on: h1");
    const from = rig.news.length;
    const again = await rig.up();
    expect(again).toMatchObject({ kind: "ended", result: { ending: { kind: "done" } } });
    expect(
      texts(rig)
        .slice(from)
        .filter((text) => text === "h1 all load is back: watched"),
    ).toHaveLength(1);
    expect(new Set(levels(rig))).toEqual(new Set(["8.0.3"]));
    expect(violations(rig.world)).toEqual([]);
  });

  it("takes a host in hand again whose guard trips after its release, and empties it", async () => {
    const burst: FaultInput = { kind: "error-burst", host: "h3", on: "release", delay: "4m", for: "10m", percent: 60 };
    const rig = rigOf({ faults: [burst] });
    const outcome = await rig.up();
    expect(outcome).toMatchObject({ kind: "ended", result: { ending: { kind: "halted", sticky: true, host: "h3" } } });
    expect(JSON.stringify(outcome)).toMatch(/requests on h3 failed within 60 s/);
    expect(rig.world.hosts.get("h3")).toMatchObject({ cordoned: true, running: "8.0.3" });
    expect(workloadsOn(rig, "h3")).toBe(0);
    expect(violations(rig.world)).toEqual([]);
  });

  it("leaves a convicted host as it is where policy says so", async () => {
    const rig = rigOf({ costs: [{ level: "8.0.3", latency: 0.3 }] }, { policy: { ...policy, onRegress: "hold" } });
    const outcome = await rig.up();
    expect(outcome).toMatchObject({ kind: "ended", result: { ending: { kind: "halted", sticky: true, host: "h1" } } });
    expect(workloadsOn(rig, "h1")).toBe(4);
    expect(rig.world.hosts.get("h1")).toMatchObject({ cordoned: false });
  });

  it("stops where the judged hosts show together what none of them shows alone", async () => {
    const costs = [{ level: "8.0.3", latency: 0.06 }];
    const rig = rigOf({ costs }, { policy: { ...policy, judged: 5, soak: "20m" } });
    const outcome = await rig.up();
    expect(outcome).toMatchObject({ kind: "ended", result: { ending: { kind: "halted", sticky: true } } });
    expect(JSON.stringify(outcome)).toMatch(
      /This patch costs \+\d\.\d % median latency .* at least half of what policy tolerates/,
    );
    expect(levels(rig).filter((level) => level === "8.0.1").length).toBeGreaterThanOrEqual(2);
  });

  it("ends where every probe is silent: nothing passes for want of data, and nothing waits for ever", async () => {
    const silent: FaultInput = { kind: "probes-silent", at: "0s", for: "24h" };
    const rig = rigOf({ faults: [silent] });
    const outcome = await rig.up();
    expect(outcome).toMatchObject({ kind: "ended", result: { ending: { kind: "halted", sticky: false, host: "h1" } } });
    expect(JSON.stringify(outcome)).toContain("nothing can be said of its service");
    expect(levels(rig).filter((level) => level === "8.0.3")).toHaveLength(1);
    expect(rig.world.hosts.get("h1")).toMatchObject({ cordoned: false });
  });

  it("without probes has none of these phases, and says that nothing was tested", async () => {
    const rig = rigOf({}, { probes: [] });
    expect(await rig.up()).toMatchObject({ kind: "ended", result: { ending: { kind: "done" } } });
    expect(texts(rig).filter((text) => /watch|load is held/.test(text))).toEqual([]);
  });
});
