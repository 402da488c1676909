import { describe, expect, test } from "vitest";
import type { Fleet } from "../../provider/core/fleet.ts";
import { SilenceOfHosts } from "../../provider/engine/silence-of-hosts.ts";
import { smallFleet } from "../support/fleets.ts";
import { Rig } from "../support/rig.ts";
import { rules } from "../support/rules.ts";

const seen = (at: number, states: Record<string, "up" | "unreachable">): Fleet =>
  ({ at, hosts: Object.entries(states).map(([id, state]) => ({ id, state })) }) as unknown as Fleet;

describe("hosts that have just fallen silent", () => {
  test("are worth waiting for, told once, for two minutes; those that never answered are not", () => {
    const silence = new SilenceOfHosts(600_000);
    silence.look(seen(0, { h1: "up", h2: "unreachable" }));
    expect(silence.recent(0, {})).toBeUndefined();
    silence.look(seen(1_000, { h1: "unreachable", h2: "unreachable" }));
    expect(silence.recent(1_000, {})).toEqual({ hosts: ["h1"], lookAt: 6_000, isNew: true });
    expect(silence.recent(6_000, {})).toMatchObject({ isNew: false });
    expect(silence.recent(121_000, {})).toBeUndefined();
    silence.look(seen(130_000, { h1: "up", h2: "unreachable" }));
    silence.look(seen(140_000, { h1: "unreachable", h2: "unreachable" }));
    expect(silence.recent(140_000, {})?.hosts).toEqual(["h1"]);
  });

  test("are waited for no longer than a drain may take", () => {
    const silence = new SilenceOfHosts(20_000);
    silence.look(seen(0, { h1: "up" }));
    silence.look(seen(1_000, { h1: "unreachable" }));
    expect(silence.recent(20_000, {})?.hosts).toEqual(["h1"]);
    expect(silence.recent(21_000, {})).toBeUndefined();
  });

  test("are not waited for once more when they have failed: that took its time already", () => {
    const silence = new SilenceOfHosts(600_000);
    silence.look(seen(0, { h1: "up", h2: "up" }));
    silence.look(seen(1_000, { h1: "unreachable", h2: "unreachable" }));
    const failed = { step: "remediate", why: "h1 has not come back" } as const;
    const memories = { h1: { homes: [], stopped: [], tries: {}, passed: [], failed } };
    expect(silence.recent(2_000, memories)?.hosts).toEqual(["h2"]);
  });
});

/** Two hosts: while one is emptied, the other is the only place to go. */
const cut = (span: string) =>
  smallFleet({ hosts: 2, faults: [{ kind: "host-cut", host: "h2", on: "migrate", delay: "1s", for: span }] });
const policy = { retries: 0, canary: 0 } as const;

describe("a destination whose link is lost in the middle of a roll", () => {
  test("for some seconds: is waited for, without a single try to spare, and the roll is done", async () => {
    const fleet = cut("30s");
    const rig = new Rig({ fleet, policy, watch: rules(new Rig({ fleet, policy }).inputs().policy) });
    const { ending } = await rig.end();
    expect(ending).toMatchObject({ kind: "done" });
    expect(rig.levels()).toEqual({ h1: "8.0.3", h2: "8.0.3" });
  });

  test("for an hour: the roll halts after two minutes, and says which", async () => {
    const rig = new Rig({ fleet: cut("1h"), policy });
    const began = rig.time.now();
    const { ending } = await rig.end();
    expect(ending).toMatchObject({ kind: "halted", sticky: false, reason: expect.stringContaining("h2") });
    expect(rig.time.now() - began).toBeGreaterThan(120_000);
    expect(rig.time.now() - began).toBeLessThan(15 * 60_000);
  });
});
