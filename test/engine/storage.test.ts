import { describe, expect, test } from "vitest";
import type { Driver, RunOnHost } from "../../provider/engine/ports.ts";
import { restore } from "../../provider/engine/restore.ts";
import { checkRunner } from "../../provider/probes/runner.ts";
import { smallFleet } from "../support/fleets.ts";
import { Mortal } from "../support/mortal.ts";
import { Rig } from "../support/rig.ts";

/** A Ceph cluster on the hosts of a rig, as its command tells of it. */
class Cluster {
  noout = false;
  /** Times that it tells of placement groups that are not clean, from now on. */
  unclean = 0;
  answers = true;
  readonly asked: string[] = [];

  readonly run: RunOnHost = async (host, [, ...args]) => {
    const line = args.join(" ");
    this.asked.push(`${host}: ${line}`);
    if (!this.answers) return { code: 1, stdout: "", stderr: "Error initializing cluster client" };
    if (line === "osd set noout") this.noout = true;
    if (line === "osd unset noout") this.noout = false;
    return { code: 0, stdout: this.#answer(line), stderr: "" };
  };

  #answer(line: string): string {
    if (line.startsWith("osd dump")) return JSON.stringify({ flags: this.noout ? "sortbitwise,noout" : "sortbitwise" });
    if (line.startsWith("node ls")) return JSON.stringify({ osd: { h1: [0], h2: [1], h3: [2] } });
    if (!line.startsWith("status")) return "";
    const state = this.unclean-- > 0 ? "active+degraded" : "active+clean";
    return JSON.stringify({
      health: { status: "HEALTH_OK" },
      pgmap: { num_pgs: 1, pgs_by_state: [{ state_name: state, count: 1 }] },
    });
  }
}

function stored(cluster = new Cluster()) {
  const unguarded: string[] = [];
  const rig: Rig = new Rig({
    fleet: smallFleet({ perHost: 2, hosts: 3 }),
    checks: [{ kind: "ceph", name: "storage" }],
    runner: checkRunner,
    watch: (world) => {
      for (const host of world.hosts.values()) if (host.cordoned && !cluster.noout) unguarded.push(host.id);
    },
  });
  const bearing = (driver: Driver): Driver => ({ ...driver, run: cluster.run });
  return { rig, cluster, bearing, unguarded };
}

describe("noout of a Ceph cluster", () => {
  test("is set while hosts are out, once it is on record how it was, and restored", async () => {
    const { rig, cluster, bearing, unguarded } = stored();
    const outcome = await rig.up({ through: bearing });
    expect(outcome).toMatchObject({ kind: "ended", result: { ending: { kind: "done" } } });
    expect(unguarded).toEqual([]);
    expect(cluster.noout).toBe(false);
    expect(rig.world.record?.record).not.toHaveProperty("former");
    const gates = cluster.asked.filter((line) => /status|ok-to-stop/.test(line));
    expect(gates).toEqual(
      ["h1", "h2", "h3"].flatMap((host, at) => [
        `${host}: status --format json`,
        `${host}: osd ok-to-stop ${at}`,
        `${host}: status --format json`,
      ]),
    );
  });

  test("that an operator has set stays set", async () => {
    const cluster = new Cluster();
    cluster.noout = true;
    const { rig, bearing } = stored(cluster);
    expect(await rig.up({ through: bearing })).toMatchObject({ kind: "ended", result: { ending: { kind: "done" } } });
    expect(cluster.noout).toBe(true);
    expect(cluster.asked.filter((line) => line.includes("set noout"))).toEqual([]);
  });

  test("is restored by the next roll wherever a process dies, and was set whenever a host was out", async () => {
    const alive = stored();
    const count = new Mortal();
    await alive.rig.up({ through: (driver) => count.driver(alive.bearing(driver)) });
    for (let call = 1; call <= count.calls; call += 3) {
      const { rig, cluster, bearing, unguarded } = stored();
      const mortal = new Mortal({ call, moment: call % 2 === 0 ? "during" : "before" });
      await rig.up({ through: (driver) => mortal.driver(bearing(driver)), killed: mortal.killed });
      const outcome = await rig.up({ through: bearing });
      expect(outcome, `call ${call}`).toMatchObject({ kind: "ended", result: { ending: { kind: "done" } } });
      expect([cluster.noout, unguarded], `call ${call}`).toEqual([false, []]);
    }
  });

  test("is restored by `restore` after a crash, which knows nothing of checks", async () => {
    const { rig, cluster, bearing } = stored();
    const mortal = new Mortal({ call: 40, moment: "before" });
    await rig.up({ through: (driver) => mortal.driver(bearing(driver)), killed: mortal.killed });
    expect(cluster.noout).toBe(true);
    const ports = { driver: bearing(rig.driver()), process: rig.time.clock(), tell: () => {} };
    const contender = { holder: "bob@desk", instance: "i-2", wall: () => "2026-01-05T08:00:00.000Z" };
    const given = await rig.time.run(restore(ports, { ...contender, baseline: { version: "8.0.3" } }));
    expect(given.actors).toBe(true);
    expect(cluster.noout).toBe(false);
    expect(rig.world.record?.record).not.toHaveProperty("former");
  });

  test("of a cluster that does not answer: nothing is touched", async () => {
    const cluster = new Cluster();
    cluster.answers = false;
    const { rig, bearing } = stored(cluster);
    const outcome = await rig.up({ through: bearing });
    expect(outcome).toMatchObject({
      kind: "error",
      error: { kind: "failed", message: expect.stringMatching(/^Ceph cannot be told: .*Error initializing/) },
    });
    expect([...rig.world.hosts.values()].some(({ cordoned, mark }) => cordoned || mark !== undefined)).toBe(false);
  });
});

describe("storage that heals", () => {
  test("is waited for before the drain and before the next host, longer than a check that fails", async () => {
    const { rig, cluster, bearing } = stored();
    cluster.unclean = 30;
    expect(await rig.up({ through: bearing })).toMatchObject({ kind: "ended", result: { ending: { kind: "done" } } });
    expect(cluster.asked.filter((line) => line === "h1: status --format json")).toHaveLength(30 + 2);
    expect(
      rig.news.some((news) => "text" in news && /waits for storage: 1 of 1 placement groups/.test(news.text)),
    ).toBe(true);
  });

  test("and does not: the roll ends before the host is drained, with what it waited for", async () => {
    const { rig, cluster, bearing } = stored();
    cluster.unclean = Number.POSITIVE_INFINITY;
    const outcome = await rig.up({ through: bearing, policy: { retries: 0 } });
    expect(outcome).toMatchObject({ kind: "ended", result: { ending: { kind: "halted", sticky: false } } });
    expect(JSON.stringify(outcome)).toMatch(/not clean/);
    expect(cluster.noout).toBe(false);
  });
});
